namespace Grimoire.Tensors;

/// <summary>Packed weights.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    internal override long PackedBytes(Tensor weight) => weight.DType.IsQuantized() || FloatPanels.Hold(weight.DType)
        ? PackedWeight.Size(weight.DType, weight.Shape[0], weight.Shape[1])
        : 0;

    internal override void Pack(Tensor weight, byte* memory, object owner)
    {
        if (weight.DType == DType.F16 && !FloatPanels.Finite(weight, threads))
            return; // panels of F16 hold finite numbers only
        PackedWeight.Pack(weight, memory, threads);
        weight.Packed = new PackedWeight(weight.DType, weight.Shape[0], weight.Shape[1], memory, owner);
    }

    public override void Linear(Tensor x, ReadOnlySpan<Projection> projections)
    {
        bool integers = AllPacked(projections, quantized: true);
        if (!integers && !AllPacked(projections, quantized: false))
        {
            PlainLinear(x, projections);
            return;
        }

        PackedProduct* products = stackalloc PackedProduct[projections.Length];
        for (int i = 0; i < projections.Length; i++)
            products[i] = new(projections[i].Weight.Packed!, FloatsOrNull(projections[i].Bias), Floats(projections[i].Y));
        if (integers)
            PackedProducts(x, products, projections.Length);
        else
            PackedFloats<V>.Multiply(products, projections.Length, Floats(x), x.Shape.Rows, x.Shape.Last, threads);
        foreach (ref readonly Projection projection in projections)
            projection.Weight.Packed!.KeepAlive();
    }

    public override void GatedLinear(Activation kind, Tensor x, in Projection gate, in Projection up)
    {
        if (!AllPacked([gate, up], quantized: false))
        {
            base.GatedLinear(kind, x, gate, up);
            return;
        }

        (PackedWeight gates, PackedWeight ups) = (gate.Weight.Packed!, up.Weight.Packed!);
        PackedProduct* products = stackalloc PackedProduct[2]
        {
            new(gates, FloatsOrNull(gate.Bias), Floats(gate.Y)),
            new(ups, FloatsOrNull(up.Bias), Floats(up.Y)),
        };
        PackedFloats<V>.Multiply(products, 2, Floats(x), x.Shape.Rows, x.Shape.Last, threads, kind);
        gates.KeepAlive();
        ups.KeepAlive();
    }

    private static bool AllPacked(ReadOnlySpan<Projection> projections, bool quantized)
    {
        foreach (ref readonly Projection projection in projections)
        {
            if (projection.Weight.Packed is not { } packed || packed.Type.IsQuantized() != quantized)
                return false;
        }

        return true;
    }

    private void PackedLinear(Tensor x, PackedWeight packed, Tensor? bias, Tensor y)
    {
        var product = new PackedProduct(packed, FloatsOrNull(bias), Floats(y));
        if (packed.Type.IsQuantized())
            PackedProducts(x, &product, 1);
        else
            PackedFloats<V>.Multiply(&product, 1, Floats(x), x.Shape.Rows, packed.Inputs, threads);
        packed.KeepAlive();
    }

    private void PackedProducts(Tensor x, PackedProduct* products, int count)
    {
        if (typeof(V) == typeof(Lanes512))
            PackedProducts<Lanes512, Bytes512>(x, products, count);
        else if (typeof(V) == typeof(Lanes256))
            PackedProducts<Lanes256, Bytes256>(x, products, count);
        else
            PackedProducts<Lanes128, Bytes128>(x, products, count);
    }

    private void PackedProducts<W, B>(Tensor x, PackedProduct* products, int count)
        where W : unmanaged, ILanes<W>
        where B : unmanaged, IBytes<B, W>
    {
        int rows = x.Shape.Rows, inputs = x.Shape.Last;
        if (rows >= IntegerGemm<W, B>.MinRows)
        {
            IntegerGemm<W, B>.Multiply(products, count, Floats(x), rows, inputs, threads);
            return;
        }

        var quantized = QuantizedRows.InScratch(rows, inputs);
        quantized.Fill<W, B>(Floats(x), threads);
        PackedGemv<W, B>.Multiply(products, count, quantized, threads);
    }
}
