using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>Which types llama.cpp expects tensors in, and what a GGUF file says of them.</summary>
internal static class GgufStorage
{
    public const string FileTypeKey = "general.file_type", QuantizationKey = "general.quantization_version";

    /// <summary>Tensors of two axes that llama.cpp computes with in F32 only.</summary>
    private static readonly string[] AlwaysSingle = ["position_embd.weight", "token_types.weight", ".ffn_gate_inp.weight", "_norm.weight"];

    /// <summary>What <c>general.file_type</c> says of a file most of whose weights are of a type.</summary>
    private static readonly Dictionary<DType, uint> FileTypes = new()
    {
        [DType.F32] = 0,
        [DType.F16] = 1,
        [DType.Q4_0] = 2,
        [DType.Q4_1] = 3,
        [DType.Q8_0] = 7,
        [DType.Q5_0] = 8,
        [DType.Q5_1] = 9,
        [DType.Q2_K] = 10,
        [DType.Q3_K] = 12,
        [DType.Q4_K] = 15,
        [DType.Q5_K] = 17,
        [DType.Q6_K] = 18,
        [DType.IQ4_NL] = 25,
        [DType.IQ4_XS] = 30,
        [DType.BF16] = 32,
        [DType.MXFP4] = 38,
    };

    /// <summary>Whether a tensor is always stored in F32.</summary>
    public static bool IsSingle(string name, Shape shape) =>
        shape.Rank == 1 || AlwaysSingle.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>The keys that say how most weights are stored.</summary>
    public static void AddTypes(IDictionary<string, GgufValue> keys, IEnumerable<StoredTensor> weights)
    {
        DType most = weights.GroupBy(weight => weight.Type).MaxBy(group => group.Sum(weight => weight.Bytes))!.Key;
        if (FileTypes.TryGetValue(most, out uint number))
            keys[FileTypeKey] = GgufValue.Of(number);
        if (most.IsQuantized())
            keys[QuantizationKey] = GgufValue.Of(2u);
    }
}
