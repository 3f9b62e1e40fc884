using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// A file as memory: read by the operating system where it is touched, shared with other processes, and never written to (a write would go to a private copy of
/// the page, where the system has memory for one). The mapping ends when the last tensor over it is collected.
/// </summary>
internal sealed unsafe partial class MappedFile : IRestorable
{
    private const int DontNeed = 4; // MADV_DONTNEED

    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* start;

    private MappedFile(string path, long length, MemoryMappedViewAccessor? view)
    {
        (Path, Length, this.view) = (path, length, view);
        start = view is null ? null : (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
    }

    /// <summary>The file, as named by who opened it.</summary>
    public string Path { get; }

    /// <summary>Bytes in all.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="GrimoireException">It is missing or cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length == 0)
                return new MappedFile(path, 0, null);
            using var file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(path, stream.Length, View(file, stream.Length));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GrimoireException($"{path}: there is no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>
    /// A system that promises memory for private copies refuses files larger than all its memory; those are mapped for reading only, and a write
    /// ends the process.
    /// </summary>
    private static MemoryMappedViewAccessor View(MemoryMappedFile file, long length)
    {
        try
        {
            return file.CreateViewAccessor(0, length, MemoryMappedFileAccess.CopyOnWrite);
        }
        catch (IOException)
        {
            return file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
    }

    /// <summary>The address of an offset, of which so many bytes lie inside the file.</summary>
    public byte* At(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Length - count)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{count} bytes there are not inside the file's {Length}");
        return start + offset;
    }

    /// <inheritdoc/>
    public void LetGo(void* start, long bytes)
    {
        // Whole pages only: those at the ends belong to others too.
        nuint page = (nuint)Environment.SystemPageSize, first = ((nuint)start + page - 1) / page * page, end = ((nuint)start + (nuint)bytes) / page * page;
        if (OperatingSystem.IsLinux() && first < end)
            _ = Advise((void*)first, end - first, DontNeed);
    }

    /// <summary>A stretch of the file; valid while this object is.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count) => new(At(offset, count), count);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
