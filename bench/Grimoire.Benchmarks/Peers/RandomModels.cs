using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks.Peers;

/// <summary>Models of random weights, small but in a realistic shape, one or more of each family that llama.cpp knows too.</summary>
internal static class RandomModels
{
    private const int Vocabulary = 515, Context = 128, Layers = 6, Heads = 8, Channels = 256, FeedForward = 512, Window = 24;

    private static ModelConfig Base => Llama.Config(Layers, Heads, Channels, Context, Vocabulary, FeedForward, keyValueHeads: 2);

    private static ModelConfig Gemma => Base with
    {
        NormEpsilon = 1e-6f,
        NormPlacement = NormPlacement.Both,
        EmbeddingScale = MathF.Sqrt(Channels),
        AttentionScale = 1 / MathF.Sqrt(Channels / Heads),
        Activation = Activation.GeluTanh,
        TiedEmbeddings = true,
        Window = Window,
    };

    /// <summary>All of them by name.</summary>
    public static IReadOnlyList<(string Name, ModelConfig Config)> All { get; } =
    [
        ("llama", Base),
        ("llama, tied, all heads alike", Base with { KeyValueHeads = Heads, TiedEmbeddings = true }),
        ("llama 3.1's rotation", Base with { Rotary = new() { Base = 500_000, Scaling = new RotaryScaling.Llama3(8, 1, 4, 32) } }),
        ("llama, YaRN", Base with { Rotary = new() { Scaling = new RotaryScaling.Yarn(4, 32) } }),
        ("smollm3", Base with { Family = "smollm3", RotaryLayers = [.. Enumerable.Range(0, Layers).Select(layer => layer % 4 != 3)] }),
        ("qwen2", Base with { Family = "qwen2", QueryKeyValueBias = true, TiedEmbeddings = true, Rotary = new() { Base = 1e6 }, NormEpsilon = 1e-6f }),
        ("qwen3", Base with { Family = "qwen3", HeadDim = 64, QueryKeyNorm = true, Rotary = new() { Base = 1e6 } }),
        ("qwen3_moe", Base with
        {
            Family = "qwen3_moe", HeadDim = 64, QueryKeyNorm = true, Rotary = new() { Base = 1e6 },
            FeedForward = 128, Experts = 8, ExpertsPerToken = 2, NormalizeExperts = true,
        }),
        ("mixtral", Base with { Family = "mixtral", Experts = 4, ExpertsPerToken = 2, NormalizeExperts = true }),
        ("gemma2", Gemma with
        {
            Family = "gemma2", AttentionSoftCap = 5, LogitSoftCap = 10, WindowedLayers = [.. Enumerable.Range(0, Layers).Select(layer => layer % 2 == 0)],
        }),
        ("gemma3", Gemma with
        {
            Family = "gemma3_text", QueryKeyNorm = true, WindowedLayers = [.. Enumerable.Range(0, Layers).Select(layer => layer % 6 != 5)],
            Rotary = new() { Base = 1e6, Scaling = new RotaryScaling.Linear(8) }, WindowRotary = new(),
        }),
        ("phi3", Base with { Family = "phi3" }),
        ("phi3, LongRoPE, short", Base with { Family = "phi3", Context = 4096, Rotary = LongRope(original: 1024) }),
        ("phi3, LongRoPE, long", Base with { Family = "phi3", Rotary = LongRope(original: 32) }),
        ("stablelm", Base with { Family = "stablelm", Norm = NormKind.Layer, QueryKeyValueBias = true, Rotary = new() { Fraction = 0.25 } }),
        ("gpt2", Base with
        {
            Family = "gpt2", KeyValueHeads = Heads, Norm = NormKind.Layer, Positions = PositionKind.Learned, Activation = Activation.GeluTanh, Gated = false,
            QueryKeyValueBias = true, OutputBias = true, FeedForwardBias = true, TiedEmbeddings = true,
        }),
        ("bert", Base with
        {
            Family = "bert", KeyValueHeads = Heads, Norm = NormKind.Layer, NormEpsilon = 1e-12f, NormPlacement = NormPlacement.Post, EmbeddingNorm = true,
            TokenTypes = 2, Positions = PositionKind.Learned, Activation = Activation.Gelu, Gated = false, QueryKeyValueBias = true, OutputBias = true, FeedForwardBias = true,
            Causal = false, Head = false,
        }),
    ];

    /// <summary>
    /// The model of a config. Norms lie around 1 and biases around 0; a matrix keeps the variance of what it is given, so that every part of the model has a
    /// say in the logits. A weight depends on its name alone.
    /// </summary>
    public static Transformer Create(ModelConfig config) => new(config, Weights);

    private static Tensor Weights(string name, Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        (double mean, double deviation) =
            name.EndsWith(".bias", StringComparison.Ordinal) ? (0.0, 0.2)
            : name.EndsWith("norm.weight", StringComparison.Ordinal) ? (1.0, 0.2)
            : name.StartsWith("embed.", StringComparison.Ordinal) ? (0.0, 0.5)
            : (0.0, 1.2 / Math.Sqrt(shape.Last));
        ulong seed = name.Aggregate(17UL, (hash, letter) => (hash * 31) + letter);
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + (deviation * CountedRandom.Normal(seed, (ulong)i)));
        return tensor;
    }

    private static RotaryConfig LongRope(int original)
    {
        ValueList<double> Factors(double step) => [.. Enumerable.Range(0, Channels / Heads / 2).Select(pair => 1 + (step * pair))];
        return new() { Scaling = new RotaryScaling.LongRope(Factors(0.1), Factors(0.7), original, Math.Sqrt(1 + (Math.Log(4) / Math.Log(original)))) };
    }
}
