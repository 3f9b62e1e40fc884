using Grimoire.Tensors;

namespace Grimoire;

/// <summary>Tensors of random numbers, the same for the same seed.</summary>
internal static class RandomTensor
{
    /// <summary>Numbers of mean 0.</summary>
    public static Tensor Normal(Shape shape, ulong seed, double deviation = 1) => Of(shape, i => (float)(deviation * CountedRandom.Normal(seed, i)));

    /// <summary>Numbers around 0, the largest half of the width away.</summary>
    public static Tensor Uniform(Shape shape, ulong seed, float width = 1) => Of(shape, i => width * (CountedRandom.Uniform(seed, i) - 0.5f));

    private static Tensor Of(Shape shape, Func<ulong, float> number)
    {
        Tensor tensor = Tensor.Zeros(shape);
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] = number((ulong)i);
        return tensor;
    }
}
