using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Where activations live: the kernels that compute them, the slab that holds them, and, when gradients are wanted, the tape that records them. Memory is taken
/// by moving a mark forward and given back by moving it back, so that after the first step nothing is allocated. A workspace belongs to one thread.
/// </summary>
public sealed unsafe class Workspace(Kernels kernels, Tape? tape = null, DType type = DType.F32)
{
    private const long FirstChunk = 1 << 20, LargeChunk = 1 << 25;
    private const int Alignment = 64;

    private readonly List<NativeBuffer> chunks = [];
    private readonly List<(Position Place, long Bytes)> recycled = [];
    private Tensor[] handles = [];
    private Workspace? shelf;
    private int chunk;
    private long offset;
    private int handle;

    /// <summary>A position in the slab to return to.</summary>
    public readonly record struct Position(int Chunk, long Offset, int Handle);

    /// <summary>What computes.</summary>
    public Kernels Kernels { get; } = kernels;

    /// <summary>What records; null when no gradient is wanted.</summary>
    public Tape? Tape { get; private set; } = tape;

    /// <summary>
    /// Told of each linear layer that is computed, as its input and its weight: how one learns which columns of a weight matter. Null unless somebody
    /// wants to know.
    /// </summary>
    public Action<Tensor, Tensor>? LinearObserver { get; set; }

    /// <summary>The type of activations: F32, or F64 with the reference kernels.</summary>
    public DType DType { get; } = type;

    /// <summary>Bytes of the slab, used or not.</summary>
    public long Capacity => chunks.Sum(c => c.Length) + (shelf?.Capacity ?? 0);

    /// <summary>A tensor whose elements are not yet set.</summary>
    public Tensor New(Shape shape) => New(shape, DType);

    /// <summary>A tensor of a given type whose elements are not yet set.</summary>
    public Tensor New(Shape shape, DType type)
    {
        long bytes = type.Bytes(shape.Count);
        return Handle().Place(shape, type, Take(bytes));
    }

    /// <summary>A tensor of zeros.</summary>
    public Tensor Zeros(Shape shape)
    {
        Tensor tensor = New(shape);
        tensor.Clear();
        return tensor;
    }

    /// <summary>Token ids, positions or targets copied into the slab, <c>[count]</c>.</summary>
    public Tensor From(ReadOnlySpan<int> values)
    {
        Tensor tensor = New(values.Length, DType.I32);
        values.CopyTo(tensor.Span<int>());
        return tensor;
    }

    /// <summary>Numbers copied into the slab as activations.</summary>
    public Tensor From(Shape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Count)
            throw new ArgumentException($"{values.Length} values do not fill shape {shape}", nameof(values));
        Tensor tensor = New(shape);
        if (DType == DType.F32)
        {
            values.CopyTo(tensor.Span<float>());
            return tensor;
        }

        Span<double> wide = tensor.Span<double>();
        for (int i = 0; i < values.Length; i++)
            wide[i] = values[i];
        return tensor;
    }

    /// <summary>The present end of the slab.</summary>
    public Position Mark() => new(chunk, offset, handle);

    /// <summary>Gives back everything made since <paramref name="mark"/>; those tensors must not be used any more.</summary>
    public void Release(Position mark)
    {
        (chunk, offset, handle) = (mark.Chunk, mark.Offset, mark.Handle);
        for (int i = recycled.Count - 1; i >= 0; i--)
        {
            if (recycled[i].Place is var place && (place.Chunk > chunk || (place.Chunk == chunk && place.Offset >= offset)))
                recycled.RemoveAt(i);
        }
    }

    /// <summary>
    /// Puts away everything made since <paramref name="mark"/>, F32 rounded to bfloat16 but for statistics, and gives its memory back. None of it may be read
    /// before <see cref="TakeOut"/>, and what is put away last is taken out first.
    /// </summary>
    /// <param name="mark">Where the first of it begins.</param>
    /// <param name="shelved">Remembers where it is; what it remembered before is forgotten.</param>
    public void PutAway(Position mark, Shelved shelved)
    {
        shelf ??= new Workspace(Kernels);
        shelved.Clear(shelf.Mark());
        for (int i = mark.Handle; i < handle; i++)
        {
            Position place = PlaceOf(handles[i].Unread);
            if (place.Chunk > mark.Chunk || (place.Chunk == mark.Chunk && place.Offset >= mark.Offset))
                shelved.Put(handles[i], shelf);
        }

        Release(mark with { Handle = handle });
    }

    /// <summary>Brings back what was put away, at the present end of the slab.</summary>
    public void TakeOut(Shelved shelved)
    {
        shelved.TakeOut(this);
        shelf!.Release(shelved.Begin);
    }

    /// <summary>Gives back everything and clears the tape: the start of the next step.</summary>
    public void Reset()
    {
        Release(default);
        shelf?.Reset();
        Tape?.Clear();
    }

    /// <summary>Whether an op on these operands is to be recorded.</summary>
    public bool Tracks(Tensor? a, Tensor? b = null, Tensor? c = null) => Tape is not null && (Learns(a) || Learns(b) || Learns(c));

    /// <summary>Records how <paramref name="output"/> came to be.</summary>
    public void Record<TNode>(Tensor output, in TNode node)
        where TNode : struct, INode
    {
        output.RequiresGrad = true;
        Tape!.Add(output, node);
    }

    /// <summary>Swaps the tape, for passes that run without one or replay onto their own; returns the one that was there.</summary>
    public Tape? Exchange(Tape? other)
    {
        Tape? previous = Tape;
        Tape = other;
        return previous;
    }

    /// <summary>Makes the gradient of an activation now, before a mark, so that it outlives what is released later.</summary>
    public void EnsureGrad(Tensor activation) => activation.GradToAddTo();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Tensor Handle()
    {
        if (handle == handles.Length)
            MakeHandles();
        return handles[handle++];
    }

    /// <summary>
    /// A tensor whose elements are not yet set, in the memory of one of the same size that was given back, the last such first, or in new memory.
    /// </summary>
    internal Tensor Recycled(Shape shape)
    {
        long bytes = DType.Bytes(shape.Count);
        for (int i = recycled.Count - 1; i >= 0; i--)
        {
            if (recycled[i].Bytes != bytes)
                continue;
            byte* memory = chunks[recycled[i].Place.Chunk].Pointer + recycled[i].Place.Offset;
            recycled.RemoveAt(i);
            return Handle().Place(shape, DType, memory);
        }

        return New(shape);
    }

    /// <summary>Gives back a tensor that was made by <see cref="Recycled"/> and is not used any more, for the next of its size.</summary>
    internal void Recycle(Tensor tensor) => recycled.Add((PlaceOf(tensor.Unread), (long)tensor.Bytes));

    private static bool Learns(Tensor? operand) => operand is { RequiresGrad: true };

    private void MakeHandles()
    {
        int count = handles.Length;
        Array.Resize(ref handles, Math.Max(64, 2 * count));
        for (int i = count; i < handles.Length; i++)
            handles[i] = new Tensor(this);
    }

    /// <summary>Where memory lies; before everything if it is none of the slab's.</summary>
    private Position PlaceOf(byte* memory)
    {
        for (int i = 0; i < chunks.Count; i++)
        {
            if (memory >= chunks[i].Pointer && memory < chunks[i].Pointer + chunks[i].Length)
                return new Position(i, memory - chunks[i].Pointer, 0);
        }

        return new Position(-1, 0, 0);
    }

    internal byte* Take(long bytes)
    {
        bytes = (bytes + Alignment - 1) & -Alignment;
        if (chunk == chunks.Count || offset + bytes > chunks[chunk].Length)
            NextChunk(bytes);
        byte* memory = chunks[chunk].Pointer + offset;
        offset += bytes;
        return memory;
    }

    /// <summary>Goes on to the next chunk that has room, made if need be.</summary>
    private void NextChunk(long bytes)
    {
        while (chunk < chunks.Count && offset + bytes > chunks[chunk].Length)
            (chunk, offset) = (chunk + 1, 0);
        if (chunk == chunks.Count)
            chunks.Add(new NativeBuffer(Math.Max(bytes, chunks.Count == 0 ? FirstChunk : Math.Min(LargeChunk, 2 * chunks[^1].Length)), zeroed: false));
    }
}
