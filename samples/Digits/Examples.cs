using Grimoire;

namespace Digits;

/// <summary>Pictures and what they show.</summary>
/// <param name="Pixels">Brightness 0 to 255, <c>[picture, row, column]</c>.</param>
/// <param name="Labels">The digit of each picture.</param>
/// <param name="Width">Columns of a picture.</param>
/// <param name="Size">Pixels of a picture.</param>
internal sealed record Examples(byte[] Pixels, byte[] Labels, int Width, int Size)
{
    /// <summary>Reads <c>NAME-images-idx3-ubyte</c> and <c>NAME-labels-idx1-ubyte</c>.</summary>
    /// <exception cref="GrimoireException">A file is damaged, or the two do not belong together.</exception>
    public static Examples Read(string folder, string name)
    {
        (int[] sizes, byte[] pixels) = Idx.Read(Path.Combine(folder, $"{name}-images-idx3-ubyte"), axes: 3);
        (_, byte[] labels) = Idx.Read(Path.Combine(folder, $"{name}-labels-idx1-ubyte"), axes: 1);
        if (sizes[0] != labels.Length)
            throw new GrimoireException($"{folder}: there are {sizes[0]} {name} images and {labels.Length} labels; the files do not belong together.");
        if (labels.FirstOrDefault(label => label > 9) is var bad and > 9)
            throw new GrimoireException($"{folder}: a {name} label is {bad}, which is no digit.");
        return new Examples(pixels, labels, sizes[2], sizes[1] * sizes[2]);
    }

    /// <summary>A picture in characters, the brighter the denser.</summary>
    public string Draw(int index)
    {
        const string Shades = " .:-=+*#%@";
        char[] drawn = [.. Pixels.AsSpan(index * Size, Size).ToArray().Select(brightness => Shades[brightness * Shades.Length / 256])];
        return string.Join('\n', drawn.Chunk(Width).Select(row => new string(row).TrimEnd()).Where(row => row.Length > 0));
    }
}
