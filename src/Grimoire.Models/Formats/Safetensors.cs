using System.Buffers.Binary;
using System.Text.Json;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>Writes safetensors files (https://huggingface.co/docs/safetensors).</summary>
public static class Safetensors
{
    /// <summary>
    /// Writes tensors whole or not at all. The same tensors give the same bytes, in whatever order they come: wide types first, then by
    /// name, which also keeps every tensor aligned.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">Names and values; a name may come once.</param>
    /// <param name="metadata">Free texts for the header. Hugging Face's loaders want <c>format</c> = <c>pt</c>.</param>
    /// <exception cref="GrimoireException">The file cannot be written, or a name comes twice.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors.Select(t => new StoredTensor(t.Name, t.Tensor.DType, t.Tensor.Shape, () => t.Tensor)), metadata);

    internal static void Write(string path, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        StoredTensor[] ordered = [.. tensors.OrderByDescending(t => t.Type.Size()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        for (int i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Name == SafetensorsHeader.MetadataKey || (i > 0 && ordered[i].Name == ordered[i - 1].Name))
                throw new GrimoireException($"{path}: the name {ordered[i].Name} is taken; give each tensor its own.");
        }

        byte[] header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (StoredTensor tensor in ordered)
                tensor.WriteTo(stream);
        });
    }

    private static byte[] Header(StoredTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var memory = new MemoryStream();
        memory.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
                WriteMetadata(json, metadata);
            long offset = 0;
            foreach (StoredTensor tensor in tensors)
                offset = WriteEntry(json, tensor, offset);
            json.WriteEndObject();
        }

        while (memory.Length % 8 != 0)
            memory.WriteByte((byte)' ');
        byte[] header = memory.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, text);
        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, StoredTensor tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.ToString());
        json.WriteStartArray("shape");
        for (int axis = 0; axis < tensor.Shape.Rank; axis++)
            json.WriteNumberValue(tensor.Shape[axis]);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset += tensor.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
        return offset;
    }
}
