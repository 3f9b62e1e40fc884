// A language model from nothing in less than a minute, with every step in sight: text → tokens → transformer → training → text.
//
// A language model is asked one question over and over: what comes next? It answers with a probability for each token of its
// vocabulary, and is taught to give more to the token that did come. That is all; whatever else it can do, it learned on the way.

using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Worlds;

const int Context = 128, BatchSize = 8, Steps = 500, Vocabulary = 1024;
const ulong Seed = 1;
long begin = Stopwatch.GetTimestamp();

// 1. Text: stories of a small invented world. Some are kept back, to see whether the model learned the language or the stories.
var world = new World(Seed);
string[] stories = [.. world.Stories(Split.Train).Take(6000).Select(story => story.Text)];
string[] unseen = [.. world.Stories(Split.Validation).Take(100).Select(story => story.Text)];

// 2. Tokens: frequent pairs of characters grow into pieces, pieces into words, until there are enough (byte-pair encoding).
Tokenizer tokenizer = TokenizerTrainer.Train(stories, new TokenizerOptions { VocabularySize = Vocabulary });
int end = tokenizer.EndOfText!.Value;
int[] text = Tokens(stories), unseenText = Tokens(unseen);
Console.WriteLine($"{stories.Length:N0} stories, {text.Length:N0} tokens. The first begins:");
Console.WriteLine($"  {string.Join('|', text.Skip(1).Take(24).Select(id => tokenizer.Decode([id])))}");

// 3. A transformer of Llama's kind, with random weights: it finds every token about equally likely, so its loss is about ln V.
ModelConfig config = Llama.Config(layers: 3, heads: 4, channels: 128, Context, Vocabulary, tied: true);
var transformer = new Transformer(config, Initialization.Random(config, Seed));
var model = new LanguageModel(transformer, tokenizer);
transformer.SetTrainable(true);
Console.WriteLine($"A transformer of {config.ParameterCount:N0} parameters; ln {Vocabulary} = {Math.Log(Vocabulary):F3}.");
Console.WriteLine();

// 4. Training: some windows of the text, the loss of foretelling them, its gradient, a step downhill.
var tape = new Tape();
var workspace = new Workspace(Kernels.Simd, tape);
var optimizer = new AdamW(transformer.Parameters, new AdamWOptions(Beta2: 0.99f), Kernels.Simd);
var schedule = new Schedule(ScheduleKind.Cosine, Peak: 4e-3f, End: 1e-4f, Warmup: 20, Steps);
var generator = model.Generator();
for (int step = 0; step < Steps; step++)
{
    workspace.Reset();
    Tensor loss = Loss(text, Enumerable.Range(0, BatchSize).Select(i => (int)CountedRandom.Below(text.Length - Context, Seed, (ulong)step, (ulong)i)));
    if (step % 100 == 0)
        Console.WriteLine($"step {step,3}  loss {loss.Item():F3}  {Continue("One morning", tokens: 20)}");

    tape.Backward(loss);
    optimizer.Step(schedule.Rate(step), Optimizer.ClipScale(optimizer.GradientNorm(), limit: 1));
    optimizer.ZeroGradients();
}

// 5. What came of it: the loss on stories it never saw, and a story nobody wrote.
workspace.Exchange(null);
workspace.Reset();
double first = Math.Log(Vocabulary), last = Loss(unseenText, Enumerable.Range(0, (unseenText.Length - 1) / Context).Select(i => i * Context)).Item();
Console.WriteLine();
Console.WriteLine(Continue("One morning", tokens: 120));
Console.WriteLine();
Console.WriteLine($"Loss on unseen stories {last:F3}: each token chosen as if among {Math.Exp(last):F1}, no longer {Vocabulary}.");
Console.WriteLine($"All of it took {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s.");
return last < first / 3 ? 0 : 1;

// All texts in one row, each with the end token before it and the last with one after it.
int[] Tokens(string[] texts) => [end, .. texts.SelectMany(one => tokenizer.Encode(one).Append(end))];

// The mean of −log p(next token) over windows of a text.
Tensor Loss(int[] from, IEnumerable<int> starts)
{
    var batch = new Batch();
    List<int> targets = [];
    foreach (int start in starts)
    {
        batch.Add(from.AsSpan(start, Context));
        targets.AddRange(from.AsSpan(start + 1, Context));
    }

    return LanguageModeling.Loss(transformer, transformer.Begin(workspace, batch), targets.ToArray()) * (1f / targets.Count);
}

// 6. Text again: draw a token from the model's probabilities, append it, ask again.
string Continue(string prompt, int tokens)
{
    int[] ids = [end, .. tokenizer.Encode(prompt)];
    var options = new GenerationOptions { MaxTokens = tokens, Sampling = new SamplingOptions { Temperature = 0.7, Seed = Seed } };
    return prompt + generator.Generate(ids, options).Text.ReplaceLineEndings(" ");
}
