using System.Runtime.InteropServices;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Random weights in the types of a file, fast: for measuring how quickly a model of some shape would run. <see cref="Initialization.Random"/>'s rule, but each
/// matrix is put together from a few thousand blocks that were quantised once.
/// </summary>
public static class QuantizedInitialization
{
    private const int Unit = 256, Units = 1024;

    /// <summary>
    /// Norms 1, biases 0, and matrices of N(0, 0.02²), or N(0, 0.02² / (2 · layers)) where they write into the residual stream, in the types that a mix
    /// stores them in. A weight depends on the seed and its name only.
    /// </summary>
    /// <param name="config">The shape.</param>
    /// <param name="mix">How matrices are stored.</param>
    /// <param name="seed">For other weights.</param>
    /// <exception cref="GrimoireException">The family cannot be written as GGUF, whose names a mix goes by.</exception>
    public static ParameterSource Random(ModelConfig config, QuantizationMix mix, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(mix);
        WeightMap names = GgufArchitecture.Of(config).Weights;
        ParameterSource plain = Initialization.Random(config, seed);
        var pools = new Dictionary<(DType Type, bool Residual), Tensor>();
        return (name, shape) =>
        {
            string stored = names.Find(name).Name;
            DType type = shape.Rank == 2 && !GgufStorage.IsSingle(stored, shape) ? mix.TypeOf(stored, shape.Last, config) : DType.F32;
            if (type == DType.F32)
                return plain(name, shape);
            (DType Type, bool Residual) kind = (type, Initialization.WritesResidual(name));
            if (!pools.TryGetValue(kind, out Tensor? pool))
                pools.Add(kind, pool = Pool(plain, kind.Residual, type));
            return Drawn(pool, shape, Initialization.SeedOf(seed, name));
        };
    }

    /// <summary>Units of numbers of one of the two distributions.</summary>
    private static Tensor Pool(ParameterSource plain, bool residual, DType type) =>
        plain(residual ? "pool.attn.o.weight" : "pool.weight", (Units, Unit)).To(type, "");

    /// <summary>A matrix whose units are drawn from the pool.</summary>
    private static Tensor Drawn(Tensor pool, Shape shape, ulong seed)
    {
        Tensor tensor = Tensor.Zeros(shape, pool.DType);
        int unit = (int)pool.DType.Bytes(Unit);
        for (int row = 0; row < shape.Rows; row++)
        {
            Span<byte> bytes = Bytes(tensor.Rows(row, 1));
            for (int at = 0; at < bytes.Length; at += unit)
            {
                int from = (int)CountedRandom.Below(Units, seed, (ulong)row, (ulong)at);
                Bytes(pool).Slice(from * unit, Math.Min(unit, bytes.Length - at)).CopyTo(bytes[at..]);
            }
        }

        return tensor;
    }

    private static Span<byte> Bytes(Tensor tensor) =>
        tensor.DType.IsQuantized() ? tensor.Span<byte>() : MemoryMarshal.AsBytes(tensor.Span<ushort>());
}
