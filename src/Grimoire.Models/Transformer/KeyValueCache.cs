using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The keys and values of a sequence's tokens so far, per layer, so that each new token costs one row. Grows up to the model's context.</summary>
public sealed class KeyValueCache(ModelConfig config, DType type = DType.F32)
{
    private const int FirstCapacity = 64;

    private readonly Tensor?[] keys = new Tensor?[config.Layers];
    private readonly Tensor?[] values = new Tensor?[config.Layers];
    private readonly List<int>? tokens = config.Rotary.Scaling is RotaryScaling.LongRope ? [] : null;
    private int capacity;

    /// <summary>The number of rows before the first token's: what an adapter put there.</summary>
    internal int Virtual { get; private set; }

    /// <summary>The number of tokens remembered.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes held.</summary>
    public long Bytes => 2L * config.Layers * capacity * config.KeyValueHeads * config.HeadDim * type.Size();

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

    /// <summary>Becomes a copy of another cache of the same model: beams that part ways.</summary>
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

    internal Tensor? Keys(int layer) => keys[layer];

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

    private Tensor Grown(Tensor? old)
    {
        Tensor grown = Tensor.Zeros((capacity, config.KeyValueHeads, config.HeadDim), type);
        if (Length > 0)
            CopyRows(old, grown, Virtual + Length);
        return grown;
    }

    private static void CopyRows(Tensor? from, Tensor? to, int rows)
    {
        if (rows > 0)
            Kernels.Reference.CopyRows(from!, 0, rows, to!, 0);
    }
}
