using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Runner.Tests;

/// <summary>A model of random weights that writes letters.</summary>
internal static class TinyModel
{
    public const string Letters = "abcdefghijklmnop qrstuvwxyz.,!?\n";

    public static LanguageModel Create(int context = 24)
    {
        Tokenizer letters = TokenizerTrainer.Train([Letters], new TokenizerOptions { Kind = TokenizerKind.Character });
        var config = new ModelConfig
        {
            Family = "llama",
            Vocabulary = letters.VocabularySize,
            Context = context,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 1,
            HeadDim = 8,
            Channels = 16,
            FeedForward = 24,
        };
        return new LanguageModel(new Transformer(config, Initialization.Random(config, seed: 1)), letters);
    }
}
