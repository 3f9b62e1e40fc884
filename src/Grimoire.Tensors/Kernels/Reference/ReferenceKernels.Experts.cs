namespace Grimoire.Tensors;

/// <summary>Rows sent to some of many layers.</summary>
internal sealed partial class ReferenceKernels
{
    public override void TopK(Tensor x, Tensor ids)
    {
        Elements xs = new(x), columns = new(ids);
        int n = x.Shape.Last, count = ids.Shape.Last;
        var row = new double[n];
        for (long first = 0, slot = 0; first < xs.Count; first += n)
        {
            for (int i = 0; i < n; i++)
                row[i] = xs[first + i];
            foreach (int column in Enumerable.Range(0, n).OrderByDescending(i => row[i]).Take(count))
                columns[slot++] = column;
        }
    }

    public override void GatherColumns(Tensor x, Tensor ids, Tensor y)
    {
        Elements xs = new(x), columns = new(ids), ys = new(y);
        int n = x.Shape.Last, slots = ids.Shape.Last;
        for (long slot = 0; slot < columns.Count; slot++)
            ys[slot] = xs[(slot / slots * n) + columns.Id(slot, n)];
    }

    public override void GatherColumnsGrad(Tensor dy, Tensor ids, Tensor dx)
    {
        Elements dys = new(dy), columns = new(ids), dxs = new(dx);
        int n = dx.Shape.Last, slots = ids.Shape.Last;
        for (long slot = 0; slot < columns.Count; slot++)
            dxs[(slot / slots * n) + columns.Id(slot, n)] += dys[slot];
    }

    public override void GroupRows(Tensor ids, Tensor rows, Tensor places, Tensor counts)
    {
        Elements groups = new(ids), sortedRows = new(rows), slotPlaces = new(places), sizes = new(counts);
        int slots = ids.Shape.Last, sorted = 0;
        for (int group = 0; group < sizes.Count; group++)
        {
            int before = sorted;
            for (long slot = 0; slot < groups.Count; slot++)
            {
                if (groups.Id(slot, (int)sizes.Count) != group)
                    continue;
                sortedRows[sorted] = slot / slots;
                slotPlaces[slot] = sorted++;
            }

            sizes[group] = sorted - before;
        }
    }

    public override void MixRows(Tensor x, Tensor places, Tensor weights, Tensor y)
    {
        Elements xs = new(x), rows = new(places), shares = new(weights), ys = new(y);
        int channels = x.Shape.Last, slots = places.Shape.Last;
        for (long i = 0; i < ys.Count; i++)
        {
            (long row, long channel) = Math.DivRem(i, channels);
            double sum = 0;
            for (long slot = row * slots; slot < (row + 1) * slots; slot++)
                sum += shares[slot] * xs[((long)rows.Id(slot, x.Shape[0]) * channels) + channel];
            ys[i] = sum;
        }
    }

    public override void MixRowsGrad(Tensor x, Tensor places, Tensor weights, Tensor dy, Tensor? dx, Tensor? dweights)
    {
        Elements xs = new(x), rows = new(places), shares = new(weights), dys = new(dy), dxs = new(dx ?? x), dshares = new(dweights ?? weights);
        int channels = x.Shape.Last, slots = places.Shape.Last;
        for (long slot = 0; slot < rows.Count; slot++)
        {
            long from = (long)rows.Id(slot, x.Shape[0]) * channels, to = slot / slots * channels;
            double dot = 0;
            for (int channel = 0; channel < channels; channel++)
            {
                dot += dys[to + channel] * xs[from + channel];
                if (dx is not null)
                    dxs[from + channel] += shares[slot] * dys[to + channel];
            }

            if (dweights is not null)
                dshares[slot] += dot;
        }
    }
}
