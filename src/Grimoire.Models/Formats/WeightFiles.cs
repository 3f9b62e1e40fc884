using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>
/// The weights of a Hugging Face folder, whether in one file (<c>model.safetensors</c>) or in shards with an index
/// (<c>model.safetensors.index.json</c>), as one set of names.
/// </summary>
internal sealed class WeightFiles
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> files = new(StringComparer.Ordinal);

    private WeightFiles(string folder) => Folder = folder;

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => files.Keys;

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="GrimoireException">There are none, or they are damaged, or the index does not fit its shards.</exception>
    public static WeightFiles Open(string folder)
    {
        var weights = new WeightFiles(folder);
        string single = Path.Combine(folder, SingleFile), index = Path.Combine(folder, IndexFile);
        if (File.Exists(single))
            weights.Add(SafetensorsFile.Open(single));
        else if (File.Exists(index))
            weights.AddShards(index);
        else
            throw new GrimoireException($"{folder}: there is neither {SingleFile} nor {IndexFile}; weights in other formats must be converted first.");
        return weights;
    }

    /// <summary>The file that holds a tensor.</summary>
    public SafetensorsFile FileOf(string name) => files[name];

    /// <summary>A tensor over its mapped file.</summary>
    public Tensor Tensor(string name) => files[name].Tensor(name);

    /// <summary>All tensors as their headers list them.</summary>
    public IEnumerable<TensorEntry> Entries => files.Values.Distinct().SelectMany(file => file.Entries);

    private void Add(SafetensorsFile file)
    {
        foreach (TensorEntry entry in file.Entries)
        {
            if (!files.TryAdd(entry.Name, file))
                throw new GrimoireException($"{file.Path}: tensor {entry.Name} is also in {Path.GetFileName(files[entry.Name].Path)}; keep one of the two.");
        }
    }

    private void AddShards(string index)
    {
        JsonRecord map = JsonRecord.Read(index).Object("weight_map") ?? throw new GrimoireException($"{index}: weight_map is missing.");
        Dictionary<string, string> places = map.Keys.ToDictionary(name => name, name => map.Text(name), StringComparer.Ordinal);
        foreach (string shard in places.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().ContainsAny('/', '\\', '\0') || Path.GetFileName(shard) != shard)
                throw new GrimoireException($"{index}: \"{shard}\" is no plain file name; shards lie in the folder itself.");
            Add(SafetensorsFile.Open(Path.Combine(Folder, shard)));
        }

        foreach ((string name, string shard) in places)
        {
            if (!files.TryGetValue(name, out SafetensorsFile? file) || Path.GetFileName(file.Path) != shard)
                throw new GrimoireException($"{index}: tensor {name} is said to be in {shard} and is not there.");
        }

        if (files.Keys.FirstOrDefault(name => !places.ContainsKey(name)) is { } unlisted)
            throw new GrimoireException($"{index}: tensor {unlisted} in {Path.GetFileName(files[unlisted].Path)} is not listed.");
    }
}
