using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Grimoire.Training.Data;

/// <summary>The tokens of one split, memory-mapped: any size, read where wanted, safe to read from several threads.</summary>
public sealed class TokenStore : IDisposable
{
    private const int ChunkTokens = 2048;
    private readonly List<Map> shards = [];
    private readonly Map? documents;
    private readonly bool narrow;

    internal TokenStore(string folder, ShardIndex index, SplitIndex split)
    {
        narrow = index.Narrow;
        Vocabulary = index.Vocabulary;
        Bytes = split.Bytes;
        try
        {
            long begin = 0;
            foreach (ShardFile file in split.Shards)
            {
                shards.Add(new Map(folder, file, begin, index.Width));
                begin += file.Count;
            }

            documents = new Map(folder, split.Documents, 0, sizeof(long));
            Length = begin;
            if (Length != split.Tokens)
                throw new GrimoireException($"{folder}: the shards hold {Length} tokens, {ShardIndex.FileName} says {split.Tokens}; delete the folder.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of tokens.</summary>
    public long Length { get; }

    /// <summary>Every token is below this.</summary>
    public int Vocabulary { get; }

    /// <summary>UTF-8 bytes of the text the tokens stand for (end-of-text tokens stand for none).</summary>
    public long Bytes { get; }

    /// <summary>Number of documents.</summary>
    public long Documents => documents!.Count;

    /// <summary>
    /// Bits per byte of text: <c>loss · tokens / (bytes · ln 2)</c>, comparable between tokenizers where the loss per token is not.
    /// </summary>
    /// <param name="loss">Mean loss in nats per token over this split.</param>
    public double BitsPerByte(double loss) => loss * Length / (Bytes * Math.Log(2));

    /// <summary>Fills <paramref name="target"/> with the tokens from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The store ends before the target is full.</exception>
    public void Read(long start, Span<int> target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + target.Length, Length);
        int at = 0;
        while (shards[at].Begin + shards[at].Count <= start && target.Length > 0)
            at++;
        while (target.Length > 0)
        {
            Map shard = shards[at++];
            long offset = start - shard.Begin;
            int count = (int)Math.Min(target.Length, shard.Count - offset);
            Copy(shard, offset, target[..count]);
            target = target[count..];
            start += count;
        }
    }

    /// <summary>Where document <paramref name="index"/> begins and how many tokens it has, its end token included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such document.</exception>
    public (long Start, long Length) Document(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Documents);
        long start = index == 0 ? 0 : documents!.ReadInt64(index - 1);
        return (start, documents!.ReadInt64(index) - start);
    }

    /// <summary>Lets go of the files.</summary>
    public void Dispose()
    {
        shards.ForEach(shard => shard.Dispose());
        documents?.Dispose();
    }

    private void Copy(Map shard, long offset, Span<int> target)
    {
        if (!narrow)
        {
            shard.Handle.ReadSpan((ulong)offset * sizeof(uint), target);
            return;
        }

        Span<ushort> chunk = stackalloc ushort[ChunkTokens];
        for (int done = 0; done < target.Length; done += ChunkTokens)
        {
            Span<ushort> part = chunk[..Math.Min(ChunkTokens, target.Length - done)];
            shard.Handle.ReadSpan((ulong)(offset + done) * sizeof(ushort), part);
            for (int i = 0; i < part.Length; i++)
                target[done + i] = part[i];
        }
    }

    /// <summary>One mapped file whose length has been checked.</summary>
    private sealed class Map : IDisposable
    {
        private readonly MemoryMappedFile? file;
        private readonly MemoryMappedViewAccessor? view;

        public Map(string folder, ShardFile shard, long begin, int width)
        {
            string path = Path.Combine(folder, shard.Name);
            (Begin, Count) = (begin, shard.Count);
            if (new FileInfo(path) is not { Exists: true } info || shard.Count < 1 || info.Length != shard.Count * width)
                throw new GrimoireException($"{path}: missing or not {shard.Count} × {width} bytes long; delete the folder to have the shards built anew.");
            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }

        public long Begin { get; }

        public long Count { get; }

        public SafeBuffer Handle => view!.SafeMemoryMappedViewHandle;

        public long ReadInt64(long index) => view!.ReadInt64(index * sizeof(long));

        public void Dispose()
        {
            view?.Dispose();
            file?.Dispose();
        }
    }
}
