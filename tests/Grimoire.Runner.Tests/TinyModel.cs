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
        ModelConfig config = Llama.Config(layers: 1, heads: 2, channels: 16, context, letters.VocabularySize, feedForward: 24, keyValueHeads: 1);
        return new LanguageModel(new Transformer(config, Initialization.Random(config, seed: 1)), letters);
    }
}
