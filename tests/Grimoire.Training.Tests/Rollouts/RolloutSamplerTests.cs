using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Tests.Rollouts;

public sealed class RolloutSamplerTests
{
    private static readonly LanguageModel Model = TinyAnswers.Model();

    [Fact]
    public void A_rollout_is_what_generate_says_with_its_seed()
    {
        var options = new GenerationOptions { MaxTokens = 12 };
        IReadOnlyList<Rollout> rollouts = TinyAnswers.Sampler(Model).Sample(TinyAnswers.Prompts, 4, options, 7);
        Generator generator = Model.Generator(Kernels.Simd);
        for (int i = 0; i < rollouts.Count; i++)
        {
            Rollout rollout = rollouts[i];
            Assert.Same(TinyAnswers.Prompts[i / 4], rollout.Prompt);
            GeneratedText said = generator.Generate(rollout.PromptIds, options with { Sampling = new() { Seed = CountedRandom.Bits(7, (ulong)(i / 4), (ulong)(i % 4)) } });
            Assert.Equal(said.Text, rollout.Text);
            Assert.Equal(said.Tokens.Select(token => token.Id), rollout.AnswerIds);
            Assert.Equal(said.Stop == StopReason.StopToken, rollout.Ended);
        }

        Assert.Contains(rollouts, r => r.Ended);
        Assert.Contains(rollouts, r => !r.Ended);
    }

    [Fact]
    public void An_encoded_rollout_is_trained_on_exactly_its_answer_and_has_the_log_probabilities_that_training_sees()
    {
        Rollout[] rollouts = [.. TinyAnswers.Sampler(Model).Sample(TinyAnswers.Prompts, 3, new GenerationOptions { MaxTokens = 9 }, 3)];
        TrainingBatch batch = TrainingBatch.Of([.. rollouts.Select(r => r.Encoded)]);
        var workspace = new Workspace(Kernels.Simd);
        float[] logs = TokenLogProbabilities.Of(Model.Transformer, Model.Transformer.Begin(workspace, batch.ToBatch()), batch).ToArray<float>();
        float[] remembered = [.. rollouts.SelectMany(r => r.LogProbabilities)];
        Assert.Equal(remembered.Length, logs.Length);
        Assert.All(remembered.Zip(logs), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Equal(rollouts.SelectMany(r => r.AnswerIds), batch.Targets.Where(t => t >= 0));
    }
}
