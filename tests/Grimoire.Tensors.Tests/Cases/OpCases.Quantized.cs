namespace Grimoire.Tensors.Tests;

/// <content>Weights in blocks: wherever a weight may stand.</content>
public static partial class OpCases
{
    /// <summary>All quantised types.</summary>
    public static IEnumerable<DType> QuantizedTypes => Enum.GetValues<DType>().Where(type => type.IsQuantized());

    private static IEnumerable<OpCase> Quantized()
    {
        foreach (DType type in QuantizedTypes)
        {
            int block = type.BlockSize();

            // One row, up to four, more with enough inputs for tiles, and more than tiles take.
            foreach ((int rows, int inputs, int outputs) in ((int, int, int)[])[(1, 2 * block, 5), (3, block, 7), (6, 256, 5), (35, block, 17)])
                yield return Linear(rows, inputs, outputs, bias: rows != 3, stored: type);
            yield return new("Embedding", $"9 of 11×{2 * block} {type}", [Weight((11, 2 * block), stored: type), Ids(9, 11)], (w, x) => Ops.Embedding(w, x[0], x[1]), 0);
            yield return new("Copy", $"from {type}", [Weight((3, 2 * block), stored: type)], (w, x) => Copied(w, x[0], w.DType), 6 * block);
            yield return LinearCrossEntropy(9, block, 21, chunk: 4, stored: type);
        }

        yield return new(
            "Linear", "rows of a larger weight", [new((5, 512)), Weight((12, 512), stored: DType.Q4_K)], (_, x) => Ops.Linear(x[0], x[1].Rows(3, 7)), 2 * 5 * 512 * 7);
    }

    /// <summary>Longer than a piece of work, wider and deeper than a block of a product.</summary>
    private static IEnumerable<OpCase> LargeQuantized() =>
        [Linear(1, 1024, 300, stored: DType.Q6_K), Linear(4, 2304, 70, stored: DType.Q4_K), Linear(20, 512, 530, stored: DType.Q8_0), Linear(90, 2304, 100, stored: DType.Q5_K), Linear(34, 768, 37, stored: DType.Q5_1)];

    private static IEnumerable<OpCase> QuantizedBenchmarks() =>
        [.. QuantizedTypes.Select(type => Linear(1, 4096, 4096, stored: type)), Linear(16, 4096, 4096, stored: DType.Q4_K), Linear(256, 4096, 4096, stored: DType.Q4_K)];
}
