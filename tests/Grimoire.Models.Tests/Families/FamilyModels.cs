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
        ["qwen2-upper-window"] = Small("qwen2") with { QueryKeyValueBias = true, Window = 4, WindowedLayers = [false, true] },
        ["qwen3"] = Small("qwen3") with { QueryKeyNorm = true, HeadDim = 16, TiedEmbeddings = true },
        ["qwen3_moe"] = Small("qwen3_moe") with { QueryKeyNorm = true, FeedForward = 24, Experts = 5, ExpertsPerToken = 3, NormalizeExperts = false },
        ["mixtral"] = Small("mixtral") with { Experts = 4, ExpertsPerToken = 2, NormalizeExperts = true, Window = 6 },
        ["gemma2"] = Gemma("gemma2") with { AttentionSoftCap = 5, LogitSoftCap = 3, Window = 4, WindowedLayers = [true, false], AttentionScale = 0.25f },
        ["gemma3_text"] = Gemma("gemma3_text") with
        {
            Layers = 3,
            QueryKeyNorm = true,
            AttentionScale = (float)(1 / Math.Sqrt(10)),
            Window = 3,
            WindowedLayers = [true, true, false],
            Rotary = new RotaryConfig { Base = 1e6, Scaling = new RotaryScaling.Linear(8) },
            WindowRotary = new RotaryConfig { Base = 100 },
        },
        ["phi3"] = Small("phi3") with { Window = 5 },
        ["phi3-longrope"] = Small("phi3") with
        {
            Context = 96,
            Rotary = new RotaryConfig
            {
                Fraction = 0.5,
                Scaling = new RotaryScaling.LongRope([1, 1.5], [1.25, 4], 24, RotaryScaling.LongRope.UsualAttentionFactor(4, 24)),
            },
        },
        ["smollm3"] = Small("smollm3") with { RotaryLayers = [true, false], TiedEmbeddings = true },
        ["stablelm"] = Small("stablelm") with { Norm = NormKind.Layer, QueryKeyValueBias = true, Rotary = new RotaryConfig { Fraction = 0.25 } },
        ["bert"] = Gpt2.Config(layers: 2, heads: 2, channels: 32, context: 24, vocabulary: 29) with
        {
            Family = "bert",
            NormPlacement = NormPlacement.Post,
            NormEpsilon = 1e-12f,
            Activation = Activation.Gelu,
            EmbeddingNorm = true,
            TokenTypes = 2,
            Causal = false,
            Head = false,
            TiedEmbeddings = false,
        },
    };

    private static ModelConfig Small(string family) =>
        Llama.Config(layers: 2, heads: 4, channels: 32, context: 24, vocabulary: 29, keyValueHeads: 2) with { Family = family };

    private static ModelConfig Gemma(string family) => Small(family) with
    {
        NormPlacement = NormPlacement.Both,
        EmbeddingScale = MathF.Sqrt(32),
        Activation = Activation.GeluTanh,
        TiedEmbeddings = true,
    };

    public static TheoryData<string> Names => [.. Configs.Keys];

    /// <summary>Those that foresee the next token.</summary>
    public static IEnumerable<string> Decoders => Configs.Where(pair => pair.Value.Causal).Select(pair => pair.Key);

    /// <summary>Each config on the reference kernels and on the fast ones.</summary>
    public static TheoryData<string, string> NamesOnDevices => OnDevices(Configs.Keys);

    public static TheoryData<string, string> OnDevices(IEnumerable<string> names)
    {
        var data = new TheoryData<string, string>();
        foreach (string name in names)
        {
            data.Add(name, "reference");
            data.Add(name, "simd");
        }

        return data;
    }

    public static Transformer Random(string name, ulong seed = 7) => Random(Configs[name], seed);

    public static Transformer Random(ModelConfig config, ulong seed = 7) => new(config, (name, shape) =>
    {
        Tensor tensor = Tensor.Zeros(shape);
        Span<float> values = tensor.Span<float>();
        ulong stream = CountedRandom.Bits(seed, name.Aggregate(0UL, (hash, letter) => (hash * 31) + letter));
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(0.3 * CountedRandom.Normal(stream, (ulong)i));
        if (name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            // Around 1, and of few bits, so that Gemma's w of 1 + w is stored exactly.
            foreach (ref float value in values)
                value = 1 + (MathF.Round(value * 256) / 256);
        }

        return tensor;
    });

    public static int[] Tokens(int count, ulong seed = 1, int vocabulary = 29) =>
        [.. Enumerable.Range(0, count).Select(i => (int)(CountedRandom.Bits(seed, (ulong)i) % (ulong)vocabulary))];
}
