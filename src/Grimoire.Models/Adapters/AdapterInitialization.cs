using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>The numbers an adapter is born with: such that the model does at first what it did.</summary>
internal static class AdapterInitialization
{
    /// <summary>A is uniform in ±1/√in as the inventors' code has it, B is 0. A number depends on the seed, its name and its place only.</summary>
    public static ParameterSource Random(ulong seed) => (name, shape) =>
    {
        Tensor tensor = Tensor.Zeros(shape);
        if (name.EndsWith("lora_A.weight", StringComparison.Ordinal))
            FillUniform(tensor.Span<float>(), 1 / Math.Sqrt(shape.Last), Initialization.SeedOf(seed, name));
        return tensor;
    };

    private static void FillUniform(Span<float> values, double bound, ulong seed)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(bound * ((2.0 * CountedRandom.Uniform(seed, (ulong)i)) - 1));
    }
}
