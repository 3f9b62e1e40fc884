using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>One small config per family and variant, and models of it with weights large enough that every weight shows in the logits.</summary>
internal static class FamilyModels
{
    public static readonly Dictionary<string, ModelConfig> Configs = new()
    {
        ["gpt2"] = Gpt2.Config(layers: 2, heads: 2, channels: 16, context: 24, vocabulary: 29),
        ["gpt2-untied"] = Gpt2.Config(layers: 1, heads: 4, channels: 16, context: 24, vocabulary: 29, feedForward: 40) with
        {
            TiedEmbeddings = false,
            Activation = Activation.Gelu,
        },
        ["llama"] = Llama.Config(layers: 2, heads: 4, channels: 32, context: 24, vocabulary: 29, keyValueHeads: 2),
        ["llama-tied-linear"] = Llama.Config(layers: 1, heads: 2, channels: 32, context: 24, vocabulary: 29, tied: true) with
        {
            Rotary = new RotaryConfig { Base = 500000, Scaling = new RotaryScaling.Linear(2.5) },
        },
        ["llama-biases-llama3"] = Llama.Config(layers: 1, heads: 2, channels: 32, context: 24, vocabulary: 29) with
        {
            QueryKeyValueBias = true,
            OutputBias = true,
            FeedForwardBias = true,
            HeadDim = 8,
            Rotary = new RotaryConfig { Scaling = new RotaryScaling.Llama3(8, 1, 4, 8) },
        },
        ["llama-partial-yarn"] = Llama.Config(layers: 1, heads: 2, channels: 32, context: 24, vocabulary: 29) with
        {
            Rotary = new RotaryConfig { Fraction = 0.5, Scaling = new RotaryScaling.Yarn(4, 8, AttentionFactor: 1.25) },
        },
        ["mistral"] = Llama.Config(layers: 2, heads: 4, channels: 32, context: 24, vocabulary: 29, keyValueHeads: 2) with { Family = "mistral", Window = 3 },
        ["mistral-full"] = Llama.Config(layers: 1, heads: 2, channels: 32, context: 24, vocabulary: 29) with { Family = "mistral" },
        ["qwen2"] = Llama.Config(layers: 2, heads: 4, channels: 32, context: 24, vocabulary: 29, keyValueHeads: 2, tied: true) with
        {
            Family = "qwen2",
            QueryKeyValueBias = true,
        },
        ["qwen2-window"] = Llama.Config(layers: 1, heads: 2, channels: 32, context: 24, vocabulary: 29) with
        {
            Family = "qwen2",
            QueryKeyValueBias = true,
            Window = 4,
        },
    };

    public static TheoryData<string> Names => [.. Configs.Keys];

    /// <summary>Each config on the reference kernels and on the fast ones.</summary>
    public static TheoryData<string, string> NamesOnDevices
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in Configs.Keys)
            {
                data.Add(name, "reference");
                data.Add(name, "simd");
            }

            return data;
        }
    }

    public static Transformer Random(string name, ulong seed = 7) => Random(Configs[name], seed);

    public static Transformer Random(ModelConfig config, ulong seed = 7) => new(config, (name, shape) =>
    {
        Tensor tensor = Tensor.Zeros(shape);
        Span<float> values = tensor.Span<float>();
        ulong stream = CountedRandom.Bits(seed, name.Aggregate(0UL, (hash, letter) => (hash * 31) + letter));
        double center = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(center + (0.3 * CountedRandom.Normal(stream, (ulong)i)));
        return tensor;
    });

    public static int[] Tokens(int count, ulong seed = 1, int vocabulary = 29) =>
        [.. Enumerable.Range(0, count).Select(i => (int)(CountedRandom.Bits(seed, (ulong)i) % (ulong)vocabulary))];
}
