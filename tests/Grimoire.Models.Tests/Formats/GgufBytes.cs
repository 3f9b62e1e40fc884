using System.Text;

namespace Grimoire.Models.Tests;

/// <summary>Writes GGUF files byte by byte, so that they can lie.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> bytes = [];

    public GgufBytes U32(params ReadOnlySpan<uint> numbers)
    {
        foreach (uint number in numbers)
            bytes.AddRange(BitConverter.GetBytes(number));
        return this;
    }

    public GgufBytes U64(params ReadOnlySpan<ulong> numbers)
    {
        foreach (ulong number in numbers)
            bytes.AddRange(BitConverter.GetBytes(number));
        return this;
    }

    public GgufBytes Raw(params ReadOnlySpan<byte> raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public GgufBytes Text(string text)
    {
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        return U64((ulong)encoded.Length).Raw(encoded);
    }

    /// <summary>The fixed part.</summary>
    public GgufBytes Head(ulong tensors, ulong keys, uint version = 3) => Raw("GGUF"u8).U32(version).U64(tensors, keys);

    /// <summary>A tensor's line.</summary>
    public GgufBytes Tensor(string name, ulong[] sizes, uint type, ulong offset) => Text(name).U32((uint)sizes.Length).U64(sizes).U32(type).U64(offset);

    /// <summary>Zeros up to a multiple of 32, and so many more.</summary>
    public GgufBytes Data(int count)
    {
        while (bytes.Count % 32 != 0)
            bytes.Add(0);
        return Raw(new byte[count]);
    }

    public byte[] ToArray() => [.. bytes];
}
