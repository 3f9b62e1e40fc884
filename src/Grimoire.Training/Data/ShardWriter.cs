using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Grimoire.Training.Data;

/// <summary>Writes one split: tokens into files of bounded size, and where each document ends.</summary>
internal sealed class ShardWriter(string folder, string split, bool narrow, long tokensPerShard) : IDisposable
{
    private readonly HashedFile documents = new(folder, $"{split}-documents.bin");
    private readonly List<ShardFile> shards = [];
    private HashedFile? shard;
    private long documentEnds;

    public long Tokens { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Appends ids that stand for so many bytes of text.</summary>
    public void Append(ReadOnlySpan<int> ids, int textBytes)
    {
        Bytes += textBytes;
        while (ids.Length > 0)
        {
            shard ??= new HashedFile(folder, $"{split}-{shards.Count:D5}.bin");
            int fits = (int)Math.Min(ids.Length, tokensPerShard - shard.Count);
            foreach (int id in ids[..fits])
                shard.Add(id, narrow ? sizeof(ushort) : sizeof(uint));
            Tokens += fits;
            ids = ids[fits..];
            if (shard.Count == tokensPerShard)
                CloseShard();
        }
    }

    /// <summary>The next token belongs to another document.</summary>
    public void EndDocument()
    {
        if (Tokens == documentEnds)
            return;
        documents.Add(Tokens, sizeof(long));
        documentEnds = Tokens;
    }

    /// <summary>Closes all files and says what was written; null where nothing was.</summary>
    public SplitIndex? Finish()
    {
        EndDocument();
        CloseShard();
        ShardFile ends = documents.Finish();
        return Tokens > 0 ? new SplitIndex(Tokens, Bytes, shards, ends) : null;
    }

    public void Dispose()
    {
        shard?.Dispose();
        documents.Dispose();
    }

    private void CloseShard()
    {
        if (shard is null)
            return;
        shards.Add(shard.Finish());
        shard.Dispose();
        shard = null;
    }

    /// <summary>A file of little-endian integers that is hashed as it is written.</summary>
    private sealed class HashedFile(string folder, string name) : IDisposable
    {
        private readonly FileStream stream = new(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.None, 1);
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] buffer = new byte[1 << 16];
        private int filled;

        public long Count { get; private set; }

        public void Add(long value, int width)
        {
            if (filled + width > buffer.Length)
                Flush();
            Span<byte> target = buffer.AsSpan(filled, width);
            switch (width)
            {
                case sizeof(ushort): BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)value); break;
                case sizeof(uint): BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)value); break;
                default: BinaryPrimitives.WriteInt64LittleEndian(target, value); break;
            }

            filled += width;
            Count++;
        }

        public ShardFile Finish()
        {
            Flush();
            stream.Flush(flushToDisk: true);
            return new ShardFile(name, Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        public void Dispose()
        {
            stream.Dispose();
            hash.Dispose();
        }

        private void Flush()
        {
            stream.Write(buffer, 0, filled);
            hash.AppendData(buffer, 0, filled);
            filled = 0;
        }
    }
}
