using System.Globalization;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// The packed weights of a GGUF file, in a file beside it: a line that says what it is, what it was made of and how long the description is, the description, and from the next page on the
/// weights. It is believed only if it was made of these very files by this version; else it is as if it were not there.
/// </summary>
internal sealed class PackedFile
{
    /// <summary>Put behind the model's name.</summary>
    public const string Extension = ".packed";

    private const int Page = 4096;

    private readonly PackedWeights weights;
    private readonly string path;
    private readonly byte[] head;

    private PackedFile(string path, PackedWeights weights, byte[] head) => (this.path, this.weights, this.head) = (path, weights, head);

    /// <summary>The file that belongs beside a model.</summary>
    /// <param name="model">The GGUF file, or the first of its parts.</param>
    /// <param name="weights">The model's weights.</param>
    public static PackedFile Of(string model, PackedWeights weights)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"grimoire packed weights {PackedWeights.Version}\n");
        foreach (string part in Parts(model))
        {
            var file = new FileInfo(part);
            text.Append(CultureInfo.InvariantCulture, $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{weights.Layout}\n{weights.Bytes}\n");
        byte[] said = Encoding.UTF8.GetBytes(text.ToString()), page = new byte[(said.Length + Page) / Page * Page];
        said.CopyTo(page, 0);
        return new PackedFile(model + Extension, weights, page);
    }

    /// <summary>Maps the file into the weights, if it is there and theirs.</summary>
    public unsafe bool TryTake()
    {
        if (!File.Exists(path))
            return false;
        try
        {
            MappedFile file = MappedFile.Open(path);
            if (file.Length != head.Length + weights.Bytes || !file.Bytes(0, head.Length).SequenceEqual(head))
                return false;
            weights.Take(file.At(head.Length, weights.Bytes), file);
            return true;
        }
        catch (GrimoireException)
        {
            return false; // what cannot be read is packed anew
        }
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public void Write() => AtomicFile.Write(path, stream =>
    {
        stream.Write(head);
        weights.Write(stream);
    });

    /// <summary>All files with the same name but for their number.</summary>
    private static IEnumerable<string> Parts(string model)
    {
        string full = Path.GetFullPath(model), name = Path.GetFileName(full);
        int of = name.LastIndexOf("-of-", StringComparison.Ordinal);
        return of < 6 ? [full] : Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $"{name[..(of - 5)]}?????{name[of..]}").Order(StringComparer.Ordinal);
    }
}
