namespace Grimoire.Tensors;

/// <summary>Columns moved, and the step of a recurrent layer.</summary>
internal sealed partial class ReferenceKernels
{
    public override void CopyColumns(Tensor x, int from, Tensor y, int to, int count, bool accumulate)
    {
        Elements xs = new(x), ys = new(y);
        long wide = x.Shape.Last, width = y.Shape.Last;
        for (long row = 0; row < x.Shape.Rows; row++)
        {
            for (long i = 0; i < count; i++)
                ys[(row * width) + to + i] = xs[(row * wide) + from + i] + (accumulate ? ys[(row * width) + to + i] : 0);
        }
    }

    public override void LstmCell(Tensor gates, Tensor? last, Tensor cell, Tensor hidden)
    {
        Elements all = new(gates), lasts = new(last ?? cell), cells = new(cell), hiddens = new(hidden);
        long channels = cell.Shape.Last, continued = last?.Shape.Rows ?? 0;
        for (long row = 0; row < cell.Shape.Rows; row++)
        {
            for (long j = 0; j < channels; j++)
            {
                long i = (row * 4 * channels) + j, f = i + channels, g = f + channels, o = g + channels, at = (row * channels) + j;
                (all[i], all[f], all[g], all[o]) = (Sigmoid(all[i]), Sigmoid(all[f]), Math.Tanh(all[g]), Sigmoid(all[o]));
                cells[at] = (row < continued ? all[f] * lasts[at] : 0) + (all[i] * all[g]);
                hiddens[at] = all[o] * Math.Tanh(cells[at]);
            }
        }
    }

    public override void LstmCellGrad(Tensor gates, Tensor? last, Tensor cell, Tensor dhidden, Tensor dcell, Tensor dgates, Tensor? dlast)
    {
        Elements all = new(gates), lasts = new(last ?? cell), cells = new(cell), dhiddens = new(dhidden), dcells = new(dcell), ds = new(dgates),
            dlasts = new(dlast ?? dcell);
        long channels = cell.Shape.Last, continued = last?.Shape.Rows ?? 0;
        for (long row = 0; row < cell.Shape.Rows; row++)
        {
            for (long j = 0; j < channels; j++)
            {
                long i = (row * 4 * channels) + j, f = i + channels, g = f + channels, o = g + channels, at = (row * channels) + j;
                double tanh = Math.Tanh(cells[at]), dc = dcells[at] + (dhiddens[at] * all[o] * (1 - (tanh * tanh)));
                ds[i] += dc * all[g] * all[i] * (1 - all[i]);
                ds[g] += dc * all[i] * (1 - (all[g] * all[g]));
                ds[o] += dhiddens[at] * tanh * all[o] * (1 - all[o]);
                if (row >= continued)
                    continue;
                ds[f] += dc * lasts[at] * all[f] * (1 - all[f]);
                dlasts[at] += dc * all[f];
            }
        }
    }
}
