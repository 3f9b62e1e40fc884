namespace Grimoire.Tensors;

/// <summary>Reductions.</summary>
internal sealed partial class ReferenceKernels
{
    public override void Sum(Tensor x, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        double sum = 0;
        for (long i = 0; i < xs.Count; i++)
            sum += xs[i];
        ys[0] = sum;
    }

    public override void SumGrad(Tensor dy, Tensor dx)
    {
        Elements dys = new(dy), dxs = new(dx);
        for (long i = 0; i < dxs.Count; i++)
            dxs[i] += dys[0];
    }

    public override double SumOfSquares(Tensor x)
    {
        Elements xs = new(x);
        double sum = 0;
        for (long i = 0; i < xs.Count; i++)
            sum += xs[i] * xs[i];
        return sum;
    }

    public override void ArgMax(Tensor x, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        int columns = x.Shape.Last;
        for (int row = 0; row < x.Shape.Rows; row++)
        {
            long first = (long)row * columns;
            int best = 0;
            for (int column = 1; column < columns; column++)
            {
                if (xs[first + column] > xs[first + best])
                    best = column;
            }

            ys[row] = best;
        }
    }
}
