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

    /// <summary>Sums of a group of outputs begin with the bias, sixteen floats a row.</summary>
    public readonly void Begin<V>(int group, int rows, float* sums)
        where V : unmanaged, ILanes<V>
    {
        const int Outputs = Interleave.Rows;
        float* first = stackalloc float[Outputs];
        var bias = new Span<float>(first, Outputs);
        bias.Clear();
        if (Product.Bias != null)
            new ReadOnlySpan<float>(Product.Bias + (group * Outputs), Math.Min(Outputs, Product.Outputs - (group * Outputs))).CopyTo(bias);
        for (float* end = sums + (rows * Outputs); sums < end; sums += Outputs)
        {
            for (int lane = 0; lane < Outputs; lane += V.Count)
                V.Load(first + lane).Store(sums + lane);
        }
    }

    /// <summary>Puts sums of some groups, <paramref name="stride"/> floats apart, into rows of y; row by row, as neighbours lie on one page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Finish<V>(int first, int end, int row, int endRow, float* sums, nint stride)
        where V : unmanaged, ILanes<V>
    {
        const int Outputs = Interleave.Rows;
        int last = Math.Min(Outputs, Product.Outputs - ((end - 1) * Outputs));
        for (; row < endRow; row++, sums += Outputs)
        {
            float* y = Product.Y + ((nint)row * Product.Outputs) + (first * Outputs), from = sums;
            for (int group = first; group < end; group++, y += Outputs, from += stride)
            {
                if (group == end - 1 && last < Outputs)
                {
                    new ReadOnlySpan<float>(from, last).CopyTo(new Span<float>(y, last));
                    break;
                }

                for (int lane = 0; lane < Outputs; lane += V.Count)
                    V.Load(from + lane).Store(y + lane);
            }
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
