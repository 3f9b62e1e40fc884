using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>A tensor to be stored, whose values are made when their turn comes, so that a converted model is never in memory twice.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Makes a tensor of that type and shape.</param>
internal sealed record StoredTensor(string Name, DType Type, Shape Shape, Func<Tensor> Values)
{
    public long Bytes => Shape.Count * Type.Size();
}

/// <summary>Writes safetensors files (https://huggingface.co/docs/safetensors).</summary>
public static class Safetensors
{
    private const int ElementsAtOnce = 1 << 20;

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
                WriteValues(stream, tensor);
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
        json.WriteString("dtype", SafetensorsEntry.NameOf(tensor.Type));
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

    private static void WriteValues(Stream stream, StoredTensor stored)
    {
        Tensor tensor = stored.Values();
        if (tensor.DType != stored.Type || tensor.Shape != stored.Shape)
            throw new InvalidOperationException($"{stored.Name} was announced as {stored.Type} {stored.Shape} and came as {tensor}");
        switch (stored.Type)
        {
            case DType.F64: WriteElements<double>(stream, tensor); break;
            case DType.F32: WriteElements<float>(stream, tensor); break;
            case DType.I32: WriteElements<int>(stream, tensor); break;
            default: WriteElements<ushort>(stream, tensor); break;
        }

        GC.KeepAlive(tensor);
    }

    private static void WriteElements<T>(Stream stream, Tensor tensor)
        where T : unmanaged
    {
        ReadOnlySpan<T> rest = tensor.Span<T>();
        while (!rest.IsEmpty)
        {
            int count = Math.Min(rest.Length, ElementsAtOnce);
            stream.Write(MemoryMarshal.AsBytes(rest[..count]));
            rest = rest[count..];
        }
    }
}
