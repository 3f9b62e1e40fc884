using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// An open safetensors file (https://huggingface.co/docs/safetensors). Its tensors are views of the mapped file: opening costs nothing
/// but the header, and memory is taken page by page as weights are used.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly MappedFile file;
    private readonly Dictionary<string, SafetensorsEntry> byName;

    private SafetensorsFile(MappedFile file)
    {
        this.file = file;
        (Entries, Metadata) = SafetensorsHeader.Read(file);
        byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path => file.Path;

    /// <summary>The tensors, in the header's order.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free texts of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header against the file.</summary>
    /// <exception cref="GrimoireException">The file is missing, truncated, damaged or no safetensors file.</exception>
    public static SafetensorsFile Open(string path) => new(MappedFile.Open(path));

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>
    /// A tensor over the mapped file, without a copy unless its bytes lie on an odd address. Writing to it shows in
    /// other tensors of this opening and never in the file.
    /// </summary>
    /// <exception cref="GrimoireException">There is no such tensor, or it has a type or shape that is not computed with.</exception>
    public unsafe Tensor Tensor(string name)
    {
        if (!byName.TryGetValue(name, out SafetensorsEntry? entry))
            throw new GrimoireException($"{Path}: there is no tensor {name}.");
        if (entry.DType is not { } type)
            throw new GrimoireException($"{Path}: tensor {name} is stored as {entry.Type}; F32, F16, BF16, F64 and I32 can be loaded.");
        Shape shape = ShapeOf(entry);
        byte* data = file.At(entry.Offset, entry.Bytes);
        Tensor mapped = Tensors.Tensor.Over(data, shape, type, file);
        return (nuint)data % (nuint)type.Size() == 0 ? mapped : mapped.Keep();
    }

    private Shape ShapeOf(SafetensorsEntry entry)
    {
        IReadOnlyList<long> sizes = entry.Shape;
        if (sizes.Count > 4 || sizes.Any(size => size > int.MaxValue))
        {
            throw new GrimoireException(
                $"{Path}: tensor {entry.Name} of shape [{string.Join(", ", sizes)}] is too large; at most four axes of 2³¹ − 1 are supported.");
        }

        return sizes.Count switch
        {
            0 => Shape.Scalar,
            1 => new((int)sizes[0]),
            2 => new((int)sizes[0], (int)sizes[1]),
            3 => new((int)sizes[0], (int)sizes[1], (int)sizes[2]),
            _ => new((int)sizes[0], (int)sizes[1], (int)sizes[2], (int)sizes[3]),
        };
    }
}
