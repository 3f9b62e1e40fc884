namespace Grimoire.Tensors;

/// <summary>Rows sent to some of many packed weights.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void GroupedLinear(Tensor x, IReadOnlyList<Tensor> weights, Tensor counts, Tensor y)
    {
        ReadOnlySpan<int> sizes = Sizes(counts, x.Shape[0]);
        for (int group = 0; group < sizes.Length; group++)
        {
            if (sizes[group] > 0 && weights[group].Packed?.Type.IsQuantized() != true)
            {
                base.GroupedLinear(x, weights, counts, y);
                return;
            }
        }

        if (typeof(V) == typeof(Lanes512))
            PackedGroups<Lanes512, Bytes512>(x, weights, sizes, y);
        else if (typeof(V) == typeof(Lanes256))
            PackedGroups<Lanes256, Bytes256>(x, weights, sizes, y);
        else
            PackedGroups<Lanes128, Bytes128>(x, weights, sizes, y);
    }

    /// <summary>Groups of few rows share one rounding of x and one job; those of many have jobs of their own.</summary>
    private void PackedGroups<W, B>(Tensor x, IReadOnlyList<Tensor> weights, ReadOnlySpan<int> sizes, Tensor y)
        where W : unmanaged, ILanes<W>
        where B : unmanaged, IBytes<B, W>
    {
        int inputs = x.Shape.Last, outputs = y.Shape.Last, few = 0;
        foreach (int size in sizes)
            few += size is > 0 and < IntegerGemm<W, B>.MinRows ? 1 : 0;
        var rounded = few == 0 ? default : QuantizedRows.InScratch(x.Shape[0], inputs);
        if (few > 0)
            rounded.Fill<W, B>(Floats(x), threads);
        var parts = (ExpertPart*)Scratch.Plan((long)few * sizeof(ExpertPart) / sizeof(float));
        for (int group = 0, row = 0, count = 0; group < sizes.Length; row += sizes[group++])
        {
            if (sizes[group] == 0)
                continue;
            var product = new PackedProduct(weights[group].Packed!, null, Floats(y) + ((nint)row * outputs));
            if (sizes[group] >= IntegerGemm<W, B>.MinRows)
            {
                IntegerGemm<W, B>.Multiply(&product, 1, Floats(x) + ((nint)row * inputs), sizes[group], inputs, threads);
            }
            else
            {
                QuantizedRows rows = rounded.From(row);
                parts[count] = new(product, new(sizes[group], inputs, rows.Codes, rows.Groups), count == 0 ? 0 : parts[count - 1].EndPiece);
                count++;
            }
        }

        PackedExperts<W, B>.Multiply(parts, few, threads);

        // By index: an interface's enumerator would be allocated for every token.
        for (int group = 0; group < weights.Count; group++)
            weights[group].Packed?.KeepAlive();
    }
}
