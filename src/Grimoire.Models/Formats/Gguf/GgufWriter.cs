using System.Buffers.Binary;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>Writes GGUF files, version 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).</summary>
public static class GgufWriter
{
    /// <summary>
    /// Writes metadata and tensors whole or not at all, in the order given; the same give the same bytes. Tensors are aligned to
    /// <c>general.alignment</c>, or 32 bytes.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="metadata">Keys and values.</param>
    /// <param name="tensors">Names and values; a name may come once.</param>
    /// <exception cref="GrimoireException">The file cannot be written, a name comes twice, or a tensor is a scalar or empty.</exception>
    public static void Write(string path, GgufMetadata metadata, IEnumerable<(string Name, Tensor Tensor)> tensors) =>
        Write(path, metadata, tensors.Select(t => new StoredTensor(t.Name, t.Tensor.DType, t.Tensor.Shape, () => t.Tensor)));

    internal static void Write(string path, GgufMetadata metadata, IEnumerable<StoredTensor> tensors)
    {
        StoredTensor[] all = [.. tensors];
        if (all.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new GrimoireException($"{path}: the name {twice.Key} is taken; give each tensor its own.");
        if (Array.Find(all, t => t.Shape.Rank == 0 || t.Shape.Count == 0) is { } nothing)
            throw new GrimoireException($"{path}: {nothing.Name} of shape {nothing.Shape} cannot be stored; GGUF has no scalars and no empty tensors.");
        int alignment = GgufHeader.Alignment(metadata);
        byte[] head = Head(metadata, all, alignment);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(head);
            foreach (StoredTensor tensor in all)
            {
                Pad(stream, alignment);
                tensor.WriteTo(stream);
            }

            Pad(stream, alignment);
        });
    }

    private static byte[] Head(GgufMetadata metadata, StoredTensor[] tensors, int alignment)
    {
        using var memory = new MemoryStream();
        KeyValuePair<string, GgufValue>[] pairs = [.. metadata.Pairs];
        WriteNumber(memory, GgufHeader.Magic);
        WriteNumber(memory, 3u);
        WriteNumber(memory, (ulong)tensors.Length);
        WriteNumber(memory, (ulong)pairs.Length);
        foreach ((string key, GgufValue value) in pairs)
        {
            WriteText(memory, key);
            WriteNumber(memory, (uint)value.Type);
            memory.Write(value.Bytes);
        }

        GC.KeepAlive(metadata);
        long offset = 0;
        foreach (StoredTensor tensor in tensors)
        {
            WriteEntry(memory, tensor, offset);
            offset = GgufHeader.Aligned(offset + tensor.Bytes, alignment);
        }

        Pad(memory, alignment);
        return memory.ToArray();
    }

    private static void WriteEntry(MemoryStream memory, StoredTensor tensor, long offset)
    {
        WriteText(memory, tensor.Name);
        WriteNumber(memory, (uint)tensor.Shape.Rank);
        for (int axis = tensor.Shape.Rank - 1; axis >= 0; axis--)
            WriteNumber(memory, (ulong)tensor.Shape[axis]);
        WriteNumber(memory, GgufTensorType.Of(tensor.Type).Number);
        WriteNumber(memory, (ulong)offset);
    }

    private static void WriteText(MemoryStream memory, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(memory, (ulong)bytes.Length);
        memory.Write(bytes);
    }

    private static void WriteNumber(MemoryStream memory, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        memory.Write(bytes);
    }

    private static void WriteNumber(MemoryStream memory, ulong number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        memory.Write(bytes);
    }

    private static void Pad(Stream stream, int alignment)
    {
        for (long end = GgufHeader.Aligned(stream.Position, alignment); stream.Position < end;)
            stream.WriteByte(0);
    }
}
