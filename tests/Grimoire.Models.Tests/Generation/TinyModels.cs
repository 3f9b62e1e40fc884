using System.Runtime.CompilerServices;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Generation;

/// <summary>Models of random weights, large enough to have opinions, and the slow way to ask them.</summary>
internal static class TinyModels
{
    private static readonly ConditionalWeakTable<Transformer, Transformer> Wide = [];

    public static Transformer Random(int seed, int vocabulary = 23, int context = 40, PositionKind positions = PositionKind.Rotary)
    {
        ModelConfig config = Llama.Config(layers: 2, heads: 4, channels: 32, context, vocabulary, feedForward: 48, keyValueHeads: 2) with { Positions = positions };
        var random = new Random(seed);
        return new Transformer(config, (name, shape) => name.Contains("norm", StringComparison.Ordinal)
            ? Filled(shape, () => 1)
            : Filled(shape, () => (float)((random.NextDouble() - 0.5) * 0.9)));
    }

    /// <summary>A model of random weights whose matrices are stored in a type; wide enough for blocks of 256.</summary>
    public static Transformer Quantised(DType type, int context)
    {
        ModelConfig config = Llama.Config(layers: 2, heads: 4, channels: 256, context, vocabulary: 40, feedForward: 512, keyValueHeads: 2);
        var random = new Random(1);
        return new Transformer(config, (name, shape) =>
        {
            Tensor weight = name.Contains("norm", StringComparison.Ordinal) ? Filled(shape, () => 1) : Filled(shape, () => (float)((random.NextDouble() - 0.5) * 0.2));
            if (shape.Rank < 2)
                return weight;
            Tensor stored = Tensor.Zeros(shape, type);
            Kernels.Simd.Copy(weight, stored);
            return stored;
        });
    }

    /// <summary>The logits after all of <paramref name="tokens"/>, everything computed anew in float64.</summary>
    public static double[] NextLogits(Transformer model, ReadOnlySpan<int> tokens)
    {
        var workspace = new Workspace(Kernels.Reference, type: DType.F64);
        Transformer wide = Wide.GetValue(model, narrow => narrow.In(DType.F64));
        return wide.ForwardLast(wide.Begin(workspace, Batch.Of(tokens))).ToArray<double>();
    }

    public static double[] LogProbabilities(Transformer model, ReadOnlySpan<int> tokens)
    {
        double[] logits = NextLogits(model, tokens);
        double logTotal = Math.Log(logits.Sum(Math.Exp));
        return [.. logits.Select(logit => logit - logTotal)];
    }

    public static int[] Prompt(int seed, int length, int vocabulary = 23)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))];
    }

    /// <summary>A model that recites: after each token of the text comes the next one. No token may occur in it twice.</summary>
    public static Transformer Reciting(int vocabulary, ReadOnlySpan<int> text, int context = 64)
    {
        ModelConfig config = Llama.Config(layers: 1, heads: 1, channels: vocabulary, context, vocabulary, feedForward: 1) with { HeadDim = 2 };
        Tensor embedding = Tensor.Zeros((vocabulary, vocabulary));
        Tensor head = Tensor.Zeros((vocabulary, vocabulary));
        for (int token = 0; token < vocabulary; token++)
            embedding.Span<float>()[(token * vocabulary) + token] = 1;
        for (int i = 0; i + 1 < text.Length; i++)
            head.Span<float>()[(text[i + 1] * vocabulary) + text[i]] = 10;
        return new Transformer(config, (name, shape) => name switch
        {
            "embed.tokens" => embedding,
            "head.weight" => head,
            _ => Filled(shape, () => name.Contains("norm", StringComparison.Ordinal) ? 1 : 0),
        });
    }

    private static Tensor Filled(Shape shape, Func<float> value)
    {
        Tensor tensor = Tensor.Zeros(shape);
        foreach (ref float x in tensor.Span<float>())
            x = value();
        return tensor;
    }
}
