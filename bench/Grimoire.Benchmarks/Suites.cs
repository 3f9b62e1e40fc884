using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Tensors.Tests;

namespace Grimoire.Benchmarks;

/// <summary>What is measured, at the sizes of real models.</summary>
internal static class Suites
{
    /// <summary>Matrix products: square, of training (rows × in → out, and both gradients), and of decoding.</summary>
    public static IEnumerable<Measurement> Products(int threads)
    {
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach (int n in (int[])[64, 128, 256, 512, 1024, 2048])
            {
                Tensor a = Numbers((n, n)), b = Numbers((n, n)), y = Numbers((n, n));
                yield return new($"MatMul {n}³", count, () => kernels.MatMul(a, b, y), 2.0 * n * n * n);
            }

            foreach ((int rows, int inputs, int outputs) in ((int, int, int)[])
                [(768, 128, 128), (768, 128, 512), (768, 512, 128), (768, 128, 65), (2048, 384, 384), (2048, 384, 1536), (2048, 1536, 384), (256, 768, 3072), (256, 768, 50257), (16, 2048, 2048), (1, 2048, 2048)])
            {
                Tensor x = Numbers((rows, inputs)), weight = Numbers((outputs, inputs)), bias = Numbers(outputs), y = Numbers((rows, outputs));
                string size = $"{rows}×{inputs}→{outputs}";
                double flops = 2.0 * rows * inputs * outputs;
                yield return new($"Linear {size}", count, () => kernels.Linear(x, weight, bias, y), flops);
                yield return new($"LinearInputGrad {size}", count, () => kernels.LinearInputGrad(y, weight, x), flops);
                yield return new($"LinearWeightGrad {size}", count, () => kernels.LinearWeightGrad(y, x, weight), flops);
            }
        }
    }

    /// <summary>Eight of 32 experts for each row, and one layer for as many rows beside it: the price of many small products. One token, and prompts.</summary>
    public static IEnumerable<Measurement> Experts(int threads)
    {
        const int Groups = 32, Slots = 8, Inputs = 1024, Outputs = 512;
        Tensor[] weights = [.. Enumerable.Range(0, Groups).Select(_ => Numbers((Outputs, Inputs)))];
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach (int tokens in (int[])[1, 16, 128, 512])
            {
                int rows = tokens * Slots;
                Tensor x = Numbers((rows, Inputs)), y = Numbers((rows, Outputs)), counts = Tensor.Zeros(Groups, DType.I32);
                for (int slot = 0; slot < rows; slot++)
                    counts.Span<int>()[(int)(CountedRandom.Bits(1, (ulong)slot) % Groups)]++;
                double flops = 2.0 * rows * Inputs * Outputs;
                yield return new($"GroupedLinear {tokens} tokens", count, () => kernels.GroupedLinear(x, weights, counts, y), flops);
                yield return new($"Linear {rows}×{Inputs}→{Outputs}", count, () => kernels.Linear(x, weights[0], null, y), flops);
            }
        }
    }

    /// <summary>Weights of every type: decoding one token, a small batch, a prompt; the conversion to F32 and, where there is one, the encoding from it.</summary>
    public static IEnumerable<Measurement> Quantized(int threads)
    {
        const int Inputs = 2048, Outputs = 8192;
        Tensor numbers = Numbers((Outputs, Inputs)), decoded = Tensor.Zeros((Outputs, Inputs)), few = Numbers((64, Inputs));
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach (DType type in Enum.GetValues<DType>().Where(type => type is not (DType.F64 or DType.I32)))
            {
                Tensor weight = Tensor.Zeros(numbers.Shape, type), encoded = Tensor.Zeros(few.Shape, type);
                kernels.Copy(numbers, weight);
                double size = (double)Inputs * Outputs, bytes = type.Bytes((long)size);
                foreach (int rows in (int[])[1, 8, 128])
                {
                    Tensor x = Numbers((rows, Inputs)), y = Numbers((rows, Outputs));
                    yield return new($"Linear {rows}×{Inputs}→{Outputs} {type}", count, () => kernels.Linear(x, weight, null, y), 2 * size * rows, bytes);
                }

                yield return new($"Copy {type} → F32", count, () => kernels.Copy(weight, decoded), size, bytes + (4 * size));
                yield return new($"Copy F32 → {type}, {few.Shape}", count, () => kernels.Copy(few, encoded), few.Shape.Count, 4.0 * few.Shape.Count);
            }
        }
    }

    /// <summary>Packed weights of floats and of every quantised type at the shapes of a 1.1B Llama: decoding, some sequences at once, prompts. Operations on integers count as those on floats.</summary>
    public static IEnumerable<Measurement> Packed(int threads)
    {
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach ((int inputs, int outputs) in ((int, int)[])[(2048, 2048), (2048, 5632), (5632, 2048)])
            {
                Tensor numbers = Numbers((outputs, inputs));
                foreach (DType type in Enum.GetValues<DType>().Where(type => type is not (DType.F64 or DType.I32) && (inputs == outputs || type is DType.F16 or DType.Q4_0 or DType.Q8_0 or DType.Q4_K or DType.Q6_K)))
                {
                    Tensor weight = Tensor.Zeros(numbers.Shape, type);
                    kernels.Copy(numbers, weight);
                    kernels.Pack(weight);
                    double size = (double)inputs * outputs;
                    foreach (int rows in (int[])[1, 8, 16, 128, 512])
                    {
                        Tensor x = Numbers((rows, inputs)), y = Numbers((rows, outputs));
                        yield return new($"packed Linear {rows}×{inputs}→{outputs} {type}", count, () => kernels.Linear(x, weight, null, y), 2 * size * rows, type.Bytes((long)size));
                    }
                }
            }
        }
    }

    /// <summary>Whole training steps of the two character models.</summary>
    public static IEnumerable<Measurement> Training(int threads)
    {
        foreach (int count in Counts(threads))
        {
            foreach ((int layers, int heads, int channels, int context, int batch, int vocabulary, PassOptions options) in ((int, int, int, int, int, int, PassOptions)[])[
                (4, 4, 128, 64, 12, 65, default), (6, 6, 384, 256, 8, 65, default), (6, 6, 384, 256, 8, 65, new(Checkpoint: true)),
                (6, 6, 384, 256, 8, 65, new(Saved: SavedActivations.BF16)), (12, 12, 768, 256, 1, 50257, default)])
            {
                var step = new TrainingStep(layers, heads, channels, context, batch, count, vocabulary, options);
                string how = options.Checkpoint ? ", computed again" : options.Saved == SavedActivations.BF16 ? ", saved as bfloat16" : "";
                yield return new($"step {layers}×{channels}, context {context}, batch {batch}, {vocabulary} words{how}", count, step.Run, step.Flops);
            }
        }
    }

    /// <summary>Attention forward and backward, and decoding; operations of the visible half, as papers count them.</summary>
    public static IEnumerable<Measurement> Attention(int threads)
    {
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach ((int sequences, int length, int heads, int keyHeads, int channels) in ((int, int, int, int, int)[])
                [(12, 64, 4, 4, 32), (8, 256, 6, 6, 32), (8, 256, 6, 6, 64), (1, 256, 12, 12, 64), (1, 1024, 12, 12, 64), (1, 2048, 8, 2, 128)])
            {
                int tokens = sequences * length;
                Tensor q = Numbers((tokens, heads, channels)), k = Numbers((tokens, keyHeads, channels)), v = Numbers((tokens, keyHeads, channels));
                Tensor y = Numbers(q.Shape), logSums = Numbers((tokens, heads)), dq = Numbers(q.Shape), dk = Numbers(k.Shape), dv = Numbers(k.Shape);
                Segment[] segments = [.. Enumerable.Range(0, sequences).Select(i => new Segment(i * length, length))];
                var spec = new AttentionSpec(1 / MathF.Sqrt(channels));
                double flops = 2.0 * sequences * length * (length + 1) * heads * channels;
                string size = $"{sequences}×{length}, {heads}/{keyHeads} heads of {channels}";
                yield return new($"Attention {size}", count, () => kernels.Attention(q, k, v, segments, spec, y, logSums), flops);
                yield return new($"AttentionGrad {size}", count, () => kernels.AttentionGrad(q, k, v, segments, spec, y, logSums, q, dq, dk, dv), 2.5 * flops);
            }

            Tensor query = Numbers((1, 32, 64)), key = Numbers((1, 4, 64)), cache = Numbers((4096, 4, 64)), output = Numbers(query.Shape), sums = Numbers((1, 32));
            Segment[] last = [new(0, 1, 4095, cache, Numbers(cache.Shape))];
            yield return new("Attention decoding at 4096, 32/4 heads of 64", count, () => kernels.Attention(query, key, key, last, new(0.125f), output, sums), 4.0 * 4096 * 32 * 64);
        }
    }

    /// <summary>Everything that is limited by memory or by the price of functions.</summary>
    public static IEnumerable<Measurement> Elementwise(int threads)
    {
        foreach (int count in Counts(threads))
        {
            Kernels kernels = Kernels.CreateSimd(count);
            foreach ((int rows, int columns) in ((int, int)[])[(64, 256), (2048, 1536)])
            {
                Tensor x = Numbers((rows, columns)), y = Numbers(x.Shape), dx = Numbers(x.Shape), weight = Numbers(columns), sums = Numbers((rows, 2)), db = Numbers(columns);
                double n = (double)rows * columns;
                string size = $"{rows}×{columns}";
                yield return new($"Add {size}", count, () => kernels.Add(x, y, dx), n, 12 * n);
                foreach (Activation kind in Enum.GetValues<Activation>())
                {
                    yield return new($"Activate {kind} {size}", count, () => kernels.Activate(kind, x, y), n, 8 * n);
                    yield return new($"ActivateGrad {kind} {size}", count, () => kernels.ActivateGrad(kind, x, y, dx), n, 16 * n);
                }

                yield return new($"Dropout {size}", count, () => kernels.Dropout(x, 0.1f, 1, y), n, 8 * n);
                yield return new($"LayerNorm {size}", count, () => kernels.LayerNorm(x, weight, weight, 1e-5f, y, sums), n, 8 * n);
                yield return new($"LayerNormGrad {size}", count, () => kernels.LayerNormGrad(x, weight, sums, y, dx, db, db), n, 24 * n);
                yield return new($"Softmax {size}", count, () => kernels.Softmax(x, y), n, 8 * n);
                yield return new($"LinearBiasGrad {size}", count, () => kernels.LinearBiasGrad(x, db), n, 4 * n);
            }

            Tensor p = Numbers(20_000_000), g = Numbers(p.Shape), m = Numbers(p.Shape), s = Tensor.Zeros(p.Shape);
            yield return new("AdamW 20M", count, () => kernels.AdamW(p, g, m, s, new(1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 0.5f, 1)), 20e6, 28 * 20e6);
            yield return new("SumOfSquares 20M", count, () => kernels.SumOfSquares(p), 20e6, 4 * 20e6);
        }
    }

    /// <summary>The table's ops at real sizes, forward.</summary>
    public static IEnumerable<Measurement> Ops(int threads)
    {
        foreach (OpCase row in OpCases.Benchmarks)
        {
            var workspace = new Workspace(Kernels.CreateSimd(threads));
            Tensor[] inputs = row.Make(workspace);
            Workspace.Position mark = workspace.Mark();
            double bytes = OpCase.Bytes(inputs, row.Run(workspace, inputs));
            yield return new(row.Name, threads, () =>
            {
                workspace.Release(mark);
                row.Run(workspace, inputs);
            }, row.Flops, bytes);
        }
    }

    private static IEnumerable<int> Counts(int threads) => threads == 1 ? [1] : [1, threads];

    private static Tensor Numbers(Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        var random = new Random(1);
        foreach (ref float x in tensor.Span<float>())
            x = (random.NextSingle() - 0.5f) * 0.1f;
        return tensor;
    }
}
