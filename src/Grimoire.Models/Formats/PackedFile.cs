using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// The packed weights of a model, in a file beside it: a line that says what it is, a line for each file it was made of, the places of the matrices, and from
/// the next page on the weights. It is believed only if it was made of these very files by this version; else it is as if it were not there. Files are known by
/// their name, length and time, and by a hash of pages from all over them: a file may be written anew within a second.
/// </summary>
internal sealed class PackedFile
{
    private const int Page = 4096;
    private const int SampledPages = 32;

    private readonly PackedWeights weights;
    private readonly string path;
    private readonly byte[] head;

    private PackedFile(string path, PackedWeights weights, byte[] head) => (this.path, this.weights, this.head) = (path, weights, head);

    /// <summary>Where the file of a model is: beside a GGUF file, in a folder.</summary>
    public static string Beside(string model) => (Directory.Exists(model) ? Path.Combine(model, "model.safetensors") : model) + ".packed";

    /// <summary>The file that belongs beside a model.</summary>
    /// <param name="model">The GGUF file, or the first of its parts, or the folder of a model in safetensors.</param>
    /// <param name="weights">The model's weights.</param>
    public static PackedFile Of(string model, PackedWeights weights)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"grimoire packed weights {PackedWeights.Version}\n");
        foreach (string part in Parts(model))
        {
            var file = new FileInfo(part);
            text.Append(CultureInfo.InvariantCulture, $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks} {Sample(file)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{weights.Layout}\n{weights.Bytes}\n");
        byte[] said = Encoding.UTF8.GetBytes(text.ToString()), page = new byte[(said.Length + Page) / Page * Page];
        said.CopyTo(page, 0);
        return new PackedFile(Beside(model), weights, page);
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

    /// <summary>A hash of the first and the last page and of some between, at equal distances.</summary>
    private static string Sample(FileInfo file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] page = new byte[Page];
        long last = Math.Max(0, file.Length - Page);
        for (int i = 0; i <= SampledPages; i++)
            hash.AppendData(page, 0, RandomAccess.Read(stream.SafeFileHandle, page, last * i / SampledPages));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>All files with the same name but for their number; of a folder its config and its weights.</summary>
    private static IEnumerable<string> Parts(string model)
    {
        if (Directory.Exists(model))
            return Directory.EnumerateFiles(model, "*.safetensors").Append(Path.Combine(model, ModelFolder.ConfigFile)).Order(StringComparer.Ordinal);
        string full = Path.GetFullPath(model), name = Path.GetFileName(full);
        int of = name.LastIndexOf("-of-", StringComparison.Ordinal);
        return of < 6 ? [full] : Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $"{name[..(of - 5)]}?????{name[of..]}").Order(StringComparer.Ordinal);
    }
}
