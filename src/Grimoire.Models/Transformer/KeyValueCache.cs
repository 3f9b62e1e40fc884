using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// The keys and values of a sequence's tokens so far, per layer, so that each new token costs one row. Grows up to the model's context, by doubling, one
/// layer's keys or values after the other.
/// </summary>
public sealed class KeyValueCache
{
    private const int FirstCapacity = 64;

    private readonly ModelConfig config;
    private readonly Tensor?[] keys, values;
    private readonly List<int>? tokens;
    private int capacity;
    private bool isRecorded;

    /// <summary>An empty cache.</summary>
    /// <param name="config">The model.</param>
    /// <param name="type">How numbers are kept: F32, or rounded to F16 or, where a head's channels are whole blocks of 32, to Q8_0.</param>
    /// <exception cref="GrimoireException">The model's heads are no whole blocks of the type.</exception>
    public KeyValueCache(ModelConfig config, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (type is not (DType.F32 or DType.F64 or DType.F16 or DType.Q8_0))
            throw new ArgumentOutOfRangeException(nameof(type), type, "keys and values are kept as F32, F16 or Q8_0");
        if (config.HeadDim % type.BlockSize() != 0)
        {
            throw new GrimoireException(
                $"keys and values are kept as {type} in blocks of {type.BlockSize()}, which do not divide this model's heads of {config.HeadDim} channels; " +
                "keep them as F16 (--kv-type f16).");
        }

        (this.config, Type) = (config, type);
        (keys, values) = (new Tensor?[config.Layers], new Tensor?[config.Layers]);
        tokens = config.Rotary.Scaling is RotaryScaling.LongRope ? [] : null;
    }

    /// <summary>How numbers are kept.</summary>
    public DType Type { get; }

    /// <summary>The number of rows before the first token's: what an adapter put there.</summary>
    internal int Virtual { get; private set; }

    /// <summary>The number of tokens remembered.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes held.</summary>
    public long Bytes => 2L * config.Layers * Type.Bytes((long)capacity * config.KeyValueHeads * config.HeadDim);

    /// <summary>Forgets all but the first tokens, so that a common prefix can be continued differently.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        tokens?.RemoveRange(length, tokens.Count - length);
        IsStretched &= length > 0;
        Virtual = length > 0 ? Virtual : 0;
    }

    /// <summary>Becomes a copy of another cache of the same model and type: beams that part ways.</summary>
    public void CopyFrom(KeyValueCache other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Truncate(0);
        Reserve(other.Length, other.Virtual);
        for (int layer = 0; layer < keys.Length; layer++)
        {
            CopyRows(other.keys[layer], keys[layer], other.Virtual + other.Length);
            CopyRows(other.values[layer], values[layer], other.Virtual + other.Length);
        }

        (Length, IsStretched) = (other.Length, other.IsStretched);
        tokens?.AddRange(CollectionsMarshal.AsSpan(other.tokens));
    }

    /// <summary>Whether the keys were rotated by LongRoPE's long factors. An empty cache may be told so beforehand.</summary>
    internal bool IsStretched { get; set; }

    /// <summary>What was read, kept where a sequence that grows must be read again.</summary>
    internal ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(tokens);

    /// <summary>A layer's keys, to be read by a pass, which is recorded or not.</summary>
    internal Tensor? Keys(int layer, bool isRecorded = false)
    {
        this.isRecorded |= isRecorded;
        return keys[layer];
    }


    internal Tensor? Values(int layer) => values[layer];

    /// <summary>Makes room for so many tokens in all, behind as many rows as there are before them, or in an empty cache as many as are given.</summary>
    internal void Reserve(int length, int before = 0)
    {
        int rows = length + (Length > 0 ? Virtual : before);
        Grow(rows);
        if (Length == 0)
            Virtual = before;
    }

    private void Grow(int rows)
    {
        if (rows <= capacity)
            return;
        capacity = Math.Min(Math.Max(rows, Math.Max(FirstCapacity, 2 * capacity)), Math.Max(config.Context, rows));
        tokens?.EnsureCapacity(capacity);
        for (int layer = 0; layer < keys.Length; layer++)
        {
            keys[layer] = Grown(keys[layer]);
            values[layer] = Grown(values[layer]);
        }
    }

    /// <summary>Puts rows <paramref name="start"/>… of a layer's new keys and values at a row, behind the remembered ones.</summary>
    internal void Write(Kernels kernels, int layer, Tensor k, Tensor v, int start, int count, int position)
    {
        kernels.CopyRows(k, start, count, keys[layer]!, position);
        kernels.CopyRows(v, start, count, values[layer]!, position);
    }

    /// <summary>Counts tokens that every layer has written.</summary>
    internal void Advance(ReadOnlySpan<int> read)
    {
        Length += read.Length;
        tokens?.AddRange(read);
    }

    /// <summary>The old memory is given back at once, unless a tape may still want to read it.</summary>
    private Tensor Grown(Tensor? old) => old?.Regrown(capacity, Length > 0 ? Virtual + Length : 0, release: !isRecorded)
        ?? Tensor.Zeros((capacity, config.KeyValueHeads, config.HeadDim), Type);

    private static void CopyRows(Tensor? from, Tensor? to, int rows)
    {
        if (rows > 0)
            Kernels.Reference.CopyRows(from!, 0, rows, to!, 0);
    }
}
