namespace Grimoire.Tensors.Tests;

/// <summary>
/// The one table of ops. It drives three things: gradients equal central differences, every device equals the reference, and benchmarks. A test fails when an
/// op or a kernel has no row here.
/// </summary>
public static partial class OpCases
{
    /// <summary>Small and odd sizes, all options: for tests.</summary>
    public static IReadOnlyList<OpCase> All => field ??=
        [.. Elementwise(), .. Reductions(), .. Matrices(), .. Rows(), .. Experts(), .. Norms(), .. Positions(), .. AttentionCases(), .. Distributions(), .. Recurrence(), .. Optimizers(), .. Quantized()];

    /// <summary>Large enough that work is cut into blocks and pieces, and nothing divides evenly: for the fast devices.</summary>
    public static IReadOnlyList<OpCase> Large => field ??=
    [
        Linear(90, 520, 130), Projections(61, 530, 130, 257, 128), Linear(20, 130, 2100, stored: DType.F16), Linear(1600, 20, 33), Linear(3, 700, 260, stored: DType.BF16), Linear(7, 270, 66), Linear(30, 300, 130, stored: DType.F16), MatMul(5, 40, 50, 60, true, true),
        Activate(Activation.GeluTanh, (65, 300)), Gate(Activation.Silu, (65, 300)), Add((65, 300)), Dropout((65, 300)), LayerNorm((300, 70)), RmsNorm((300, 70)),
        Rotary((70, 6, 48), pairs: 20, interleaved: true), .. LargeAttention(),
        Softmax((70, 300)), CrossEntropy(70, 300), LinearCrossEntropy(70, 33, 300), Lstm([60, 57, 40, 3], 70, backwards: true), AdamW(20_001, part: 0), SumOfSquares(20_001), .. LargeQuantized(),
    ];

    /// <summary>Sizes of real models: for benchmarks.</summary>
    public static IReadOnlyList<OpCase> Benchmarks => field ??=
    [
        Linear(768, 128, 512), Linear(2048, 384, 1536), Linear(2048, 1536, 384), Linear(1, 1024, 4096, stored: DType.BF16), Linear(1024, 1024, 1024),
        MatMul(1, 1024, 1024, 1024, false, false),
        Activate(Activation.GeluTanh, (2048, 1536)), Activate(Activation.Gelu, (2048, 1536)), Gate(Activation.Silu, (2048, 1024)),
        Add((2048, 384)), Dropout((2048, 384)),
        LayerNorm((2048, 384)), RmsNorm((2048, 384)),
        Rotary((2048, 6, 64), pairs: 32, interleaved: false),
        Attention("benchmark", new(6, 6, 64, [256, 256, 256, 256, 256, 256, 256, 256])), Attention("benchmark", new(6, 6, 64, [2048])),
        Softmax((2048, 4096)), CrossEntropy(2048, 4096), LinearCrossEntropy(2048, 384, 4096), Lstm([.. Enumerable.Repeat(32, 20)], 128, backwards: false),
        AdamW(10_000_000, part: 0), SumOfSquares(10_000_000), .. QuantizedBenchmarks(),
    ];

    private static readonly Shape[] OddShapes = [1, 3, (3, 17), (1, 63), (5, 65), (2, 3, 130)];

    private static Input Weight(Shape shape, float scale = 1, DType? stored = null) =>
        new(shape, Grad: stored is null, Scale: scale, Stored: stored, Parameter: true);

    private static Input Constant(Shape shape) => new(shape, Grad: false);

    private static Input Ids(int count, int limit) => new(count, Grad: false, Draw.Ids, Limit: limit);
}
