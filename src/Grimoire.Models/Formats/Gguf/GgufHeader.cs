using System.Numerics;

namespace Grimoire.Models.Formats;

/// <summary>
/// The head of a GGUF file: "GGUF", the version, the numbers of tensors and keys, the keys with their values, and each tensor's name, sizes (fastest
/// first), type and place behind the head. Nothing is believed before it is checked.
/// </summary>
internal static class GgufHeader
{
    public const uint Magic = 0x46554747;
    public const string AlignmentKey = "general.alignment";
    public const int DefaultAlignment = 32;

    private const int LeastAlignment = 8, MostAlignment = 1 << 20, MostKeys = 1 << 16, MostTensors = 1 << 20, MostAxes = 4;

    /// <summary>The shortest key (name of one letter, type, a byte) and the shortest tensor (name of one letter, one axis).</summary>
    private const int LeastKey = 14, LeastTensor = 33;

    /// <summary>Reads and checks the head.</summary>
    /// <exception cref="GrimoireException">It is broken, or lies about the file.</exception>
    public static (int Version, GgufMetadata Metadata, IReadOnlyList<TensorEntry> Entries) Read(MappedFile file)
    {
        var cursor = new GgufCursor(file);
        int version = Version(file, cursor);
        int tensors = cursor.Count("tensors", LeastTensor, MostTensors), keys = cursor.Count("keys", LeastKey, MostKeys);
        GgufMetadata metadata = Metadata(file, cursor, keys);
        int alignment = Alignment(metadata);
        List<TensorEntry> entries = Entries(cursor, tensors, alignment);
        long dataStart = Aligned(cursor.Position, alignment);
        entries = [.. entries.Select(entry => entry with { Offset = entry.Offset <= long.MaxValue - dataStart ? dataStart + entry.Offset : long.MaxValue })];
        CheckPlaces(file, entries);
        return (version, metadata, entries);
    }

    /// <summary>The next multiple of the alignment.</summary>
    public static long Aligned(long offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    /// <summary>What tensors' places are multiples of.</summary>
    public static int Alignment(GgufMetadata metadata)
    {
        int alignment = metadata.Int(AlignmentKey, DefaultAlignment);
        return alignment is >= LeastAlignment and <= MostAlignment && BitOperations.IsPow2(alignment)
            ? alignment
            : throw metadata.Refusal(AlignmentKey, $"a power of two from {LeastAlignment} to {MostAlignment} is expected");
    }

    private static int Version(MappedFile file, GgufCursor cursor)
    {
        if (file.Length < 24)
            throw cursor.Fault($"{file.Length} bytes are too few for a GGUF file; it is truncated or something else");
        uint magic = cursor.UInt32("the magic number");
        if (magic is 0x67676D6C or 0x67676D66 or 0x67676A74 or 0x67676C61)
            throw cursor.Fault("this is a file of the time before GGUF; convert it with the tools of its time, or take the model anew");
        if (magic != Magic)
            throw cursor.Fault("this is no GGUF file; those begin with the letters GGUF");
        uint version = cursor.UInt32("the version");
        return version switch
        {
            2 or 3 => (int)version,
            1 => throw cursor.Fault("GGUF version 1 was in use for a few weeks of 2023 and is not read; take the model anew"),
            > 3 and < 0x10000 => throw cursor.Fault($"GGUF version {version} is not known; 2 and 3 are"),
            _ => throw cursor.Fault("this GGUF file is big-endian or damaged; files for little-endian machines are read"),
        };
    }

    private static GgufMetadata Metadata(MappedFile file, GgufCursor cursor, int count)
    {
        var values = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string key = cursor.Name($"key {i + 1} of {count}");
            if (!values.TryAdd(key, cursor.Value(key)))
                throw cursor.Fault($"the key {key} comes twice; the file is damaged");
        }

        return new GgufMetadata(values, file.Path);
    }

    private static List<TensorEntry> Entries(GgufCursor cursor, int count, int alignment)
    {
        var entries = new List<TensorEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            TensorEntry entry = Entry(cursor, $"tensor {i + 1} of {count}", alignment);
            if (!names.Add(entry.Name))
                throw cursor.Fault($"the tensor {entry.Name} comes twice; the file is damaged");
            entries.Add(entry);
        }

        return entries;
    }

    private static TensorEntry Entry(GgufCursor cursor, string which, int alignment)
    {
        string name = cursor.Name(which);
        which = $"tensor {name}";
        uint axes = cursor.UInt32(which);
        if (axes is < 1 or > MostAxes)
            throw cursor.Fault($"{which} has {axes} axes; 1 to {MostAxes} are possible");
        long[] shape = new long[axes];
        Int128 count = 1;
        for (int axis = 0; axis < axes; axis++)
        {
            ulong size = cursor.UInt64(which);
            if (size is 0 or > long.MaxValue || (count *= size) > long.MaxValue)
                throw cursor.Fault($"{which} has an axis of {size}, which is nothing or too large");
            shape[axes - 1 - axis] = (long)size;
        }

        uint number = cursor.UInt32(which);
        GgufTensorType type = GgufTensorType.Find(number) ?? throw cursor.Fault($"{which} is of type {number}, which is not known");
        if (shape[^1] % type.Elements != 0)
            throw cursor.Fault($"{which} has rows of {shape[^1]}, which are no whole blocks of {type.Elements} as {type.Name} wants");
        ulong offset = cursor.UInt64(which);
        if (offset > long.MaxValue || offset % (ulong)alignment != 0)
            throw cursor.Fault($"{which} lies at {offset}, which is no multiple of {alignment}");
        Int128 bytes = count / type.Elements * type.Bytes;
        return bytes <= long.MaxValue
            ? new TensorEntry(name, type.Name, shape, (long)offset, (long)bytes)
            : throw cursor.Fault($"{which} takes {bytes} bytes, more than any file has");
    }

    private static void CheckPlaces(MappedFile file, List<TensorEntry> entries)
    {
        long end = 0;
        string previous = "";
        foreach (TensorEntry entry in entries.OrderBy(e => e.Offset))
        {
            if (entry.Offset > file.Length - entry.Bytes)
            {
                throw new GrimoireException(
                    $"{file.Path}: tensor {entry.Name} needs {entry.Bytes} bytes at {entry.Offset} and the file ends at {file.Length}; it is damaged.");
            }

            if (entry.Offset < end)
                throw new GrimoireException($"{file.Path}: tensor {entry.Name} overlaps {previous}; the file is damaged.");
            (end, previous) = (entry.Offset + entry.Bytes, $"tensor {entry.Name}");
        }
    }
}
