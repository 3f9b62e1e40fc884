using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>A product of <see cref="IntegerGemm{V, B}"/> and the sides of its panels of x.</summary>
internal unsafe struct IntegerProduct
{
    public readonly PackedProduct Product;

    /// <summary>What of x is laid out for it, <c>[panel, block, side, row]</c>.</summary>
    public float* Sides;

    private readonly Form form;

    private IntegerProduct(in PackedProduct product, Form form) => (Product, this.form) = (product, form);

    /// <summary>Floats of the sides of a block.</summary>
    public readonly int SideSize => IntegerPanels.Height * form.SideVectors;

    public static IntegerProduct Of<V, B>(in PackedProduct product)
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        var work = default(FormWork<V, B>);
        PackedTypes.Run(product.Type, ref work);
        return new(product, work.Form);
    }

    /// <summary>Writes the sides of a block for a row of its panel, as the steps expect them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutSide(Vector256<sbyte> q, in QuantizedGroup group, nint block, int row)
    {
        const int Height = IntegerPanels.Height;
        float* side = Sides + (block * SideSize) + row;
        *side = group.Scale;
        side += Height;
        if (form.Offset != 0)
        {
            Vector256<short> pairs = form.InPairs ? (((q.AsInt16() << 8) >> 8) + (q.AsInt16() >> 8)) * (short)-form.Offset : default;
            Vector128<short> first = pairs.GetLower(), last = pairs.GetUpper();
            if (form.Halves)
            {
                *(int*)side = form.InPairs ? Sum(first) : -form.Offset * group.FirstSum;
                side += Height;
                *(int*)side = form.InPairs ? Sum(last) : -form.Offset * group.LastSum;
            }
            else
            {
                *(int*)side = form.InPairs ? Sum(first + last) : -form.Offset * group.Sum;
            }

            side += Height;
        }

        if (form.Minimum)
        {
            *side = form.Halves ? group.FirstShare : group.Share;
            if (form.Halves)
                side[Height] = group.LastShare;
        }
    }

    /// <summary>The sums of the elements of even and of odd place, beside each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector128<short> pairs)
    {
        pairs += Vector128.Shuffle(pairs.AsInt32(), Vector128.Create(2, 3, 0, 1)).AsInt16();
        pairs += Vector128.Shuffle(pairs.AsInt32(), Vector128.Create(1, 0, 3, 2)).AsInt16();
        return pairs.AsInt32().ToScalar();
    }

    /// <summary>What the steps over a type ask for.</summary>
    private record struct Form(int Offset, bool InPairs, bool Halves, bool Minimum)
    {
        public readonly int SideVectors => 1 + ((Halves ? 2 : 1) * ((Offset == 0 ? 0 : 1) + (Minimum ? 1 : 0)));
    }

    private struct FormWork<V, B> : IPackedWork
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        public Form Form;

        public void Run<T>()
            where T : struct, IPackedBlock => Form = new(T.Offset, B.StartsInPairs && T.LargestCode < 64, T.Part == 16, T.HasMinimum);
    }
}
