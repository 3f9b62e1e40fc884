// Learning from a reward alone. Nobody shows this model a right answer: it is asked for the digit that follows another, says things at random, and a C#
// function says how good they were. Of a group of answers to one question those that earn more than the others become likelier (GRPO, Shao et al. 2024).
//
//   dotnet run --project samples/Grpo -- [seed] [rounds]

using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;

ulong seed = args.Length > 0 ? ulong.Parse(args[0], CultureInfo.InvariantCulture) : 1;
int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300;

// The reward: a function of the question, with whatever columns came with it, and the answer. A tenth for form leads to where there is more to be had.
Reward follows = Reward.Of("follows", (question, answer) => answer == question.Columns["answer"]!.GetValue<string>() ? 1 : answer.Length == 1 ? 0.1 : 0);
PromptExample[] questions = [.. Enumerable.Range(0, 10).Select(digit =>
    new PromptExample(new Passage($"{digit}"), new JsonObject { ["answer"] = $"{(digit + 1) % 10}" }))];

// A model of eleven tokens that knows nothing: ten digits and the end of the text.
Tokenizer tokenizer = TokenizerTrainer.Train(["0123456789"], new TokenizerOptions { Kind = TokenizerKind.Character, EndOfText = "<|endoftext|>" });
ModelConfig config = Llama.Config(layers: 2, heads: 2, channels: 32, context: 8, tokenizer.VocabularySize);
var model = new LanguageModel(new Transformer(config, Initialization.Random(config, seed)), tokenizer);
model.Transformer.SetTrainable(true);

// Thirty-two answers to each of ten questions a round, from the same weights that learn from them.
var settings = new GrpoSettings { Prompts = 10, Group = 32, MaxTokens = 4, Scale = AdvantageScale.None };
var encoder = new ExampleEncoder(tokenizer, template: null, config.Context);
var sampler = new RolloutSampler(model, encoder, Kernels.Simd);
var source = new PromptGroups(questions, sampler, new RewardSum([(1, follows)]), settings.Group, settings.Generation, seed);
var objective = new GrpoObjective(model.Transformer, reference: null, source, settings, batch: 320, seed);

var tape = new Tape();
var workspace = new Workspace(Kernels.Simd);
var optimizer = new AdamW(model.Transformer.Parameters, new AdamWOptions(Decay: 0), Kernels.Simd);
var state = new TrainerState();
for (int round = 0; round < rounds; round++)
{
    StepWork work = objective.Prepare(state, workspace);
    workspace.Exchange(tape);
    for (int pass = 0; pass < work.Passes; pass++)
    {
        workspace.Reset();
        PassLoss loss = work.Loss(pass, workspace, options: default);
        tape.Backward(loss.Root, loss.Scale);
    }

    workspace.Exchange(null);
    optimizer.Step(rate: 1e-3f, Optimizer.ClipScale(optimizer.GradientNorm(), limit: 1));
    optimizer.ZeroGradients();
    state = state with { Step = state.Step + 1, Sequences = state.Sequences + work.Sequences };
    if (round % 50 == 0 || round == rounds - 1)
        Console.WriteLine($"  round {round,3}  {string.Join("  ", work.Metrics.Take(2).Select(metric => $"{metric.Name} {metric.Value:F3}"))}");
}

// The examination: the likeliest answer to each question.
IReadOnlyList<Rollout> answers = sampler.Sample(questions, perPrompt: 1, new GenerationOptions { MaxTokens = 4, Sampling = SamplingOptions.Greedy }, seed);
int right = answers.Count(answer => follows.Score([answer])[0] == 1);
Console.WriteLine(string.Join("  ", answers.Select(answer => $"{answer.Prompt.Prompt} → {answer.Text}")));
Console.WriteLine($"It was never told an answer and gives {right} of {questions.Length} right.");
return right == questions.Length ? 0 : 1;
