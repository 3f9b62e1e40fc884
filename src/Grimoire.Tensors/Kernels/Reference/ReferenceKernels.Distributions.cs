namespace Grimoire.Tensors;

/// <summary>Distributions over the last axis.</summary>
internal sealed partial class ReferenceKernels
{
    public override void Softmax(Tensor x, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        int n = x.Shape.Last;
        for (long first = 0; first < xs.Count; first += n)
        {
            double logSum = LogSumExp(xs, first, n);
            for (long i = first; i < first + n; i++)
                ys[i] = Math.Exp(xs[i] - logSum);
        }
    }

    public override void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx)
    {
        Elements ys = new(y), dys = new(dy), dxs = new(dx);
        int n = y.Shape.Last;
        for (long first = 0; first < ys.Count; first += n)
        {
            double mean = 0;
            for (long i = first; i < first + n; i++)
                mean += ys[i] * dys[i];
            for (long i = first; i < first + n; i++)
                dxs[i] += ys[i] * (dys[i] - mean);
        }
    }

    public override void LogSoftmax(Tensor x, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        int n = x.Shape.Last;
        for (long first = 0; first < xs.Count; first += n)
        {
            double logSum = LogSumExp(xs, first, n);
            for (long i = first; i < first + n; i++)
                ys[i] = xs[i] - logSum;
        }
    }

    public override void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx)
    {
        Elements ys = new(y), dys = new(dy), dxs = new(dx);
        int n = y.Shape.Last;
        for (long first = 0; first < ys.Count; first += n)
        {
            double sum = 0;
            for (long i = first; i < first + n; i++)
                sum += dys[i];
            for (long i = first; i < first + n; i++)
                dxs[i] += dys[i] - (Math.Exp(ys[i]) * sum);
        }
    }

    public override void CrossEntropy(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor losses)
    {
        Elements xs = new(logits), classes = new(targets), rows = new(losses);
        int n = logits.Shape.Last;
        for (long row = 0; row < rows.Count; row++)
        {
            rows[row] = 0;
            if (classes[row] < 0)
                continue;
            double logSum = LogSumExp(xs, row * n, n);
            double loss = (1 - (double)spec.Smoothing) * (logSum - xs[(row * n) + classes.Id(row, n)]);
            for (long i = row * n; spec.Smoothing > 0 && i < (row + 1) * n; i++)
                loss += spec.Smoothing / n * (logSum - xs[i]);
            rows[row] = loss + (spec.ZLoss * logSum * logSum);
        }
    }

    public override void CrossEntropyGrad(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor dlosses, Tensor dlogits)
    {
        Elements xs = new(logits), classes = new(targets), drows = new(dlosses), dxs = new(dlogits);
        int n = logits.Shape.Last;
        bool inPlace = ReferenceEquals(logits, dlogits);
        for (long row = 0; row < drows.Count; row++)
        {
            long first = row * n;
            for (int i = 0; inPlace && classes[row] < 0 && i < n; i++)
                dxs[first + i] = 0;
            if (classes[row] < 0)
                continue;
            int target = classes.Id(row, n);
            double logSum = LogSumExp(xs, first, n);
            for (int i = 0; i < n; i++)
            {
                double wanted = ((double)spec.Smoothing / n) + (i == target ? 1 - (double)spec.Smoothing : 0);
                double probability = Math.Exp(xs[first + i] - logSum);
                dxs[first + i] = (inPlace ? 0 : dxs[first + i]) + (drows[row] * ((probability * (1 + (2 * spec.ZLoss * logSum))) - wanted));
            }
        }
    }

    /// <summary>log Σ exp x, the largest taken out so that nothing overflows.</summary>
    private static double LogSumExp(Elements xs, long first, int count)
    {
        double max = double.NegativeInfinity, sum = 0;
        for (long i = first; i < first + count; i++)
            max = Math.Max(max, xs[i]);
        for (long i = first; i < first + count; i++)
            sum += Math.Exp(xs[i] - max);
        return max + Math.Log(sum);
    }
}
