using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// The weights of a folder under our names. Matrices stay in the mapped file, in the type they have there, unless they are stored
/// transposed; vectors, which are small and enter sums, become F32. A model to be trained gets F32 copies of everything.
/// </summary>
internal sealed class FolderWeights
{
    private readonly WeightFiles files;
    private readonly ModelConfig config;
    private readonly WeightMap map;
    private readonly bool trainable;
    private readonly Dictionary<string, string> byBareName = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public FolderWeights(WeightFiles files, ModelConfig config, bool trainable)
    {
        (this.files, this.config, this.trainable, map) = (files, config, trainable, Family.Named(config.Family).Weights);
        foreach (string name in files.Names)
        {
            if (!byBareName.TryAdd(map.Bare(name), name))
                throw new GrimoireException($"{files.Folder}: {name} is there under two names, with and without \"{map.Prefixes[0]}\"; keep one of the two.");
        }
    }

    /// <summary>The weight of a name and shape.</summary>
    /// <exception cref="GrimoireException">It is missing, or has another shape or a type that is no number.</exception>
    public Tensor Get(string ours, Shape shape)
    {
        WeightPlace place = map.Find(ours);
        string bare = map.Bare(place.Name);
        if (!byBareName.TryGetValue(bare, out string? name))
            throw new GrimoireException($"{files.Folder}: weight {place.Name} is missing.");
        used.Add(bare);
        Tensor stored = files.Tensor(name);
        Shape expected = place.Module.StoredShape(shape, config);
        if (stored.Shape != expected || !stored.DType.IsFloat())
        {
            throw new GrimoireException(
                $"{files.FileOf(name).Path}: weight {name} is {stored} where config.json asks for {expected}; the files do not belong together.");
        }

        return Prepared(place.Module.Take(stored, config, place.Expert), name);
    }

    /// <summary>Checks, once the model is built, that nothing it should know is left over.</summary>
    /// <param name="model">The model built from these weights.</param>
    /// <exception cref="GrimoireException">A weight is used by nothing, or the head of a tied model is not its embedding.</exception>
    public void CheckAllUsed(Transformer model)
    {
        if (config.TiedEmbeddings)
            CheckTiedHead(model);
        string[] unused = [.. byBareName
            .Where(pair => !used.Contains(pair.Key) && !map.Ignores(pair.Key))
            .Select(pair => pair.Value)
            .Order(StringComparer.Ordinal)];
        if (unused.Length > 0)
        {
            string more = unused.Length > 5 ? $" and {unused.Length - 5} more" : "";
            throw new GrimoireException(
                $"{files.Folder}: nothing in a {config.Family} model of this config.json uses {string.Join(", ", unused.Take(5))}{more}; "
                + "the files do not belong together.");
        }
    }

    private void CheckTiedHead(Transformer model)
    {
        string head = map.Bare(map.Find("head.weight").Name);
        if (!byBareName.TryGetValue(head, out string? name))
            return;
        used.Add(head);
        Tensor stored = files.Tensor(name), embedding = model.TokenEmbedding;
        if (stored.Shape != embedding.Shape || !stored.DType.IsFloat() || !Conversion.HaveSameValues(stored, embedding))
        {
            throw new GrimoireException(
                $"{files.FileOf(name).Path}: {name} differs from the embedding although config.json ties them; set tie_word_embeddings to false to use both.");
        }
    }

    private Tensor Prepared(Tensor tensor, string name)
    {
        if (trainable)
            return tensor.DType == DType.F32 ? tensor.Keep() : tensor.To(DType.F32, name);
        return tensor.Shape.Rank == 1 || tensor.DType == DType.F64 ? tensor.To(DType.F32, name) : tensor;
    }
}
