using System.Buffers.Binary;
using System.IO.Compression;

namespace Grimoire.Training.Data;

/// <summary>The bytes of a file, unpacked where it is gzipped, with faults told in a sentence.</summary>
public sealed class DataStream : IDisposable
{
    private const int Trailer = 18; // the shortest gzip file: a header of ten bytes, a checksum and the length
    private readonly string file;
    private readonly Stream stream;
    private readonly uint? announced;
    private long total;

    /// <summary>Opens a file.</summary>
    /// <exception cref="GrimoireException">It cannot be read, or is empty.</exception>
    public DataStream(string file)
    {
        this.file = file;
        try
        {
            var raw = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            stream = raw;
            if (raw.Length == 0)
                throw new GrimoireException($"{file}: the file is empty; leave it out or give it some rows.");
            if (!file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                return;
            announced = Length(raw);
            stream = new GZipStream(raw, CompressionMode.Decompress);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GrimoireException)
        {
            stream?.Dispose();
            throw e as GrimoireException ?? new GrimoireException($"{file}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="GrimoireException">The file is damaged or ends too soon.</exception>
    public int Read(Span<byte> target)
    {
        try
        {
            int got = stream.Read(target);
            total += got;
            // .NET takes a gzip file that was cut off for one that ends there; its last bytes then are no length.
            return got > 0 || announced is not { } length || length <= total ? got : throw new InvalidDataException("it ends too soon");
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new GrimoireException($"{file}: cannot be read to its end ({e.Message.TrimEnd('.')}); the file is damaged, get it anew.", e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>The unpacked length of the file's last part, which the last four bytes tell.</summary>
    private static uint Length(FileStream raw)
    {
        if (raw.Length < Trailer)
            return uint.MaxValue;
        Span<byte> last = stackalloc byte[sizeof(uint)];
        raw.Seek(-sizeof(uint), SeekOrigin.End);
        raw.ReadExactly(last);
        raw.Seek(0, SeekOrigin.Begin);
        return BinaryPrimitives.ReadUInt32LittleEndian(last);
    }
}
