using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// The weights of a Hugging Face folder, whether in one file (<c>model.safetensors</c>) or in shards with an index
/// (<c>model.safetensors.index.json</c>), as one set of names.
/// </summary>
internal sealed class WeightFiles : TensorFiles
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> files = new(StringComparer.Ordinal);

    private WeightFiles(string folder) => Path = folder;

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override string Config => ModelFolder.ConfigFile;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => files.Keys;

    /// <inheritdoc/>
    public override IEnumerable<TensorEntry> Entries => files.Values.Distinct().SelectMany(file => file.Entries);

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="GrimoireException">There are none, or they are damaged, or the index does not fit its shards.</exception>
    public static WeightFiles Open(string folder)
    {
        var weights = new WeightFiles(folder);
        string single = System.IO.Path.Combine(folder, SingleFile), index = System.IO.Path.Combine(folder, IndexFile);
        if (File.Exists(single))
            weights.Add(SafetensorsFile.Open(single));
        else if (File.Exists(index))
            weights.AddShards(index);
        else
            throw new GrimoireException($"{folder}: there is neither {SingleFile} nor {IndexFile}; weights in other formats must be converted first.");
        return weights;
    }

    /// <inheritdoc/>
    public override Tensor Tensor(string name) => files[name].Tensor(name);

    /// <inheritdoc/>
    public override string PathOf(string name) => files[name].Path;

    private void Add(SafetensorsFile file)
    {
        foreach (TensorEntry entry in file.Entries)
        {
            if (!files.TryAdd(entry.Name, file))
                throw new GrimoireException(
                    $"{file.Path}: tensor {entry.Name} is also in {System.IO.Path.GetFileName(files[entry.Name].Path)}; keep one of the two.");
        }
    }

    private void AddShards(string index)
    {
        JsonRecord map = JsonRecord.Read(index).Object("weight_map") ?? throw new GrimoireException($"{index}: weight_map is missing.");
        Dictionary<string, string> places = map.Keys.ToDictionary(name => name, name => map.Text(name), StringComparer.Ordinal);
        foreach (string shard in places.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().ContainsAny('/', '\\', '\0') || System.IO.Path.GetFileName(shard) != shard)
                throw new GrimoireException($"{index}: \"{shard}\" is no plain file name; shards lie in the folder itself.");
            Add(SafetensorsFile.Open(System.IO.Path.Combine(Path, shard)));
        }

        foreach ((string name, string shard) in places)
        {
            if (!files.TryGetValue(name, out SafetensorsFile? file) || System.IO.Path.GetFileName(file.Path) != shard)
                throw new GrimoireException($"{index}: tensor {name} is said to be in {shard} and is not there.");
        }

        if (files.Keys.FirstOrDefault(name => !places.ContainsKey(name)) is { } unlisted)
            throw new GrimoireException($"{index}: tensor {unlisted} in {System.IO.Path.GetFileName(files[unlisted].Path)} is not listed.");
    }
}
