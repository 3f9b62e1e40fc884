using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// Two registers of neighbouring outputs of one row x. The weight is read as it lies: square blocks of it are turned in registers, and their columns
/// multiplied. Every output is one chain of multiply-adds over the inputs, as in <see cref="TileRows{V,T,H}"/>: the same bits as among many rows.
/// </summary>
/// <typeparam name="V">Registers.</typeparam>
/// <typeparam name="T">How numbers lie in words of 32 bits: blocks are turned as words, whatever these hold.</typeparam>
internal static unsafe class GemvRows<V, T>
    where V : unmanaged, ILanes<V>
    where T : struct, IStoredPair
{
    /// <summary>
    /// Bytes of each row of the weight that are asked for ahead. Rows a power of two apart share few lines of the first-level cache: it would not hold more.
    /// </summary>
    private const int Ahead = 256;

    /// <summary>Outputs.</summary>
    public static int Width => 2 * V.Count;

    /// <summary>Bytes of a number of the weight.</summary>
    public static int Size => T.Words * sizeof(float) / 2;

    /// <summary>Numbers of each row of a block: a word for each lane.</summary>
    private static int Step => V.Count * sizeof(float) / Size;

    /// <summary>Adds the products of so many inputs to the sums. Returns the largest magnitude of the weight where it must be finite.</summary>
    /// <param name="weight">Where each of the rows of the weight begins.</param>
    /// <param name="x">The row.</param>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="sums">What the chains begin with; then their ends.</param>
    /// <param name="next">Bytes from each row to the one that will be read next, which is asked for.</param>
    public static float Add(byte** weight, float* x, int inputs, float* sums, nint next)
    {
        // Aligned, for each of its registers is a line.
        float* memory = stackalloc float[(2 * V.Count * V.Count) + 16], block = (float*)(((nint)memory + 63) & ~63);
        int whole = inputs / Step * Step;
        float largest = whole == 0 ? 0 : Whole(weight, x, whole, sums, (nint)inputs * Size, next, block);
        return whole == inputs ? largest : MathF.Max(largest, Rest(weight, (nint)whole * Size, x + whole, inputs - whole, sums, block));
    }

    /// <summary>Whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Whole(byte** weight, float* x, int inputs, float* sums, nint bytes, nint next, float* block)
    {
        // Constants are asked for once, and early: behind some hundred instructions the compiler would begin to call for them.
        int lanes = V.Count, width = Width, step = Step;
        float* other = block + (lanes * lanes);
        V a = V.Load(sums), b = V.Load(sums + lanes), largest = V.Create(0);
        for (nint from = 0; inputs > 0; inputs -= step, x += step, from += lanes)
        {
            nint ahead = (from * sizeof(float)) + Ahead;
            ahead = ahead < bytes ? ahead : ahead - bytes + next;
            for (int i = 0; i < width && Sse.IsSupported; i++)
                Sse.Prefetch0(weight[i] + ahead);
            V.Transpose<Single32>(weight, from, block, lanes);
            V.Transpose<Single32>(weight + lanes, from, other, lanes);
            Multiply(block, other, x, step, ref a, ref b, ref largest);
        }

        a.Store(sums);
        b.Store(sums + lanes);
        return T.Checked ? V.MaxOf(largest) : 0;
    }

    /// <summary>The block behind the last whole one, by way of a copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Rest(byte** weight, nint from, float* x, int inputs, float* sums, float* block)
    {
        int lanes = V.Count;
        float* copies = stackalloc float[2 * V.Count * V.Count], other = block + (lanes * lanes);
        byte** rows = stackalloc byte*[Width];
        for (int i = 0; i < Width; i++)
        {
            rows[i] = (byte*)(copies + (i * lanes));
            Buffer.MemoryCopy(weight[i] + from, rows[i], lanes * sizeof(float), inputs * Size);
        }

        V a = V.Load(sums), b = V.Load(sums + lanes), largest = V.Create(0);
        V.Transpose<Single32>(rows, 0, block, lanes);
        V.Transpose<Single32>(rows + lanes, 0, other, lanes);
        Multiply(block, other, x, inputs, ref a, ref b, ref largest);
        a.Store(sums);
        b.Store(sums + lanes);
        return T.Checked ? V.MaxOf(largest) : 0;
    }

    /// <summary>The columns of a block, one or two in each row of words, with their inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(float* block, float* other, float* x, int inputs, ref V a, ref V b, ref V largest)
    {
        int lanes = V.Count;
        for (int k = 0; k < inputs; k++, block += lanes, other += lanes)
        {
            V left = T.Left<V>((byte*)block), right = T.Left<V>((byte*)other), number = V.Create(x[k]);
            a = V.MultiplyAdd(number, left, a);
            b = V.MultiplyAdd(number, right, b);
            if (T.Checked)
                largest = V.Max(largest, V.Max(V.Abs(left), V.Abs(right)));
            if (T.Words == 2 || ++k == inputs)
                continue;
            left = T.Right<V>((byte*)block, 0);
            right = T.Right<V>((byte*)other, 0);
            number = V.Create(x[k]);
            a = V.MultiplyAdd(number, left, a);
            b = V.MultiplyAdd(number, right, b);
            if (T.Checked)
                largest = V.Max(largest, V.Max(V.Abs(left), V.Abs(right)));
        }
    }
}
