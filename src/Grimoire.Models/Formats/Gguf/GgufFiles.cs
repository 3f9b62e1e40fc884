using System.Globalization;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// A model in one GGUF file, or in several that were split from one (<c>x-00001-of-00003.gguf</c>); the first of them holds the metadata.
/// </summary>
internal sealed class GgufFiles : TensorFiles
{
    private const string CountKey = "split.count", NumberKey = "split.no", TensorsKey = "split.tensors.count";
    private const int MostParts = 10_000;

    private readonly List<GgufFile> parts = [];
    private readonly Dictionary<string, GgufFile> byName = new(StringComparer.Ordinal);

    private GgufFiles(GgufFile first) => (Path, Metadata) = (first.Path, first.Metadata);

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override string Config => "its metadata";

    /// <summary>What the file, or the first part, says about the model.</summary>
    public GgufMetadata Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => byName.Keys;

    /// <inheritdoc/>
    public override IEnumerable<TensorEntry> Entries => parts.SelectMany(part => part.Entries);

    /// <summary>Opens a file and the parts that follow it, if it is the first of several.</summary>
    /// <exception cref="GrimoireException">A file is missing, damaged or no GGUF file, or is another part than the first.</exception>
    public static GgufFiles Open(string path)
    {
        GgufFile first = GgufFile.Open(path);
        var files = new GgufFiles(first);
        files.Add(first);
        int count = first.Metadata.Int(CountKey, 1);
        if (count > 1)
            files.AddParts(count);
        return files;
    }

    /// <inheritdoc/>
    public override Tensor Tensor(string name) => byName[name].Tensor(name);

    /// <inheritdoc/>
    public override string PathOf(string name) => byName[name].Path;

    private void Add(GgufFile part)
    {
        parts.Add(part);
        foreach (TensorEntry entry in part.Entries)
        {
            if (!byName.TryAdd(entry.Name, part))
                throw new GrimoireException($"{part.Path}: tensor {entry.Name} is also in {byName[entry.Name].Path}; the parts do not belong together.");
        }
    }

    private void AddParts(int count)
    {
        string Suffix(int number) => string.Create(CultureInfo.InvariantCulture, $"-{number + 1:00000}-of-{count:00000}.gguf");
        int number = Metadata.Int(NumberKey);
        if (count > MostParts || number < 0 || number >= count)
            throw Metadata.Refusal(NumberKey, $"a part of {count} cannot have this number");
        if (!Path.EndsWith(Suffix(number), StringComparison.Ordinal))
            throw new GrimoireException($"{Path}: this is part {number + 1} of {count} and must keep its name ending in {Suffix(number)}.");
        string stem = Path[..^Suffix(number).Length];
        if (number > 0)
            throw new GrimoireException($"{Path}: this is part {number + 1} of {count}; open the first, {stem}{Suffix(0)}.");
        for (int next = 1; next < count; next++)
        {
            GgufFile part = GgufFile.Open(stem + Suffix(next));
            if (part.Metadata.Int(NumberKey, -1) != next)
                throw part.Metadata.Refusal(NumberKey, $"part {next} is expected, counted from 0");
            Add(part);
        }

        if (Metadata.Int(TensorsKey, byName.Count) != byName.Count)
            throw Metadata.Refusal(TensorsKey, $"the parts hold {byName.Count} tensors");
    }
}
