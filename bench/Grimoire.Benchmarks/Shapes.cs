using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Benchmarks;

/// <summary>Model files of real shapes with random weights: enough to measure speed with.</summary>
internal static class Shapes
{
    /// <summary>TinyLlama's shape, and one as small as GPT-2's smallest.</summary>
    private static readonly Dictionary<string, ModelConfig> All = new(StringComparer.Ordinal)
    {
        ["1.1b"] = Llama.Config(layers: 22, heads: 32, channels: 2048, context: 32768, vocabulary: 32000, feedForward: 5632, keyValueHeads: 4),
        ["134m"] = Llama.Config(layers: 12, heads: 12, channels: 768, context: 32768, vocabulary: 32000, feedForward: 2048),
    };

    /// <summary>Writes a file.</summary>
    /// <param name="shape">One of <c>1.1b</c> and <c>134m</c>.</param>
    /// <param name="mix">As in <c>Q4_K_M</c>.</param>
    /// <param name="path">The file.</param>
    /// <param name="tokenizer">What <see cref="Tokenizer.Load"/> opens: a vocabulary of 32,000, such as Llama 2's.</param>
    public static void Write(string shape, string mix, string path, string tokenizer)
    {
        if (!All.TryGetValue(shape, out ModelConfig? config))
            throw new GrimoireException($"\"{shape}\" is no shape that is known here; choose one of {string.Join(", ", All.Keys)}.");
        var model = new Transformer(config, QuantizedInitialization.Random(config, QuantizationMix.Named(mix), seed: 1));
        new LanguageModel(model, Tokenizer.Load(tokenizer)).SaveGguf(path);
    }
}
