using System.Globalization;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A recipe of types: most matrices of a file in one, those where errors cost most in a better one. The names and choices are those that llama.cpp's users
/// know.
/// </summary>
public sealed record QuantizationMix
{
    private const string Output = "output.weight", Embedding = "token_embd.weight";

    private QuantizationMix(string name, DType @base, int fileType) => (Name, Base, FileType) = (name, @base, (uint)fileType);

    /// <summary>All there are, the largest files first.</summary>
    public static IReadOnlyList<QuantizationMix> All { get; } =
    [
        new("BF16", DType.BF16, 32),
        new("F16", DType.F16, 1),
        new("Q8_0", DType.Q8_0, 7),
        new("Q6_K", DType.Q6_K, 18),
        new("Q5_K_M", DType.Q5_K, 17) { Medium = true },
        new("Q4_K_M", DType.Q4_K, 15) { Medium = true },
        new("Q4_0", DType.Q4_0, 2),
    ];

    /// <summary>As in <c>Q4_K_M</c>.</summary>
    public string Name { get; }

    /// <summary>What most weights become.</summary>
    public DType Base { get; }

    /// <summary>What a GGUF file calls it, as <c>general.file_type</c>.</summary>
    public uint FileType { get; }

    /// <summary>Whether what attention says and what feed-forwards give back is stored better in some layers.</summary>
    private bool Medium { get; init; }

    /// <summary>The mix of a name, in upper or lower case.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static QuantizationMix Named(string name) =>
        All.FirstOrDefault(mix => mix.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new GrimoireException($"\"{name}\" is no type to write; choose one of {string.Join(", ", All.Select(mix => mix.Name))}.");

    /// <summary>How a matrix of a model is stored.</summary>
    /// <param name="name">Its name in the file, as in <c>blk.3.attn_v.weight</c>.</param>
    /// <param name="columns">The length of its rows.</param>
    /// <param name="config">The model.</param>
    /// <param name="calibrated">Whether errors are weighted by calibration.</param>
    public DType TypeOf(string name, int columns, ModelConfig config, bool calibrated = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(config);
        if (!Base.IsQuantized())
            return Base;
        return Fitting(name == (config.TiedEmbeddings ? Embedding : Output) ? HeadType(columns) : LayerType(name, config, calibrated), columns);
    }

    /// <summary>Every logit passes through the unembedding.</summary>
    private DType HeadType(int columns) => Base == DType.Q8_0 || columns % DType.Q6_K.BlockSize() != 0 ? DType.Q8_0 : DType.Q6_K;

    private DType LayerType(string name, ModelConfig config, bool calibrated)
    {
        bool deserves = Medium && DeservesMore(Layer(name), config.Layers);
        if (name.Contains("attn_v.weight", StringComparison.Ordinal) || name.Contains("attn_qkv.weight", StringComparison.Ordinal))
            return config.Experts == 8 ? DType.Q8_0 : deserves ? DType.Q6_K : SharedByMany(config) && Base == DType.Q4_K ? DType.Q5_K : Base;
        if (name.Contains("attn_k.weight", StringComparison.Ordinal) && config.Experts == 8)
            return DType.Q8_0;
        if (name.Contains("attn_output.weight", StringComparison.Ordinal) && config.Experts == 8 && Base == DType.Q4_K)
            return DType.Q5_K;
        if (!name.Contains("ffn_down", StringComparison.Ordinal))
            return Base;

        // The first layers' outputs are the largest: weighted errors need an offset there.
        return deserves ? DType.Q6_K : Base == DType.Q4_0 && calibrated && Layer(name) < config.Layers / 8 ? DType.Q4_1 : Base;
    }

    /// <summary>The first and the last eighth of the layers, and every third between.</summary>
    private static bool DeservesMore(int layer, int layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - (layers / 8)) % 3 == 2;

    /// <summary>Llama's 70B: eight heads share a value, so its matrix is small and counts eightfold.</summary>
    private static bool SharedByMany(ModelConfig config) => config.Family == "llama" && config.Layers == 80;

    /// <summary>A type with blocks of 32 where rows are not whole blocks of 256, and none where they are not even that.</summary>
    private static DType Fitting(DType type, int columns)
    {
        if (columns % type.BlockSize() != 0)
        {
            type = type switch
            {
                DType.Q4_K => DType.Q5_0,
                DType.Q5_K => DType.Q5_1,
                _ => DType.Q8_0,
            };
        }

        return columns % type.BlockSize() == 0 ? type : DType.F16;
    }

    private static int Layer(string name) =>
        name.Split('.') is ["blk", var layer, ..] && int.TryParse(layer, CultureInfo.InvariantCulture, out int number) ? number : -1;
}
