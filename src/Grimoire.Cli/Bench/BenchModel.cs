using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>A model to be measured, ready to compute.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Transformer">The model.</param>
/// <param name="Kernels">What computes.</param>
/// <param name="Packed">Whether its weights are put into the order that kernels read fastest.</param>
/// <param name="CacheType">How keys and values are kept.</param>
internal sealed record BenchModel(string Name, Transformer Transformer, Kernels Kernels, bool Packed, DType CacheType)
{
    /// <summary>The small model that stands in where none is given.</summary>
    private const string SmallName = "small";

    private static readonly ModelConfig Small =
        Llama.Config(layers: 8, heads: 8, channels: 512, context: 4096, vocabulary: 8192, feedForward: 1536, keyValueHeads: 4);

    /// <summary>The file or folder; null for the one made here.</summary>
    public string? Path { get; init; }

    /// <summary>Its vocabulary; null where it has none.</summary>
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>What its tokens cost.</summary>
    public ModelWork Work => new(Transformer, Packed, CacheType.Bytes(CacheType.BlockSize()) / (double)CacheType.BlockSize());

    /// <summary>Opens a model.</summary>
    /// <exception cref="GrimoireException">There is none, or it is damaged.</exception>
    public static BenchModel Open(string path, Opening opening, DType cacheType)
    {
        string folder = ModelPath.Find(path);
        Transformer transformer = opening.Transformer(folder);
        if (!transformer.Config.Head || !transformer.Config.Causal)
            throw new GrimoireException($"{path}: this model writes no text; bench measures reading and writing with one that does.");
        return new BenchModel(ModelPath.NameOf(path), transformer, opening.Kernels, opening.Packs, cacheType)
        {
            Path = folder,
            Tokenizer = ModelFiles.HasTokenizer(folder) ? Tokenizer.Load(folder) : null,
        };
    }

    /// <summary>A small model of random weights: enough to measure a machine with.</summary>
    public static BenchModel Random(Opening opening, DType cacheType)
    {
        var transformer = new Transformer(Small, QuantizedInitialization.Random(Small, QuantizationMix.Named("Q4_0"), seed: 1));
        if (opening.Packs)
            PackedModel.Pack(transformer, SmallName, opening.Kernels);
        return new BenchModel(SmallName, transformer, opening.Kernels, opening.Packs, cacheType);
    }

    /// <summary>Room for a sequence.</summary>
    public PromptCache Cache() => new(Transformer.Config, CacheType);

    /// <summary>Token ids without meaning; other ones for another seed.</summary>
    public int[] Tokens(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(i => (int)CountedRandom.Below(Transformer.Config.Vocabulary, seed, (ulong)i))];
}
