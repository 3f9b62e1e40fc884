using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// An open GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), version 2 or 3. Its tensors are views of the mapped file: opening costs
/// a walk through the head, and memory is taken page by page as weights are used.
/// </summary>
public sealed class GgufFile
{
    private readonly MappedFile file;
    private readonly Dictionary<string, TensorEntry> byName;

    private GgufFile(MappedFile file)
    {
        this.file = file;
        (Version, Metadata, Entries) = GgufHeader.Read(file);
        byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path => file.Path;

    /// <summary>The version of the format.</summary>
    public int Version { get; }

    /// <summary>What the file says about the model.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors, in the file's order.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens a file and checks its head against the file.</summary>
    /// <exception cref="GrimoireException">The file is missing, truncated, damaged or no GGUF file.</exception>
    public static GgufFile Open(string path) => new(MappedFile.Open(path));

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>A tensor over the mapped file. Writing to it shows in other tensors of this opening and never in the file.</summary>
    /// <exception cref="GrimoireException">There is no such tensor, or it has a type or shape that is not computed with.</exception>
    public Tensor Tensor(string name) =>
        byName.TryGetValue(name, out TensorEntry? entry) ? entry.In(file) : throw new GrimoireException($"{Path}: there is no tensor {name}.");
}
