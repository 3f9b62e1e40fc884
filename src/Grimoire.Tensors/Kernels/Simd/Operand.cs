namespace Grimoire.Tensors;

/// <summary>
/// One factor of a matrix product: element (outer, depth) lies <c>outer · OuterStride + depth · DepthStride</c> elements behind
/// <paramref name="data"/>. "Outer" is the row of A or the column of B, "depth" the index summed over; one of the strides is 1.
/// </summary>
internal readonly unsafe struct Operand(byte* data, nint outerStride, nint depthStride, DType type)
{
    public byte* Data { get; init; } = data;

    public nint OuterStride => outerStride;

    public nint DepthStride => depthStride;

    public DType Type => type;

    /// <summary>Rows of numbers along the depth: A as stored, or the transposed weight of a linear map.</summary>
    public static Operand AlongDepth(void* data, nint stride, DType type = DType.F32) => new((byte*)data, stride, 1, type);

    /// <summary>Rows of numbers along the outer index: B as stored, or A transposed.</summary>
    public static Operand AlongOuter(void* data, nint stride, DType type = DType.F32) => new((byte*)data, 1, stride, type);

    /// <summary>The same numbers with rows and columns exchanged.</summary>
    public Operand Turned => new(Data, depthStride, outerStride, type);

    /// <summary>Elements along the outer index that are packed together, because they share blocks.</summary>
    public int OuterBlock => OuterStride == 1 ? Type.BlockSize() : 1;

    /// <summary>Elements along the depth that lie in one block.</summary>
    public int DepthBlock => DepthStride == 1 ? Type.BlockSize() : 1;

    /// <summary>The part that begins at another element, of quantised numbers at another block.</summary>
    public Operand From(nint outer, nint depth) => this with { Data = Data + Type.Bytes((outer * OuterStride) + (depth * DepthStride)) };
}
