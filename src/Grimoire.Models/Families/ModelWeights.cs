using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// The weights of a folder or file under our names. Matrices stay in the mapped file, in the type they have there, unless they are stored
/// transposed; vectors, which are small and enter sums, become F32. A model to be trained gets F32 copies of everything.
/// </summary>
internal sealed class ModelWeights
{
    private readonly TensorFiles files;
    private readonly ModelConfig config;
    private readonly WeightMap map;
    private readonly bool trainable;
    private readonly Dictionary<string, string> byBareName = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    private ModelWeights(TensorFiles files, ModelConfig config, WeightMap map, bool trainable)
    {
        (this.files, this.config, this.map, this.trainable) = (files, config, map, trainable);
        foreach (string name in files.Names)
        {
            if (!byBareName.TryAdd(map.Bare(name), name))
                throw new GrimoireException($"{files.Path}: {name} and {byBareName[map.Bare(name)]} are two names of one weight; keep one of the two.");
        }
    }

    /// <summary>Builds the model of a config from its files.</summary>
    /// <exception cref="GrimoireException">A weight is missing, left over or of another shape.</exception>
    public static Transformer Load(TensorFiles files, ModelConfig config, WeightMap map, bool trainable)
    {
        var weights = new ModelWeights(files, config, map, trainable);
        var model = new Transformer(config, weights.Get);
        weights.CheckAllUsed(model);
        if (trainable)
            model.SetTrainable(true);
        return model;
    }

    /// <summary>The weight of a name and shape.</summary>
    private Tensor Get(string ours, Shape shape)
    {
        WeightPlace place = map.Find(ours);
        string bare = map.Bare(place.Name);
        if (!byBareName.TryGetValue(bare, out string? name))
            throw new GrimoireException($"{files.Path}: weight {place.Name} is missing.");
        used.Add(bare);
        Tensor stored = files.Tensor(name);
        Shape expected = place.Module.StoredShape(shape, config);
        if (stored.Shape != expected || stored.DType == DType.I32)
        {
            throw new GrimoireException(
                $"{files.PathOf(name)}: weight {name} is {stored} where {files.Config} asks for {expected}; the files do not belong together.");
        }

        return Prepared(place.Module.Take(stored, config, place.Expert), name);
    }

    /// <summary>Checks, once the model is built, that nothing it should know is left over.</summary>
    private void CheckAllUsed(Transformer model)
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
                $"{files.Path}: nothing in the {config.Family} model that {files.Config} describes uses {string.Join(", ", unused.Take(5))}{more}; " +
                "the files do not belong together.");
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
                $"{files.PathOf(name)}: {name} differs from the embedding although {files.Config} ties them; set tie_word_embeddings to false to use both.");
        }
    }

    private Tensor Prepared(Tensor tensor, string name)
    {
        if (trainable)
            return tensor.DType == DType.F32 ? tensor.Keep() : tensor.To(DType.F32, name);
        return tensor.Shape.Rank == 1 || tensor.DType == DType.F64 ? tensor.To(DType.F32, name) : tensor;
    }
}
