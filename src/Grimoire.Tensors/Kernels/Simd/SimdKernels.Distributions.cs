using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Distributions over the last axis.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Softmax(Tensor x, Tensor y) => EachRow(new SoftmaxOp(Floats(x), Floats(y), x.Shape.Last), x.Shape.Rows, x.Shape.Last);

    public override void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        EachRow(new SoftmaxGradOp(Floats(y), Floats(dy), Floats(dx), y.Shape.Last), y.Shape.Rows, y.Shape.Last);

    public override void LogSoftmax(Tensor x, Tensor y) => EachRow(new LogSoftmaxOp(Floats(x), Floats(y), x.Shape.Last), x.Shape.Rows, x.Shape.Last);

    public override void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        EachRow(new LogSoftmaxGradOp(Floats(y), Floats(dy), Floats(dx), y.Shape.Last), y.Shape.Rows, y.Shape.Last);

    public override void CrossEntropy(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor losses)
    {
        int rows = logits.Shape.Rows, n = logits.Shape.Last;
        CheckTargets(targets, n);
        EachRow(new CrossEntropyOp(Floats(logits), Ids(targets), spec, Floats(losses), n), rows, n);
    }

    public override void CrossEntropyGrad(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor dlosses, Tensor dlogits)
    {
        int rows = logits.Shape.Rows, n = logits.Shape.Last;
        CheckTargets(targets, n);
        bool inPlace = ReferenceEquals(logits, dlogits);
        float* to = Gradient(dlogits, out bool onto);
        EachRow(new CrossEntropyGradOp(Floats(logits), Ids(targets), spec, Floats(dlosses), to, onto && !inPlace, n), rows, n);
    }

    /// <summary>Negative targets are ignored; others must be classes.</summary>
    private static void CheckTargets(Tensor targets, int limit)
    {
        foreach (int target in targets.Span<int>())
        {
            if (target >= limit)
                throw new ArgumentOutOfRangeException(nameof(targets), target, $"target {target} is not below {limit}");
        }
    }

    private readonly struct SoftmaxOp(float* x, float* y, int n) : IRowwise
    {
        public void Row(int row)
        {
            float* from = x + ((nint)row * n), to = y + ((nint)row * n);
            float max = RowMath<V>.Max(from, n);
            new ReadOnlySpan<float>(from, n).CopyTo(new Span<float>(to, n));
            RowMath<V>.Scale(to, 1 / RowMath<V>.ExpInPlace(to, max, n), n);
        }
    }

    private readonly struct SoftmaxGradOp(float* y, float* dy, float* dx, int n) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            nint first = (nint)row * n;
            float mean = RowMath<V>.Dot(y + first, dy + first, n);
            V shift = V.Create(mean);
            nint i = first, end = first + n;
            for (; i <= end - V.Count; i += V.Count)
                V.MultiplyAdd(V.Load(y + i), V.Load(dy + i) - shift, V.Load(dx + i)).Store(dx + i);
            for (; i < end; i++)
                dx[i] += y[i] * (dy[i] - mean);
        }
    }

    private readonly struct LogSoftmaxOp(float* x, float* y, int n) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            float* from = x + ((nint)row * n), to = y + ((nint)row * n);
            float logSum = RowMath<V>.LogSumExp(from, n);
            V shift = V.Create(logSum);
            int i = 0;
            for (; i <= n - V.Count; i += V.Count)
                (V.Load(from + i) - shift).Store(to + i);
            for (; i < n; i++)
                to[i] = from[i] - logSum;
        }
    }

    private readonly struct LogSoftmaxGradOp(float* y, float* dy, float* dx, int n) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            nint first = (nint)row * n;
            V sum = V.Create(RowMath<V>.Sum(dy + first, n));
            nint i = first, end = first + n;
            for (; i <= end - V.Count; i += V.Count)
                (V.Load(dx + i) + V.Load(dy + i) - (VectorMath<V>.Exp(V.Load(y + i)) * sum)).Store(dx + i);
            if (i < end)
            {
                var rest = new Partial<V>((int)(end - i));
                rest.Store(dx + i, rest.Load(dx + i) + rest.Load(dy + i) - (VectorMath<V>.Exp(rest.Load(y + i)) * sum));
            }
        }
    }

    private readonly struct CrossEntropyOp(float* logits, int* targets, CrossEntropySpec spec, float* losses, int n) : IRowwise
    {
        public void Row(int row)
        {
            losses[row] = 0;
            if (targets[row] < 0)
                return;
            float* x = logits + ((nint)row * n);
            double logSum = RowMath<V>.LogSumExp(x, n);
            double loss = (1 - (double)spec.Smoothing) * (logSum - x[targets[row]]);
            if (spec.Smoothing > 0)
                loss += spec.Smoothing * (logSum - (RowMath<V>.Sum(x, n) / (double)n));
            losses[row] = (float)(loss + (spec.ZLoss * logSum * logSum));
        }
    }

    private readonly struct CrossEntropyGradOp(float* logits, int* targets, CrossEntropySpec spec, float* dlosses, float* dlogits, bool onto, int n) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            float* x = logits + ((nint)row * n), dx = dlogits + ((nint)row * n);
            if (targets[row] < 0)
            {
                if (!onto)
                    new Span<float>(dx, n).Clear();
                return;
            }

            float logSum = RowMath<V>.LogSumExp(x, n), dloss = dlosses[row];
            V shift = V.Create(logSum), factor = V.Create(dloss * (1 + (2 * spec.ZLoss * logSum))), even = V.Create(-dloss * spec.Smoothing / n);
            int i = 0;
            for (; i <= n - V.Count; i += V.Count)
                V.MultiplyAdd(VectorMath<V>.Exp(V.Load(x + i) - shift), factor, onto ? V.Load(dx + i) + even : even).Store(dx + i);
            if (i < n)
            {
                var rest = new Partial<V>(n - i);
                rest.Store(dx + i, V.MultiplyAdd(VectorMath<V>.Exp(rest.Load(x + i) - shift), factor, onto ? rest.Load(dx + i) + even : even));
            }

            dx[targets[row]] -= dloss * (1 - spec.Smoothing);
        }
    }
}
