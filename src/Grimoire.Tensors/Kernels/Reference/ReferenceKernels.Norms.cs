namespace Grimoire.Tensors;

/// <summary>Normalisations of rows.</summary>
internal sealed partial class ReferenceKernels
{
    public override void LayerNorm(Tensor x, Tensor weight, Tensor? bias, float eps, Tensor y, Tensor statistics)
    {
        Elements xs = new(x), weights = new(weight), biases = new(bias ?? weight), ys = new(y), stats = new(statistics);
        int n = x.Shape.Last;
        for (long row = 0, first = 0; row < x.Shape.Rows; row++, first += n)
        {
            double mean = 0, variance = 0;
            for (long i = 0; i < n; i++)
                mean += xs[first + i] / n;
            for (long i = 0; i < n; i++)
                variance += (xs[first + i] - mean) * (xs[first + i] - mean) / n;
            double rstd = 1 / Math.Sqrt(variance + eps);
            for (long i = 0; i < n; i++)
                ys[first + i] = ((xs[first + i] - mean) * rstd * weights[i]) + (bias is null ? 0 : biases[i]);
            stats[2 * row] = mean;
            stats[(2 * row) + 1] = rstd;
        }
    }

    public override void LayerNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias)
    {
        Elements xs = new(x), weights = new(weight), stats = new(statistics), dys = new(dy);
        Elements dxs = new(dx ?? x), dweights = new(dweight ?? weight), dbiases = new(dbias ?? weight);
        int n = x.Shape.Last;
        for (long row = 0, first = 0; row < x.Shape.Rows; row++, first += n)
        {
            double mean = stats[2 * row], rstd = stats[(2 * row) + 1];

            // With g = dy ⊙ weight and the normalised x̂: dx = rstd · (g − mean g − x̂ · mean(g ⊙ x̂)).
            double meanG = 0, meanGX = 0;
            for (long i = 0; i < n; i++)
            {
                double g = dys[first + i] * weights[i];
                meanG += g / n;
                meanGX += g * (xs[first + i] - mean) * rstd / n;
            }

            for (long i = 0; i < n; i++)
            {
                double normal = (xs[first + i] - mean) * rstd;
                if (dx is not null)
                    dxs[first + i] += rstd * ((dys[first + i] * weights[i]) - meanG - (normal * meanGX));
                if (dweight is not null)
                    dweights[i] += dys[first + i] * normal;
                if (dbias is not null)
                    dbiases[i] += dys[first + i];
            }
        }
    }

    public override void RmsNorm(Tensor x, Tensor weight, float eps, Tensor y, Tensor statistics)
    {
        Elements xs = new(x), weights = new(weight), ys = new(y), stats = new(statistics);
        int n = x.Shape.Last;
        for (long row = 0, first = 0; row < x.Shape.Rows; row++, first += n)
        {
            double square = 0;
            for (long i = 0; i < n; i++)
                square += xs[first + i] * xs[first + i] / n;
            double scale = 1 / Math.Sqrt(square + eps);
            for (long i = 0; i < n; i++)
                ys[first + i] = xs[first + i] * scale * weights[i];
            stats[row] = scale;
        }
    }

    public override void RmsNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight)
    {
        Elements xs = new(x), weights = new(weight), stats = new(statistics), dys = new(dy);
        Elements dxs = new(dx ?? x), dweights = new(dweight ?? weight);
        int n = x.Shape.Last;
        for (long row = 0, first = 0; row < x.Shape.Rows; row++, first += n)
        {
            double scale = stats[row];

            // With g = dy ⊙ weight and the normalised x̂: dx = scale · (g − x̂ · mean(g ⊙ x̂)).
            double meanGX = 0;
            for (long i = 0; i < n; i++)
                meanGX += dys[first + i] * weights[i] * xs[first + i] * scale / n;
            for (long i = 0; i < n; i++)
            {
                double normal = xs[first + i] * scale;
                if (dx is not null)
                    dxs[first + i] += scale * ((dys[first + i] * weights[i]) - (normal * meanGX));
                if (dweight is not null)
                    dweights[i] += dys[first + i] * normal;
            }
        }
    }
}
