using System.Buffers.Binary;
using System.IO.Compression;
using Grimoire;

namespace Digits;

/// <summary>
/// The file format of MNIST (LeCun, Cortes and Burges 1998): two zero bytes, the type of an element (8: unsigned byte), the number of axes, the size of each
/// axis as a big-endian integer, and then the elements.
/// </summary>
internal static class Idx
{
    private const byte UnsignedByte = 8;
    private const int Largest = 1 << 30;

    // A deflated byte stands for at most 1032 bytes: a header that promises more lies.
    private const int LargestDeflation = 1032;

    /// <summary>The sizes and elements of <paramref name="path"/>, or of <paramref name="path"/> with <c>.gz</c> after it.</summary>
    /// <exception cref="GrimoireException">The file is missing, or is not what its header says.</exception>
    public static (int[] Sizes, byte[] Elements) Read(string path, int axes)
    {
        if (!File.Exists(path) && File.Exists(path + ".gz"))
            path += ".gz";
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                return Read(path, file, file.Length, axes);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            return Read(path, unpacked, file.Length * LargestDeflation, axes);
        }
        catch (EndOfStreamException e)
        {
            throw new GrimoireException($"{path}: the file ends before the elements that its header promises; get it again.", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path} cannot be read ({e.Message.TrimEnd('.')}); give a folder with MNIST's four files.", e);
        }
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string path, int[] sizes, byte[] elements) => AtomicFile.Write(path, stream =>
    {
        stream.Write([0, 0, UnsignedByte, (byte)sizes.Length]);
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (int size in sizes)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, size);
            stream.Write(number);
        }

        stream.Write(elements);
    });

    private static (int[] Sizes, byte[] Elements) Read(string path, Stream stream, long available, int axes)
    {
        byte[] header = new byte[sizeof(int) * (1 + axes)];
        stream.ReadExactly(header);
        if (header is not [0, 0, UnsignedByte, var given, ..] || given != axes)
            throw new GrimoireException($"{path} does not begin as an idx file of bytes with {axes} axes does; give a folder with MNIST's four files.");
        int[] sizes = new int[axes];
        long count = 1;
        for (int axis = 0; axis < axes; axis++)
        {
            sizes[axis] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(sizeof(int) * (1 + axis)));
            count *= sizes[axis] is > 0 and <= Largest ? sizes[axis] : Largest + 1L;
            if (count > Math.Min(Largest, available))
                throw new GrimoireException($"{path}: its header promises more elements than the file can hold; get it again.");
        }

        byte[] elements = new byte[count];
        stream.ReadExactly(elements);
        return stream.ReadByte() < 0
            ? (sizes, elements)
            : throw new GrimoireException($"{path} goes on after the {count} elements that its header promises; get it again.");
    }
}
