using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>A tensor to be stored, whose values are made when their turn comes, so that a converted model is never in memory twice.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Makes a tensor of that type and shape.</param>
internal sealed record StoredTensor(string Name, DType Type, Shape Shape, Func<Tensor> Values)
{
    private const int BytesAtOnce = 1 << 24;

    public long Bytes => Type.Bytes(Shape.Count);

    /// <summary>Makes the values and writes them.</summary>
    public void WriteTo(Stream stream)
    {
        Tensor tensor = Values();
        if (tensor.DType != Type || tensor.Shape != Shape)
            throw new InvalidOperationException($"{Name} was announced as {Type} {Shape} and came as {tensor}");
        switch (Type)
        {
            case DType.F64: Write<double>(stream, tensor); break;
            case DType.F32: Write<float>(stream, tensor); break;
            case DType.I32: Write<int>(stream, tensor); break;
            case DType.F16 or DType.BF16: Write<ushort>(stream, tensor); break;
            default: Write<byte>(stream, tensor); break;
        }

        GC.KeepAlive(tensor);
    }

    private static unsafe void Write<T>(Stream stream, Tensor tensor)
        where T : unmanaged
    {
        ReadOnlySpan<T> rest = tensor.Span<T>();
        while (!rest.IsEmpty)
        {
            int count = Math.Min(rest.Length, BytesAtOnce / sizeof(T));
            stream.Write(MemoryMarshal.AsBytes(rest[..count]));
            rest = rest[count..];
        }
    }
}
