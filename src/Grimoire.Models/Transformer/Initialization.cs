using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The weights a model is born with.</summary>
public static class Initialization
{
    private const double Deviation = 0.02;

    /// <summary>
    /// GPT-2's rule: norms 1, biases 0, matrices N(0, 0.02²), and those that write into the residual stream N(0, 0.02² / (2 · layers)), so that
    /// the stream's variance does not grow with depth. A weight depends on the seed and its name only, not on when it is asked for.
    /// </summary>
    public static ParameterSource Random(ModelConfig config, ulong seed)
    {
        double residual = Deviation / Math.Sqrt(2.0 * config.Layers);
        return (name, shape) =>
        {
            Tensor tensor = Tensor.Zeros(shape);
            if (name.EndsWith("norm.weight", StringComparison.Ordinal))
                tensor.Span<float>().Fill(1);
            else if (!name.EndsWith(".bias", StringComparison.Ordinal))
                FillNormal(tensor.Span<float>(), WritesResidual(name) ? residual : Deviation, SeedOf(seed, name));
            return tensor;
        };
    }

    internal static bool WritesResidual(string name) =>
        name.EndsWith(".attn.o.weight", StringComparison.Ordinal)
        || (name.Contains(".mlp.", StringComparison.Ordinal) && name.EndsWith(".down.weight", StringComparison.Ordinal));

    private static void FillNormal(Span<float> values, double deviation, ulong seed)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * CountedRandom.Normal(seed, (ulong)i));
    }

    /// <summary>The seed mixed with the name's FNV-1a hash.</summary>
    internal static ulong SeedOf(ulong seed, string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char letter in name)
            hash = (hash ^ letter) * 0x100000001B3;
        return CountedRandom.Bits(seed, hash);
    }
}
