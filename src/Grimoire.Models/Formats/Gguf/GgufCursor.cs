using System.Buffers.Binary;
using System.Text;

namespace Grimoire.Models.Formats;

/// <summary>
/// Walks through the head of a GGUF file. Every length is held against what is left of the file before it is followed, strings of an array
/// are stepped over without being decoded, and nothing is allocated but names.
/// </summary>
internal sealed class GgufCursor(MappedFile file)
{
    /// <summary>The format's own limit on the length of a key, kept for names of tensors too.</summary>
    private const int LongestName = 65535;

    private const int DeepestArray = 4;

    /// <summary>Far more than the pieces and merges of any vocabulary; a file of nothing but empty strings would take seconds to step through.</summary>
    private const int MostSteps = 1 << 24;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private int steps;

    /// <summary>The offset of the next byte.</summary>
    public long Position { get; private set; }

    private long Left => file.Length - Position;

    /// <summary>A number of 32 bits.</summary>
    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    /// <summary>A number of 64 bits.</summary>
    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>How many things of at least <paramref name="least"/> bytes each follow.</summary>
    public int Count(string what, int least, int most)
    {
        ulong count = UInt64(what);
        if (count > (ulong)most)
            throw Fault($"{count} {what} are announced, more than any model has ({most}); the file is damaged");
        if (count > (ulong)(Left / least))
            throw Fault($"{count} {what} are announced, which do not fit into the {Left} bytes that follow; the file is truncated or damaged");
        return (int)count;
    }

    /// <summary>The name of a key or tensor.</summary>
    public string Name(string what)
    {
        ulong length = UInt64(what);
        if (length is 0 or > LongestName)
            throw Fault($"{what} has a name of {length} bytes; 1 to {LongestName} are possible");
        try
        {
            return Strict.GetString(Take((int)length, what));
        }
        catch (DecoderFallbackException e)
        {
            throw new GrimoireException($"{file.Path}: the name of {what} is no text; the file is damaged.", e);
        }
    }

    /// <summary>The value of a key, as a view of the file.</summary>
    public GgufValue Value(string key)
    {
        GgufType type = Type(key), element = type;
        long start = Position, count = 1;
        if (type == GgufType.Array)
            (element, count) = SkipArray(key, depth: 1);
        else
            Skip(type, key);
        if (Position - start > int.MaxValue)
            throw Fault($"{key} takes {Position - start} bytes, more than any metadata does; the file is damaged");
        return new GgufValue(type, element, (int)count, file, start, (int)(Position - start));
    }

    /// <summary>An error in this file.</summary>
    public GrimoireException Fault(string fault) => new($"{file.Path}: {fault}.");

    private GgufType Type(string key)
    {
        uint number = UInt32(key);
        return number <= (uint)GgufType.Float64 ? (GgufType)number : throw Fault($"{key} is of type {number}, which the format does not have");
    }

    private void Skip(GgufType type, string key)
    {
        if (type == GgufType.String)
            Step(UInt64(key), key);
        else
            Step((ulong)type.Size(), key);
    }

    private (GgufType Element, long Count) SkipArray(string key, int depth)
    {
        if (depth > DeepestArray)
            throw Fault($"{key} nests arrays more than {DeepestArray} deep");
        GgufType element = Type(key);
        ulong count = UInt64(key);
        ulong least = (ulong)Math.Max(element.Size(), element == GgufType.Array ? 12 : 8 * (element == GgufType.String ? 1 : 0));
        if (count > int.MaxValue || count > (ulong)Left / least)
            throw Fault($"{key} announces {count} elements, which do not fit into the {Left} bytes that follow; the file is truncated or damaged");
        if (element.Size() > 0)
        {
            Step(count * (ulong)element.Size(), key);
            return (element, (long)count);
        }

        for (ulong i = 0; i < count; i++)
        {
            if (++steps > MostSteps)
                throw Fault($"{key} announces {count} elements, more than any vocabulary has; the file is damaged");
            if (element == GgufType.Array)
                SkipArray(key, depth + 1);
            else
                Skip(element, key);
        }

        return (element, (long)count);
    }

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        long start = Position;
        Step((ulong)count, what);
        return file.Bytes(start, count);
    }

    private void Step(ulong count, string what)
    {
        if (count > (ulong)Left)
            throw Fault($"{what} needs {count} bytes and {Left} are left; the file is truncated or damaged");
        Position += (long)count;
    }
}
