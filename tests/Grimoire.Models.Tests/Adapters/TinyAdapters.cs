using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

/// <summary>Adapters whose numbers are large enough that each shows in the logits.</summary>
internal static class TinyAdapters
{
    public static readonly AdapterConfig Lora = new() { Rank = 3, Alpha = 4 };

    /// <summary>An adapter of random numbers, in the type of the model's own; attached.</summary>
    public static Adapter Attached(Transformer model, AdapterConfig config, ulong seed = 3, DType type = DType.F32)
    {
        ParameterSource born = AdapterInitialization.Random(type == DType.F64 ? model.In(DType.F32) : model, seed);
        var adapter = new Adapter(model, config, (name, shape) => Shaken(born(name, shape), seed + (ulong)name.Length, type), $"random {seed}");
        model.Attach(adapter);
        return adapter;
    }

    private static Tensor Shaken(Tensor tensor, ulong seed, DType type)
    {
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] += (float)(0.2 * CountedRandom.Normal(seed, (ulong)i));
        Tensor copy = Tensor.Zeros(tensor.Shape, type);
        Kernels.Reference.Copy(tensor, copy);
        return copy;
    }
}
