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
    /// <param name="block">The block, counted through all panels.</param>
    /// <param name="row">The row in the panel.</param>
    /// <param name="firstCodes">Sixteen of the row's codes.</param>
    /// <param name="lastCodes">The other sixteen.</param>
    /// <param name="scale">Their scale.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutSide(nint block, int row, Vector128<sbyte> firstCodes, Vector128<sbyte> lastCodes, float scale)
    {
        const int Height = IntegerPanels.Height;
        Vector128<short> first = Pairs(firstCodes), last = Pairs(lastCodes);
        float* side = Sides + (block * SideSize) + row;
        *side = scale;
        if (!form.Halves)
        {
            (first, last) = (first + last, default);
            if (form.Offset != 0)
                *(int*)(side += Height) = Start(first);
            if (form.Minimum)
                side[Height] = scale * Sum(first);
            return;
        }

        if (form.Offset != 0)
        {
            *(int*)(side += Height) = Start(first);
            *(int*)(side += Height) = Start(last);
        }

        if (form.Minimum)
        {
            side[Height] = scale * Sum(first);
            side[2 * Height] = scale * Sum(last);
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

    /// <summary>The sums of bytes 0 and 1 of all words, and of bytes 2 and 3, beside each other and again and again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Pairs(Vector128<sbyte> codes)
    {
        Vector128<short> pairs = ((codes.AsInt16() << 8) >> 8) + (codes.AsInt16() >> 8);
        pairs += Vector128.Shuffle(pairs.AsInt32(), Vector128.Create(2, 3, 0, 1)).AsInt16();
        return pairs + Vector128.Shuffle(pairs.AsInt32(), Vector128.Create(1, 0, 3, 2)).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector128<short> pairs) => pairs.ToScalar() + pairs.GetElement(1);

    /// <summary>−offset · Σ q, as one sum or as two of sixteen bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Start(Vector128<short> pairs) => form.InPairs ? (pairs * (short)-form.Offset).AsInt32().ToScalar() : -form.Offset * Sum(pairs);

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
