using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The innermost loop of the integer products: as many outputs as a register of floats has lanes and eight or four rows of x, block after block of 32 inputs.
/// The codes of a block stay in registers where there are enough of them; of x nothing is read but words to broadcast. Each sum is the same chain as in <see
/// cref="IntegerGemv{V, B, T}"/>, so it has the same bits.
/// </summary>
internal static unsafe class IntegerTile<V, B, TStep>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where TStep : struct, IIntegerStep<V, B>
{
    /// <summary>Eight rows.</summary>
    /// <param name="codes">The quads of each block, 512 bytes.</param>
    /// <param name="scales">The scales of each block, sixteen for each part, then its minima.</param>
    /// <param name="scaleSize">Floats of these.</param>
    /// <param name="x">A panel of <see cref="IntegerPanels"/>.</param>
    /// <param name="sides">Its sides.</param>
    /// <param name="sideSize">Floats of these for a block.</param>
    /// <param name="blocks">How many blocks.</param>
    /// <param name="sums">What is added to, sixteen floats a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(byte* codes, float* scales, nint scaleSize, sbyte* x, float* sides, nint sideSize, int blocks, float* sums)
    {
        V s0 = V.Load(sums), s1 = V.Load(sums + 16), s2 = V.Load(sums + 32), s3 = V.Load(sums + 48);
        V s4 = V.Load(sums + 64), s5 = V.Load(sums + 80), s6 = V.Load(sums + 96), s7 = V.Load(sums + 112);
        for (; blocks > 0; blocks--)
        {
            B c0 = B.Load(codes), c1 = B.Load(codes + 64), c2 = B.Load(codes + 128), c3 = B.Load(codes + 192);
            B c4 = B.Load(codes + 256), c5 = B.Load(codes + 320), c6 = B.Load(codes + 384), c7 = B.Load(codes + 448);
            V scale = V.Load(scales), lastScale = TStep.Parts == 2 ? V.Load(scales + 16) : scale;
            V least = TStep.HasMinimum ? V.Load(scales + (16 * TStep.Parts)) : scale;
            V lastLeast = TStep.HasMinimum && TStep.Parts == 2 ? V.Load(scales + 48) : scale;
            s0 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x, sides, s0);
            s1 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 32, sides + 1, s1);
            s2 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 64, sides + 2, s2);
            s3 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 96, sides + 3, s3);
            s4 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 128, sides + 4, s4);
            s5 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 160, sides + 5, s5);
            s6 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 192, sides + 6, s6);
            s7 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 224, sides + 7, s7);
            codes += Interleave.Codes;
            scales += scaleSize;
            x += IntegerPanels.Height * QuantizedRows.Size;
            sides += sideSize;
        }

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
        s4.Store(sums + 64);
        s5.Store(sums + 80);
        s6.Store(sums + 96);
        s7.Store(sums + 112);
    }

    /// <summary>The first four rows of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* codes, float* scales, nint scaleSize, sbyte* x, float* sides, nint sideSize, int blocks, float* sums)
    {
        V s0 = V.Load(sums), s1 = V.Load(sums + 16), s2 = V.Load(sums + 32), s3 = V.Load(sums + 48);
        for (; blocks > 0; blocks--)
        {
            B c0 = B.Load(codes), c1 = B.Load(codes + 64), c2 = B.Load(codes + 128), c3 = B.Load(codes + 192);
            B c4 = B.Load(codes + 256), c5 = B.Load(codes + 320), c6 = B.Load(codes + 384), c7 = B.Load(codes + 448);
            V scale = V.Load(scales), lastScale = TStep.Parts == 2 ? V.Load(scales + 16) : scale;
            V least = TStep.HasMinimum ? V.Load(scales + (16 * TStep.Parts)) : scale;
            V lastLeast = TStep.HasMinimum && TStep.Parts == 2 ? V.Load(scales + 48) : scale;
            s0 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x, sides, s0);
            s1 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 32, sides + 1, s1);
            s2 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 64, sides + 2, s2);
            s3 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 96, sides + 3, s3);
            codes += Interleave.Codes;
            scales += scaleSize;
            x += IntegerPanels.Height * QuantizedRows.Size;
            sides += sideSize;
        }

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
    }
}
