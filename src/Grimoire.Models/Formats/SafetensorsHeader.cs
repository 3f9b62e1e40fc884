using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Grimoire.Models.Formats;

/// <summary>
/// The beginning of a safetensors file: the length n of the header in 8 bytes, then n bytes of JSON that name each tensor's type, shape and
/// place in the rest of the file. Every byte of the rest belongs to exactly one tensor. Nothing is believed before it is checked.
/// </summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    private static readonly FrozenDictionary<string, int> BitsOfTypes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["F64"] = 64,
        ["F32"] = 32,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["I64"] = 64,
        ["I32"] = 32,
        ["I16"] = 16,
        ["I8"] = 8,
        ["U64"] = 64,
        ["U32"] = 32,
        ["U16"] = 16,
        ["U8"] = 8,
        ["BOOL"] = 8,
        ["C64"] = 64,
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E8M0"] = 8,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["F4"] = 4,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The format's own limit.</summary>
    private const long LargestHeader = 100_000_000;

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="GrimoireException">It is broken, or lies about the file.</exception>
    public static (IReadOnlyList<TensorEntry> Entries, IReadOnlyDictionary<string, string> Metadata) Read(MappedFile file)
    {
        int length = HeaderLength(file);
        JsonRecord header = JsonRecord.Parse(file.Bytes(8, length), file.Path);
        long dataStart = 8L + length;
        var entries = new List<TensorEntry>();
        foreach (string name in header.Keys.Where(key => key != MetadataKey))
            entries.Add(Entry(file, header, name, dataStart));
        CheckCoverage(file, entries, dataStart);
        return (entries, Metadata(header));
    }

    private static int HeaderLength(MappedFile file)
    {
        if (file.Length < 8)
            throw new GrimoireException($"{file.Path}: {file.Length} bytes are too few for a safetensors file; it is truncated or something else.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, 8));
        if (length > LargestHeader)
            throw new GrimoireException($"{file.Path}: a header of {length} bytes is more than the format allows; this is no safetensors file.");
        if ((long)length > file.Length - 8)
            throw new GrimoireException($"{file.Path}: the header of {length} bytes does not fit into the file of {file.Length}; it is truncated.");
        if (length < 2 || file.Bytes(8, 1)[0] != '{')
            throw new GrimoireException($"{file.Path}: the header is no JSON object; this is no safetensors file.");
        return (int)length;
    }

    private static TensorEntry Entry(MappedFile file, JsonRecord header, string name, long dataStart)
    {
        JsonRecord fields = header.Object(name) ?? throw header.Refusal(name, "a tensor is described by an object");
        string type = fields.Text("dtype");
        if (!BitsOfTypes.TryGetValue(type, out int bits))
            throw fields.Refusal("dtype", "the format has no such type");
        long[] shape = fields.Sizes("shape");
        long[] offsets = fields.Sizes("data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw fields.Refusal("data_offsets", "a begin and an end are expected");
        if (offsets[1] > file.Length - dataStart)
            throw fields.Refusal("data_offsets", $"the file has only {file.Length - dataStart} bytes of data; it is truncated");
        long bytes = offsets[1] - offsets[0];
        if (bytes != BytesOf(shape, bits))
            throw fields.Refusal("shape", $"{type} of that shape does not take the {bytes} bytes of data_offsets");
        return new TensorEntry(name, type, shape, dataStart + offsets[0], bytes);
    }

    /// <summary>The bytes of a shape; null where they do not come out whole or exceed 2⁶³.</summary>
    private static long? BytesOf(long[] shape, int bits)
    {
        if (shape.Contains(0))
            return 0;
        Int128 total = bits;
        foreach (long size in shape)
        {
            total *= size;
            if (total > long.MaxValue)
                return null;
        }

        return total % 8 == 0 ? (long)(total / 8) : null;
    }

    private static void CheckCoverage(MappedFile file, List<TensorEntry> entries, long dataStart)
    {
        long end = dataStart;
        string previous = "the header";
        foreach (TensorEntry entry in entries.OrderBy(e => e.Offset).ThenBy(e => e.Bytes))
        {
            if (entry.Offset != end)
            {
                string fault = entry.Offset < end ? "overlaps" : "leaves a hole after";
                throw new GrimoireException($"{file.Path}: tensor {entry.Name} {fault} {previous}; the file is damaged.");
            }

            (end, previous) = (entry.Offset + entry.Bytes, $"tensor {entry.Name}");
        }

        if (end != file.Length)
            throw new GrimoireException($"{file.Path}: {file.Length - end} bytes at the end belong to no tensor; the file is damaged.");
    }

    private static Dictionary<string, string> Metadata(JsonRecord header)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (header.Object(MetadataKey) is { } fields)
        {
            foreach (string key in fields.Keys)
                metadata.Add(key, fields.Text(key));
        }

        return metadata;
    }
}
