using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// A contiguous array of numbers with a <see cref="Shape"/>. An activation belongs to a <see cref="Workspace"/>: its memory is borrowed from the workspace's
/// slab and ends with it. A parameter belongs to none and owns its memory, or maps a file's.
/// </summary>
public sealed unsafe class Tensor
{
    private object? owner;
    private Tensor? viewed;
    private Tensor? grad;
    private Shape shape;
    private bool requiresGrad;
    private byte* data;

    /// <summary>The tensor of these elements, this or the one viewed, while they stand for zeros that are not in memory yet.</summary>
    private Tensor? unwritten;

    /// <summary>Of a gradient: the tensors whose gradient it is.</summary>
    private int holders;

    internal Tensor(Workspace workspace) => Workspace = workspace;

    private Tensor(Shape shape, DType type, void* data, object? owner)
    {
        CheckBlocks(shape, type);
        (this.shape, DType, this.owner) = (shape, type, owner);
        this.data = (byte*)data;
    }

    private Tensor(Shape shape, DType type, NativeBuffer buffer)
        : this(shape, type, buffer.Pointer, buffer)
    {
    }

    /// <summary>The sizes, outermost first.</summary>
    public ref readonly Shape Shape => ref shape;

    /// <summary>How an element is stored.</summary>
    public DType DType { get; private set; }

    /// <summary>Where the tensor lives; null for a parameter.</summary>
    public Workspace? Workspace { get; }

    /// <summary>Whether a backward pass shall compute <see cref="Grad"/>. Set on parameters; ops set it on what they compute from them.</summary>
    /// <exception cref="InvalidOperationException">Set on a type that only stores: gradients are F32 or F64.</exception>
    public bool RequiresGrad
    {
        get => viewed is { } base_ ? base_.RequiresGrad : requiresGrad;
        set
        {
            if (value && DType is not (DType.F32 or DType.F64))
                throw new InvalidOperationException($"a tensor of {DType} has no gradient; convert it to F32 to train it");
            if (viewed is { } base_)
                base_.RequiresGrad = value;
            else
                requiresGrad = value;
        }
    }

    /// <summary>∂loss/∂this, of the same shape; null until a backward pass has reached this tensor. Gradients add up until set to null or zeroed.</summary>
    public Tensor? Grad
    {
        get => viewed is { } base_ ? base_.Grad?.View(Shape) : grad;
        set => grad = viewed is null ? value : throw new InvalidOperationException("set the gradient of the reshaped tensor, not of its view");
    }

    internal byte* Data
    {
        get
        {
            if (unwritten is not null && ClaimFirstWrite())
                System.Runtime.InteropServices.NativeMemory.Clear(data, Bytes);
            return data;
        }
    }

    /// <summary>The same matrix in the order that linear layers read fastest; null where there is none, and they read this one.</summary>
    internal PackedWeight? Packed { get; set; }

    /// <summary>Whether its numbers would lose too much by being put away rounded, as sums and logarithms of sums do.</summary>
    internal bool IsExact { get; set; }

    /// <summary>Where the elements lie, whether they are there or not.</summary>
    internal byte* Unread => data;

    internal nuint Bytes => (nuint)DType.Bytes(Shape.Count);

    /// <summary>A parameter of zero bytes that owns its memory.</summary>
    /// <exception cref="ArgumentException">The last axis is not whole blocks of the type.</exception>
    public static Tensor Zeros(Shape shape, DType type = DType.F32)
    {
        var buffer = new NativeBuffer(type.Bytes(shape.Count), zeroed: true);
        return new Tensor(shape, type, buffer.Pointer, buffer);
    }

    /// <summary>A parameter holding a copy of <paramref name="values"/>.</summary>
    public static Tensor From(Shape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Count)
            throw new ArgumentException($"{values.Length} values do not fill shape {shape}", nameof(values));
        Tensor tensor = Zeros(shape);
        values.CopyTo(tensor.Span<float>());
        return tensor;
    }

    /// <summary>
    /// A tensor over memory that somebody else provides, such as a mapped file; <paramref name="owner"/> keeps that memory alive.
    /// The memory must hold <c>shape.Count</c> elements and stay where it is.
    /// </summary>
    /// <exception cref="ArgumentException">The last axis is not whole blocks of the type.</exception>
    public static Tensor Over(void* data, Shape shape, DType type, object owner) => new(shape, type, data, owner);

    /// <summary>
    /// The elements, or the bytes of a quantised tensor, in order of memory; valid while somebody refers to the tensor (a span does not, and a local that is
    /// not used any more does not either: see <see cref="GC.KeepAlive"/>) and, for an activation, until its memory is given back.
    /// </summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the stored type, or there are more than 2³¹ elements.</exception>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        bool fits = DType.IsQuantized() ? typeof(T) == typeof(byte) : sizeof(T) == DType.Size() && (typeof(T) == typeof(int)) == (DType == DType.I32);
        if (!fits)
            throw new InvalidOperationException($"a tensor of {DType} is not read as {typeof(T).Name}");
        return new Span<T>(Data, checked((int)(Bytes / (nuint)sizeof(T))));
    }

    /// <summary>A copy of the elements, or of the bytes of a quantised tensor; of a tensor that nobody else refers to, too.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the stored type, or there are more than 2³¹ elements.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        T[] copy = Span<T>().ToArray();
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>Makes all elements zero. Memory is not touched before somebody reads or adds to it.</summary>
    public void Clear()
    {
        if (viewed is { } base_)
            base_.Clear();
        unwritten = viewed ?? this;
    }

    /// <summary>The value of a tensor with one element.</summary>
    public double Item()
    {
        if (Shape.Count != 1)
            throw new InvalidOperationException($"a tensor of shape {Shape} is not one value");
        return DType switch
        {
            DType.F32 => *(float*)Data,
            DType.F64 => *(double*)Data,
            DType.I32 => *(int*)Data,
            DType.F16 => (double)*(Half*)Data,
            _ => BFloat16.ToSingle(*(ushort*)Data),
        };
    }

    /// <summary>The same elements under another shape; gradients flow to this tensor.</summary>
    public Tensor Reshape(Shape shape)
    {
        if (shape == Shape)
            return this;
        Tensor view = View(shape);
        view.viewed = viewed ?? this;
        return view;
    }

    /// <summary>
    /// <paramref name="count"/> entries of the first axis from <paramref name="start"/> on, sharing memory: one of several weights stored as one. No gradient
    /// flows through it to the whole.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such entries.</exception>
    public Tensor Rows(int start, int count)
    {
        if (start < 0 || count < 0 || start + (long)count > Shape[0])
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{count} entries from {start} on are not in {Shape}");
        Shape part = Shape.WithFirst(count);
        byte* first = Data + DType.Bytes(start * (Shape.Count / Math.Max(Shape[0], 1)));
        return Workspace is { } workspace ? workspace.Handle().Place(part, DType, first) : new Tensor(part, DType, first, (object?)owner ?? this);
    }

    /// <summary>A copy that owns its memory and outlives the workspace; it has no gradient.</summary>
    public Tensor Keep()
    {
        Tensor copy = Zeros(Shape, DType);
        CopyTo(copy);
        return copy;
    }

    /// <summary>
    /// A parameter with other room along the first axis, whose first <paramref name="kept"/> entries are this one's; those behind are not set to anything.
    /// </summary>
    /// <param name="entries">Its entries.</param>
    /// <param name="kept">How many are copied.</param>
    /// <param name="release">Whether this tensor's own memory is given back at once: then nobody may read it any more.</param>
    public Tensor Regrown(int entries, int kept, bool release)
    {
        Shape room = Shape.WithFirst(entries);
        var buffer = new NativeBuffer(DType.Bytes(room.Count), zeroed: false);
        var grown = new Tensor(room, DType, buffer.Pointer, buffer);
        CopyRowsTo(0, kept, grown, 0);
        if (release && owner is NativeBuffer own)
            own.Dispose();
        return grown;
    }

    /// <summary>Elementwise sum. See <see cref="Ops.Add"/>.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Ops.Add(a, b);

    /// <summary>Elementwise difference. See <see cref="Ops.Subtract"/>.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Ops.Subtract(a, b);

    /// <summary>Elementwise product. See <see cref="Ops.Multiply"/>.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Ops.Multiply(a, b);

    /// <summary>Product with a number. See <see cref="Ops.Scale"/>.</summary>
    public static Tensor operator *(Tensor a, float factor) => Ops.Scale(a, factor);

    /// <inheritdoc/>
    public override string ToString() => $"{DType} {Shape}";

    /// <summary>
    /// The gradient to add to, made on first use as zeros that are yet to be written: in the slab for an activation, owned for a parameter. One that is
    /// shared is copied first.
    /// </summary>
    internal Tensor GradToAddTo()
    {
        if (viewed is { } base_)
            return base_.GradToAddTo().View(Shape);
        if (grad is { holders: > 1 } shared)
        {
            grad = NewGrad();
            Workspace!.Kernels.Copy(shared, grad);
            shared.holders--;
        }

        return grad ??= NewGrad();
    }

    /// <summary>
    /// Adds an activation's gradient to this tensor's. Where there is none yet both share it until somebody adds to either.
    /// </summary>
    internal void AddGradOf(Tensor y, Kernels kernels)
    {
        if (viewed is null && grad is null && Workspace is not null && y.grad is { } shared)
        {
            grad = shared;
            shared.holders++;
        }
        else
        {
            kernels.Accumulate(y.Grad!, 1, GradToAddTo());
        }
    }

    /// <summary>Forgets an activation's gradient, which all its readers have seen; its memory serves the next one.</summary>
    internal void DropGrad()
    {
        if (grad is { } dropped && --dropped.holders == 0)
            Workspace!.Recycle(dropped);
        grad = null;
    }

    /// <summary><see cref="GradToAddTo"/> where one is required, else null.</summary>
    internal Tensor? WantedGrad() => RequiresGrad ? GradToAddTo() : null;

    /// <summary>
    /// True once for zeros that are not in memory: whoever asks then writes every element and reads none. False where there are elements to add to.
    /// </summary>
    internal bool ClaimFirstWrite()
    {
        bool first = unwritten is { } base_ && base_.unwritten == base_;
        if (first)
            unwritten!.unwritten = null;
        unwritten = null;
        return first;
    }

    /// <summary>Whether memory that is given back comes back by itself.</summary>
    internal bool IsRestorable => owner is IRestorable;

    /// <summary>Gives the memory back for now, if it comes back by itself when it is read again.</summary>
    internal void LetGo() => (owner as IRestorable)?.LetGo(Data, (long)Bytes);

    internal void CopyTo(Tensor destination)
    {
        if (destination.Bytes != Bytes)
            throw new ArgumentException($"{this} does not fit into {destination}", nameof(destination));
        Buffer.MemoryCopy(Data, destination.Data, destination.Bytes, Bytes);
    }

    /// <summary>Copies entries of the first axis without making a slice, which outside a workspace would be garbage.</summary>
    internal void CopyRowsTo(int from, int count, Tensor destination, int to)
    {
        (Tensor x, Tensor y) = (this, destination);
        if (x.DType != y.DType)
            throw new ArgumentException($"rows of {x} are not rows of {y}", nameof(destination));
        CheckRows(from, count, y, to);
        nuint row = Shape[0] == 0 ? 0 : Bytes / (nuint)Shape[0];
        nuint bytes = row * (nuint)count;
        Buffer.MemoryCopy(x.Data + (row * (nuint)from), y.Data + (row * (nuint)to), bytes, bytes);
    }

    /// <summary>Refuses entries of the first axis that are not there, or are of another shape.</summary>
    internal void CheckRows(int from, int count, Tensor destination, int to)
    {
        if (Shape.WithFirst(count) != destination.Shape.WithFirst(count))
            throw new ArgumentException($"rows of {this} are not rows of {destination}", nameof(destination));
        if (from < 0 || from + (long)count > Shape[0] || to < 0 || to + (long)count > destination.Shape[0])
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} rows from {from} of {this} do not fit from {to} on into {destination}");
    }

    /// <summary>Makes a pooled tensor stand for new memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Tensor Place(Shape shape, DType type, void* data)
    {
        CheckBlocks(shape, type);
        (this.shape, DType) = (shape, type);
        this.data = (byte*)data;
        (requiresGrad, grad, viewed, owner, unwritten, holders, IsExact) = (false, null, null, null, null, 0, false);
        return this;
    }

    /// <summary>The same tensor in other memory of its workspace, which is to hold its numbers.</summary>
    internal void Move(byte* data) => this.data = data;

    /// <summary>Refuses rows that are not whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckBlocks(Shape shape, DType type)
    {
        if (type.IsQuantized() && shape.Last % type.BlockSize() != 0)
            throw new ArgumentException($"rows of {shape} are not whole blocks of {type.BlockSize()}, as {type} is stored in", nameof(shape));
    }

    private Tensor View(Shape shape)
    {
        if (shape.Count != Shape.Count)
            throw new ArgumentException($"{Shape} cannot be reshaped to {shape}: the counts differ", nameof(shape));
        Tensor view = Workspace is { } workspace ? workspace.Handle().Place(shape, DType, data) : new Tensor(shape, DType, data, (object?)owner ?? this);
        view.unwritten = unwritten;
        return view;
    }

    private Tensor NewGrad()
    {
        Tensor made = Workspace is { } workspace ? workspace.Recycled(Shape)
            : new Tensor(Shape, DType, new NativeBuffer(DType.Bytes(Shape.Count), zeroed: false));
        made.unwritten = made;
        made.holders = 1;
        return made;
    }
}
