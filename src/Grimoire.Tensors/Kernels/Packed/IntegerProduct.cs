using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>Writes the sides of a block, as the steps expect them.</summary>
    /// <param name="block">The block, counted through all panels.</param>
    /// <param name="codes">Its codes, row after row.</param>
    /// <param name="scales">The scales of its rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutSides(nint block, sbyte* codes, float* scales)
    {
        float* side = Sides + (block * SideSize);
        for (int row = 0; row < IntegerPanels.Height; row += 4, codes += 4 * QuantizedRows.Size)
        {
            Vector128<float> four = Vector128.Load(scales + row);
            four.Store(side + row);
            if (form.Halves)
                PutSides(four, PairSums(codes), PairSums(codes + (QuantizedRows.Size / 2)), side + row);
            else
                PutSides(four, PairSums(codes) + PairSums(codes + (QuantizedRows.Size / 2)), side + row);
        }
    }

    /// <summary>The starts and minima of four rows with one part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void PutSides(Vector128<float> scales, Vector128<short> pairs, float* side)
    {
        const int Height = IntegerPanels.Height;
        if (form.Offset != 0)
            Starts(pairs).Store((int*)(side += Height));
        if (form.Minimum)
            (scales * Vector128.ConvertToSingle(Sums(pairs))).Store(side + Height);
    }

    /// <summary>The same of four rows with two parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void PutSides(Vector128<float> scales, Vector128<short> first, Vector128<short> last, float* side)
    {
        const int Height = IntegerPanels.Height;
        if (form.Offset != 0)
        {
            Starts(first).Store((int*)(side += Height));
            Starts(last).Store((int*)(side += Height));
        }

        if (form.Minimum)
        {
            (scales * Vector128.ConvertToSingle(Sums(first))).Store(side + Height);
            (scales * Vector128.ConvertToSingle(Sums(last))).Store(side + (2 * Height));
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

    /// <summary>Asks for the lines of y that the sums of a group go to: each lies on a page of its own.</summary>
    public readonly void FetchOutputs(int group, int row, int endRow)
    {
        if (!Sse.IsSupported)
            return;
        for (float* y = Product.Y + ((nint)row * Product.Outputs) + (group * Interleave.Rows); row < endRow; row++, y += Product.Outputs)
            Sse.Prefetch0(y);
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

    /// <summary>Of sixteen codes of each of four rows: the sum of bytes 0 and 1 of all words beside that of bytes 2 and 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> PairSums(sbyte* codes)
    {
        const int Row = QuantizedRows.Size;
        (Vector128<ulong> low, Vector128<ulong> high) = (Halved(Pairs(codes), Pairs(codes + Row)), Halved(Pairs(codes + (2 * Row)), Pairs(codes + (3 * Row))));
        return Interleave.Lower(low, high).AsInt16() + Interleave.Upper(low, high).AsInt16();
    }

    /// <summary>Words 0 and 2 and words 1 and 3 of two rows added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Halved(Vector128<uint> a, Vector128<uint> b) => (Interleave.Lower(a, b).AsInt16() + Interleave.Upper(a, b).AsInt16()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Pairs(sbyte* codes)
    {
        Vector128<short> words = Vector128.Load(codes).AsInt16();
        return (Ssse3.IsSupported ? Ssse3.MultiplyAddAdjacent(Vector128<byte>.One, words.AsSByte()) : ((words << 8) >> 8) + (words >> 8)).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(Vector128<short> pairs) => ((pairs.AsInt32() << 16) >> 16) + (pairs.AsInt32() >> 16);

    /// <summary>−offset · Σ q, as one sum or as two of sixteen bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector128<int> Starts(Vector128<short> pairs) => form.InPairs ? (pairs * (short)-form.Offset).AsInt32() : Sums(pairs) * -form.Offset;

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
