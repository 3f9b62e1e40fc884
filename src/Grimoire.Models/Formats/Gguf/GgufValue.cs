using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Formats;

/// <summary>
/// A metadata value: a number, a truth, a text or an array. It holds the bytes of the file, mapped where it was read, and decodes them when
/// asked; so it is written back as it came.
/// </summary>
public sealed class GgufValue : IEquatable<GgufValue>
{
    private const int ArrayHead = 12, LengthSize = 8, ShownElements = 6, ShownBytes = 72;

    private readonly MappedFile? file;
    private readonly long offset;
    private readonly byte[] made = [];
    private readonly int length;

    internal GgufValue(GgufType type, GgufType elementType, int count, MappedFile file, long offset, int length)
    {
        (Type, ElementType, Count) = (type, elementType, count);
        (this.file, this.offset, this.length) = (file, offset, length);
    }

    private GgufValue(GgufType type, GgufType elementType, int count, byte[] bytes) =>
        (Type, ElementType, Count, made, length) = (type, elementType, count, bytes, bytes.Length);

    /// <summary>What it is.</summary>
    public GgufType Type { get; }

    /// <summary>What an array holds; the type itself for everything else.</summary>
    public GgufType ElementType { get; }

    /// <summary>The elements of an array; 1 for everything else.</summary>
    public int Count { get; }

    /// <summary>The value as the file has it, after its type.</summary>
    internal ReadOnlySpan<byte> Bytes => file is null ? made : file.Bytes(offset, length);

    /// <summary>Whether it says nothing: 0, false, an empty text or array.</summary>
    internal bool IsInert => IsArray ? Count == 0 : !Bytes.ContainsAnyExcept((byte)0);

    private bool IsArray => Type == GgufType.Array;

    /// <summary>A text.</summary>
    public static GgufValue Of(string text) => new(GgufType.String, GgufType.String, 1, Encoded([text]));

    /// <summary>True or false.</summary>
    public static GgufValue Of(bool flag) => Scalar(GgufType.Bool, (byte)(flag ? 1 : 0));

    /// <summary>A whole number of 32 bits, without a sign: the type of sizes and ids.</summary>
    public static GgufValue Of(uint number) => Scalar(GgufType.UInt32, number);

    /// <summary>A whole number of 32 bits.</summary>
    public static GgufValue Of(int number) => Scalar(GgufType.Int32, number);

    /// <summary>A whole number of 64 bits, without a sign.</summary>
    public static GgufValue Of(ulong number) => Scalar(GgufType.UInt64, number);

    /// <summary>A number in single precision.</summary>
    public static GgufValue Of(float number) => Scalar(GgufType.Float32, number);

    /// <summary>A list of texts.</summary>
    public static GgufValue Of(IReadOnlyCollection<string> texts) => Array(GgufType.String, texts.Count, Encoded(texts));

    /// <summary>A list of whole numbers.</summary>
    public static GgufValue Of(ReadOnlySpan<int> numbers) => Array(GgufType.Int32, numbers.Length, MemoryMarshal.AsBytes(numbers));

    /// <summary>A list of numbers in single precision.</summary>
    public static GgufValue Of(ReadOnlySpan<float> numbers) => Array(GgufType.Float32, numbers.Length, MemoryMarshal.AsBytes(numbers));

    /// <summary>A list of bytes.</summary>
    public static GgufValue Of(ReadOnlySpan<byte> bytes) => Array(GgufType.UInt8, bytes.Length, bytes);

    /// <summary>A list of truths.</summary>
    public static GgufValue Of(ReadOnlySpan<bool> flags) => Array(GgufType.Bool, flags.Length, MemoryMarshal.AsBytes(flags));

    /// <inheritdoc/>
    public bool Equals(GgufValue? other)
    {
        bool same = other is not null && Type == other.Type && Bytes.SequenceEqual(other.Bytes);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return same;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GgufValue);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Type);
        hash.AddBytes(Bytes);
        GC.KeepAlive(this);
        return hash.ToHashCode();
    }

    /// <summary>The value in short: of an array the first few elements and their number.</summary>
    public override string ToString()
    {
        if (ElementType == GgufType.Array)
            return $"{Count} arrays";
        string[] first = Decode(Shown, Math.Min(Count, ShownElements));
        if (!IsArray)
            return first[0];
        return Count <= ShownElements
            ? $"[{string.Join(", ", first)}]"
            : $"[{string.Join(", ", first)}, …] ({Count.ToString("N0", CultureInfo.InvariantCulture)} of {ElementType})";
    }

    /// <summary>The elements decoded one after the other, of an array and of anything else alike; a text comes as its UTF-8.</summary>
    internal T[] Decode<T>(Func<GgufType, ReadOnlySpan<byte>, T> decode, int? count = null)
    {
        var decoded = new T[count ?? Count];
        ReadOnlySpan<byte> rest = IsArray ? Bytes[ArrayHead..] : Bytes;
        for (int i = 0; i < decoded.Length; i++)
            decoded[i] = decode(ElementType, Element(ref rest));
        GC.KeepAlive(this);
        return decoded;
    }

    /// <summary>A whole number; null for another type.</summary>
    internal static Int128? Integer(GgufType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufType.UInt8 => bytes[0],
        GgufType.Int8 => (sbyte)bytes[0],
        GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        GgufType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        GgufType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => null,
    };

    /// <summary>A number of any kind; null for another type.</summary>
    internal static double? Number(GgufType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        GgufType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => (double?)Integer(type, bytes),
    };

    /// <summary>The next element's bytes (of a text without its length).</summary>
    private ReadOnlySpan<byte> Element(ref ReadOnlySpan<byte> rest)
    {
        int skipped = 0, size = ElementType.Size();
        if (ElementType == GgufType.String)
            (skipped, size) = (LengthSize, (int)BinaryPrimitives.ReadUInt64LittleEndian(rest));
        ReadOnlySpan<byte> element = rest.Slice(skipped, size);
        rest = rest[(skipped + size)..];
        return element;
    }

    private static string Shown(GgufType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case GgufType.Bool:
                return bytes[0] == 0 ? "false" : "true";
            case GgufType.Float32:
                return BinaryPrimitives.ReadSingleLittleEndian(bytes).ToString("R", CultureInfo.InvariantCulture);
            case GgufType.Float64:
                return BinaryPrimitives.ReadDoubleLittleEndian(bytes).ToString("R", CultureInfo.InvariantCulture);
            case GgufType.String:
                string text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, ShownBytes)]);
                return bytes.Length <= ShownBytes ? text : text + "…";
            default:
                return Integer(type, bytes)?.ToString(CultureInfo.InvariantCulture) ?? "";
        }
    }

    private static GgufValue Scalar<T>(GgufType type, T value)
        where T : unmanaged => new(type, type, 1, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray());

    private static GgufValue Array(GgufType element, int count, ReadOnlySpan<byte> elements)
    {
        byte[] bytes = new byte[ArrayHead + elements.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)element);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), (ulong)count);
        elements.CopyTo(bytes.AsSpan(ArrayHead));
        return new GgufValue(GgufType.Array, element, count, bytes);
    }

    private static byte[] Encoded(IReadOnlyCollection<string> texts)
    {
        byte[] bytes = new byte[texts.Sum(text => LengthSize + Encoding.UTF8.GetByteCount(text))];
        Span<byte> rest = bytes;
        foreach (string text in texts)
        {
            int count = Encoding.UTF8.GetBytes(text, rest[LengthSize..]);
            BinaryPrimitives.WriteUInt64LittleEndian(rest, (ulong)count);
            rest = rest[(LengthSize + count)..];
        }

        return bytes;
    }
}
