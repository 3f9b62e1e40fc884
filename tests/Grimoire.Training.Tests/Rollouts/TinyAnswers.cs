using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Tests.Rollouts;

/// <summary>A model of letters that can be asked, and a reward that some of its random answers earn.</summary>
internal static class TinyAnswers
{
    private static readonly Tokenizer Letters = TokenizerTrainer.Train(["abcdefgh"], new TokenizerOptions { Kind = TokenizerKind.Character, EndOfText = "<|endoftext|>" });

    /// <summary>The share of the letter a.</summary>
    public static RewardSum Reward { get; } = new([(1, Training.Rewards.Reward.Of("share of a", (_, answer) => Share(answer)))]);

    public static IReadOnlyList<PromptExample> Prompts { get; } =
        [.. new[] { "a", "bc", "hgf", "dd", "eab" }.Select((text, i) => new PromptExample(new Passage(text), new JsonObject { ["answer"] = text }) { File = "tiny", Line = i + 1 })];

    public static double Share(string answer) => answer.Length == 0 ? 0 : (double)answer.Count(c => c == 'a') / answer.Length;

    public static LanguageModel Model(ulong seed = 1)
    {
        ModelConfig config = Llama.Config(2, 2, 16, 32, Letters.VocabularySize, tied: false);
        var transformer = new Transformer(config, Initialization.Random(config, seed));
        foreach (Parameter parameter in transformer.Parameters.Where(p => p.Tensor.Shape.Rank == 2))
        {
            foreach (ref float x in parameter.Tensor.Span<float>())
                x *= 4;
        }

        transformer.SetTrainable(true);
        return new LanguageModel(transformer, Letters);
    }

    public static ExampleEncoder Encoder(LanguageModel model) => new(model.Tokenizer, null, model.Config.Context);

    public static PromptGroups Groups(LanguageModel model, int perPrompt, GenerationOptions options, RewardSum? reward = null) =>
        new(Prompts, Sampler(model), reward ?? Reward, perPrompt, options, seed: 5);

    public static RolloutSampler Sampler(LanguageModel model) => new(model, Encoder(model), Kernels.Simd);
}
