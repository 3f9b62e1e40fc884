using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>What a block of 256 numbers holds: x ≈ d · s(g) · q − m · t(g) for the group g of a number.</summary>
internal unsafe struct BlockFit
{
    /// <summary>d, as it is stored.</summary>
    public float Scale;

    /// <summary>m, as it is stored.</summary>
    public float Minimum;

    /// <summary>s, as an integer with its sign.</summary>
    public fixed int Scales[16];

    /// <summary>t.</summary>
    public fixed int Minima[16];

    /// <summary>The numbers stored for the q.</summary>
    public fixed byte Codes[256];
}

/// <summary>
/// A type whose blocks of 256 numbers are divided into groups with scales of a few bits, and the search for its best block: groups are fitted on their own; the
/// largest scale gives d, the largest minimum m; then, in turns, each group takes the best integers for d and m, and d and m are fitted to those.
/// </summary>
/// <param name="Groups">8 or 16.</param>
/// <param name="Levels">What q may be.</param>
/// <param name="ScaleLow">The lowest s.</param>
/// <param name="ScaleHigh">The highest s.</param>
/// <param name="MinimumHigh">The highest t; 0 where there is no minimum.</param>
internal readonly unsafe record struct BlockForm(int Groups, Levels Levels, int ScaleLow, int ScaleHigh, int MinimumHigh)
{
    private const int Size = 256;
    private const int Turns = 3;

    private static readonly NativeBuffer Ones = MakeOnes();

    private int GroupSize => Size / Groups;

    /// <summary>The weights of up to 256 numbers; all 1 where there are none.</summary>
    public static float* WeightsOrOnes(float* weights) => weights == null ? (float*)Ones.Pointer : weights;

    /// <summary>Finds the block of least Σ w (x − decoded)².</summary>
    [SkipLocalsInit]
    public void Fit(float* x, float* weights, out BlockFit best)
    {
        float* scales = stackalloc float[16], minima = stackalloc float[16], q = stackalloc float[Size];
        BlockFit fit;
        Unsafe.SkipInit(out fit);
        Start(x, weights, scales, minima, ref fit);
        float least = float.PositiveInfinity;
        best = fit;
        for (int turn = 0; turn < Turns; turn++)
        {
            float error = ChooseIntegers(x, weights, scales, minima, ref fit);
            if (!(error < least))
                break;
            (least, best) = (error, fit);
            QuantizeAll(x, weights, fit, q);
            Refit(x, weights, q, ref fit);
        }

        QuantizeAll(x, weights, best, q);
        for (int i = 0; i < Size; i++)
            best.Codes[i] = Levels.Code(q[i]);
    }

    /// <summary>Groups on their own, and the d and m that just reach the largest of their scales and minima.</summary>
    private void Start(float* x, float* weights, float* scales, float* minima, ref BlockFit fit)
    {
        (float largestScale, float largestMinimum) = (0, 0);
        for (int g = 0; g < Groups; g++)
        {
            GroupFit group = Group(x, weights, g);
            if (MinimumHigh > 0)
                (scales[g], minima[g]) = group.ScaleAndOffset(anySign: false);
            else
                (scales[g], minima[g]) = (group.Scale(), 0);
            minima[g] = -minima[g];
            largestScale = Math.Abs(scales[g]) > Math.Abs(largestScale) ? scales[g] : largestScale;
            largestMinimum = Math.Max(largestMinimum, minima[g]);
        }

        int furthest = -ScaleLow > ScaleHigh ? ScaleLow : ScaleHigh;
        fit.Scale = Packed.Rounded(largestScale / furthest);
        fit.Minimum = MinimumHigh == 0 ? 0 : Packed.Rounded(largestMinimum / MinimumHigh);
    }

    /// <summary>The best s and t of each group among the neighbours of the exact ones, given d and m. Returns the error.</summary>
    private float ChooseIntegers(float* x, float* weights, float* scales, float* minima, ref BlockFit fit)
    {
        float total = 0;
        for (int g = 0; g < Groups; g++)
        {
            GroupFit group = Group(x, weights, g);
            int s0 = Integer(scales[g], fit.Scale, ScaleLow, ScaleHigh), t0 = Integer(minima[g], fit.Minimum, 0, MinimumHigh);
            float least = float.PositiveInfinity;
            for (int s = Math.Max(s0 - 1, ScaleLow); s <= Math.Min(s0 + 1, ScaleHigh); s++)
            {
                for (int t = Math.Max(t0 - 1, 0); t <= Math.Min(t0 + 1, MinimumHigh); t++)
                {
                    float error = group.Error(fit.Scale * s, -(fit.Minimum * t));
                    if (error < least)
                        (least, fit.Scales[g], fit.Minima[g]) = (error, s, t);
                }
            }

            total += least;
        }

        return total;
    }

    private void QuantizeAll(float* x, float* weights, in BlockFit fit, float* q)
    {
        for (int g = 0; g < Groups; g++)
            Group(x, weights, g).Quantize(fit.Scale * fit.Scales[g], -(fit.Minimum * fit.Minima[g]), q + (g * GroupSize));
    }

    /// <summary>The d and m of least error for given s, t and q: two linear equations.</summary>
    private void Refit(float* x, float* weights, float* q, ref BlockFit fit)
    {
        double aa = 0, ab = 0, bb = 0, ax = 0, bx = 0;
        for (int g = 0; g < Groups; g++)
        {
            Vector256<float> wqq = Vector256<float>.Zero, wq = wqq, w = wqq, wqx = wqq, wx = wqq;
            for (int i = g * GroupSize; i < (g + 1) * GroupSize; i += 8)
            {
                Vector256<float> level = Vector256.Load(q + i), weight = Vector256.Load(weights + i), value = Vector256.Load(x + i), weighted = weight * level;
                wqq += weighted * level;
                wq += weighted;
                w += weight;
                wqx += weighted * value;
                wx += weight * value;
            }

            double s = fit.Scales[g], t = -fit.Minima[g];
            aa += s * s * GroupFit.Sum(wqq);
            ab += s * t * GroupFit.Sum(wq);
            bb += t * t * GroupFit.Sum(w);
            ax += s * GroupFit.Sum(wqx);
            bx += t * GroupFit.Sum(wx);
        }

        double determinant = (aa * bb) - (ab * ab);
        if (MinimumHigh > 0 && determinant > 1e-9 * aa * bb)
            (fit.Scale, fit.Minimum) = (Packed.Rounded((float)(((bb * ax) - (ab * bx)) / determinant)),
                Packed.Rounded((float)(((aa * bx) - (ab * ax)) / determinant)));
        else if (aa > 0)
            fit.Scale = Packed.Rounded((float)((ax - (ab * fit.Minimum)) / aa));
    }

    private GroupFit Group(float* x, float* weights, int g) => new(x + (g * GroupSize), weights + (g * GroupSize), GroupSize, Levels);

    private static NativeBuffer MakeOnes()
    {
        var ones = new NativeBuffer(Size * sizeof(float), zeroed: false);
        new Span<float>(ones.Pointer, Size).Fill(1);
        return ones;
    }

    private static int Integer(float value, float unit, int low, int high) =>
        unit == 0 ? 0 : (int)Math.Clamp(MathF.Round(value / unit), low, high);
}
