using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// An open safetensors file (https://huggingface.co/docs/safetensors). Its tensors are views of the mapped file: opening costs nothing but the header, and
/// memory is taken page by page as weights are used.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly MappedFile file;
    private readonly Dictionary<string, TensorEntry> byName;

    private SafetensorsFile(MappedFile file)
    {
        this.file = file;
        (Entries, Metadata) = SafetensorsHeader.Read(file);
        byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path => file.Path;

    /// <summary>The tensors, in the header's order.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>The free texts of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header against the file.</summary>
    /// <exception cref="GrimoireException">The file is missing, truncated, damaged or no safetensors file.</exception>
    public static SafetensorsFile Open(string path) => new(MappedFile.Open(path));

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>
    /// A tensor over the mapped file, without a copy unless its bytes lie on an odd address. Writing to it shows in other tensors of this opening and never in
    /// the file.
    /// </summary>
    /// <exception cref="GrimoireException">There is no such tensor, or it has a type or shape that is not computed with.</exception>
    public unsafe Tensor Tensor(string name)
    {
        if (!byName.TryGetValue(name, out TensorEntry? entry))
            throw new GrimoireException($"{Path}: there is no tensor {name}.");
        Tensor mapped = entry.In(file);
        return (nuint)file.At(entry.Offset, entry.Bytes) % (nuint)mapped.DType.Size() == 0 ? mapped : mapped.Keep();
    }
}
