using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Rows sent to some of many layers.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void TopK(Tensor x, Tensor ids) =>
        EachRow(new TopKOp(Floats(x), Ids(ids), x.Shape.Last, ids.Shape.Last), x.Shape.Rows, 4L * x.Shape.Last);

    public override void GatherColumns(Tensor x, Tensor ids, Tensor y)
    {
        CheckIds(ids, x.Shape.Last);
        float* from = Floats(x), to = Floats(y);
        int* columns = Ids(ids);
        int slots = ids.Shape.Last, n = x.Shape.Last, count = (int)ids.Shape.Count;
        for (int slot = 0; slot < count; slot++)
            to[slot] = from[((nint)(slot / slots) * n) + columns[slot]];
    }

    public override void GatherColumnsGrad(Tensor dy, Tensor ids, Tensor dx)
    {
        CheckIds(ids, dx.Shape.Last);
        float* from = Floats(dy), to = Floats(dx);
        int* columns = Ids(ids);
        int slots = ids.Shape.Last, n = dx.Shape.Last, count = (int)ids.Shape.Count;
        for (int slot = 0; slot < count; slot++)
            to[((nint)(slot / slots) * n) + columns[slot]] += from[slot];
    }

    /// <summary>A counting sort: the sizes, where each group begins, then each slot to its place; the beginnings then are the ends.</summary>
    public override void GroupRows(Tensor ids, Tensor rows, Tensor places, Tensor counts)
    {
        int groups = counts.Shape[0];
        CheckIds(ids, groups);
        Span<int> sizes = counts.Span<int>(), from = ids.Span<int>(), to = places.Span<int>(), sorted = rows.Span<int>();
        sizes.Clear();
        foreach (int group in from)
            sizes[group]++;
        for (int group = 0, start = 0; group < groups; group++)
            (sizes[group], start) = (start, start + sizes[group]);
        int slots = ids.Shape.Last;
        for (int slot = 0; slot < from.Length; slot++)
        {
            to[slot] = sizes[from[slot]]++;
            sorted[to[slot]] = slot / slots;
        }

        for (int group = groups - 1; group > 0; group--)
            sizes[group] -= sizes[group - 1];
    }

    public override void MixRows(Tensor x, Tensor places, Tensor weights, Tensor y)
    {
        CheckIds(places, x.Shape[0]);
        int channels = x.Shape.Last, slots = places.Shape.Last;
        EachRow(new MixOp(Floats(x), Ids(places), Floats(weights), Floats(y), channels, slots), y.Shape[0], (long)channels * slots);
    }

    public override void MixRowsGrad(Tensor x, Tensor places, Tensor weights, Tensor dy, Tensor? dx, Tensor? dweights)
    {
        CheckIds(places, x.Shape[0]);
        int channels = x.Shape.Last, slots = places.Shape.Last, rows = dy.Shape[0];
        if (dweights is not null)
            EachRow(new MixWeightsGradOp(Floats(x), Ids(places), Floats(dy), Floats(dweights), channels, slots), rows, (long)channels * slots);
        if (dx is not null)
            Each(new MixInputGradOp(Ids(places), Floats(weights), Floats(dy), Floats(dx), rows, channels, slots), channels, StripSize);
    }

    /// <summary>Keeps the best so far in order; a column enters before the worse, behind the equal.</summary>
    private readonly struct TopKOp(float* x, int* ids, int n, int count) : IRowwise
    {
        public void Row(int row)
        {
            float* values = x + ((nint)row * n);
            int* best = ids + ((nint)row * count);
            for (int column = 0, kept = 0; column < n; column++)
            {
                int place = kept;
                while (place > 0 && values[column] > values[best[place - 1]])
                    place--;
                if (place == count)
                    continue;
                kept = Math.Min(kept + 1, count);
                for (int i = kept - 1; i > place; i--)
                    best[i] = best[i - 1];
                best[place] = column;
            }
        }
    }

    private readonly struct MixOp(float* x, int* places, float* weights, float* y, int channels, int slots) : IRowwise
    {
        public void Row(int row)
        {
            float* to = y + ((nint)row * channels);
            nint slot = (nint)row * slots, end = slot + slots;
            RowMath<V>.Scale(x + ((nint)places[slot] * channels), weights[slot], to, channels);
            for (slot++; slot < end; slot++)
                RowMath<V>.Accumulate(x + ((nint)places[slot] * channels), weights[slot], to, channels);
        }
    }

    private readonly struct MixWeightsGradOp(float* x, int* places, float* dy, float* dweights, int channels, int slots) : IRowwise
    {
        public void Row(int row)
        {
            for (nint slot = (nint)row * slots, end = slot + slots; slot < end; slot++)
                dweights[slot] += RowMath<V>.Dot(dy + ((nint)row * channels), x + ((nint)places[slot] * channels), channels);
        }
    }

    /// <summary>A strip of columns takes all slots in order, whoever does it.</summary>
    private readonly struct MixInputGradOp(int* places, float* weights, float* dy, float* dx, int rows, int channels, int slots) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            float* from = dy + i;
            for (int row = 0, slot = 0; row < rows; row++, from += channels)
            {
                V gradient = lanes.Load(from);
                for (int end = slot + slots; slot < end; slot++)
                {
                    float* to = dx + ((nint)places[slot] * channels) + i;
                    lanes.Store(to, V.MultiplyAdd(V.Create(weights[slot]), gradient, lanes.Load(to)));
                }
            }
        }
    }
}
