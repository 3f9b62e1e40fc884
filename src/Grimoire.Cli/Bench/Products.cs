using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>Products of activations with a weight, in the types and at the sizes that models have.</summary>
internal static class Products
{
    private const int Inputs = 2048, Outputs = 5632;

    /// <summary>More than any cache holds, so that a single row's product reads its weight from memory.</summary>
    private const long BeyondCaches = 128 << 20;

    private static readonly DType[] Types = [DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K];

    /// <summary>One row, which memory bounds, and 16, 128 and 512, which arithmetic bounds.</summary>
    public static IEnumerable<Func<Subject>> Subjects(Kernels kernels, bool pack) => Types.Select(type => (Func<Subject>)(() =>
    {
        int copies = (int)Math.Max(1, (BeyondCaches + type.Bytes(Outputs * Inputs) - 1) / type.Bytes(Outputs * Inputs));
        Tensor[] weights = [.. Enumerable.Range(0, copies).Select(_ => Matrix((Outputs, Inputs), type))];
        if (pack)
        {
            foreach (Tensor weight in weights)
                kernels.Pack(weight);
        }

        return new Subject($"{Inputs} → {Outputs} {type}", [.. ((int[])[1, 16, 128, 512]).Select(rows => Product(kernels, rows, weights, pack))]);
    }));

    private static Benchmark Product(Kernels kernels, int rows, Tensor[] weights, bool pack)
    {
        DType type = weights[0].DType;
        Tensor x = Matrix((rows, Inputs), DType.F32), y = Tensor.Zeros((rows, Outputs));
        double operations = 2.0 * rows * Inputs * Outputs, bytes = type.Bytes((long)Inputs * Outputs);
        bool integers = pack && type.IsQuantized();
        int next = 0;
        return new($"{rows} {(rows == 1 ? "row" : "rows")}", "GOP/s", kernels.Threads, cancellation => Pace.Of(0.1, () =>
        {
            kernels.Linear(x, weights[next++ % weights.Length], bias: null, y);
            return operations / 1e9;
        }, cancellation))
        {
            Work = new Work(integers ? 0 : 1e9, integers ? 1e9 : 0, rows == 1 ? bytes / operations * 1e9 : 0),
        };
    }

    /// <summary>A matrix of a few thousand random numbers again and again.</summary>
    private static Tensor Matrix(Shape shape, DType type)
    {
        const int Pattern = 1 << 14;
        Tensor matrix = Tensor.Zeros(shape, type), pattern = Tensor.Zeros((Pattern / 256, 256)), stored = Tensor.Zeros(pattern.Shape, type);
        foreach ((int i, float _) in pattern.ToArray<float>().Index())
            pattern.Span<float>()[i] = (float)(0.02 * CountedRandom.Normal(1, (ulong)i));
        Kernels.Simd.Copy(pattern, stored);
        for (int row = 0; row < shape[0]; row++)
        {
            Span<byte> to = Bytes(matrix.Rows(row, 1)), from = Bytes(stored);
            for (int at = 0; at < to.Length; at += from.Length)
                from[..Math.Min(from.Length, to.Length - at)].CopyTo(to[at..]);
        }

        return matrix;
    }

    private static Span<byte> Bytes(Tensor tensor) => tensor.DType switch
    {
        DType.F32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Span<float>()),
        DType.F16 or DType.BF16 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Span<ushort>()),
        _ => tensor.Span<byte>(),
    };
}
