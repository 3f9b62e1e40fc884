using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// One scale, perhaps with an offset, for a group of numbers: minimises Σ w (x − scale · q − offset)². Given the q, that is a linear least-squares problem;
/// given scale and offset, q is what is nearest. So: try ranges that are a little too wide or too narrow, solve for each, keep the best, and
/// alternate from there.
/// </summary>
internal readonly unsafe struct GroupFit(float* x, float* weights, int count, Levels levels)
{
    private const int Tries = 10; // to either side
    private const float Step = 0.1f; // of a level
    private const int Alternations = 3;

    /// <summary>x ≈ scale · q; the scale may be negative, as the levels reach further on one side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Scale()
    {
        float largest = Largest();
        if (largest == 0)
            return 0;
        (float best, float scale) = (0, 0);
        for (int sign = -1; sign <= 1; sign += 2)
        {
            for (int i = -Tries; i <= Tries; i++)
                Try(sign * (levels.Largest + (Step * i)) / largest, ref best, ref scale);
        }

        for (int i = 0; i < Alternations && scale != 0; i++)
            Try(1 / scale, ref best, ref scale);
        return scale;
    }

    /// <summary>x ≈ scale · q + offset, scale ≥ 0; the offset not above zero unless it may have any sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (float Scale, float Offset) ScaleAndOffset(bool anySign)
    {
        (float low, float high) = Range();
        low = anySign ? low : Math.Min(low, 0);
        if (high <= low)
            return (0, low);
        var best = new Line(float.NegativeInfinity, 0, low);
        for (int i = -Tries; i <= Tries; i++)
            Try((levels.High + (Step * i)) / (high - low), low, anySign, ref best);
        for (int i = 0; i < Alternations && best.Scale > 0; i++)
            Try(1 / best.Scale, best.Offset, anySign, ref best);
        return (best.Scale, best.Offset);
    }

    /// <summary>Σ w (x − scale · q − offset)² with the nearest q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Error(float scale, float offset)
    {
        Vector256<float> sum = Vector256<float>.Zero, inverse = Vector256.Create(scale == 0 ? 0 : 1 / scale);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> distance = Vector256.Load(x + i) - Vector256.Create(offset);
            distance -= levels.Nearest(distance * inverse) * Vector256.Create(scale);
            sum += Vector256.Load(weights + i) * distance * distance;
        }

        return Sum(sum);
    }

    /// <summary>The nearest q of each number.</summary>
    public void Quantize(float scale, float offset, float* q)
    {
        Vector256<float> inverse = Vector256.Create(scale == 0 ? 0 : 1 / scale);
        for (int i = 0; i < count; i += 8)
            levels.Nearest((Vector256.Load(x + i) - Vector256.Create(offset)) * inverse).Store(q + i);
    }

    /// <summary>The sum of the lanes in an order that is the same everywhere.</summary>
    public static float Sum(Vector256<float> v)
    {
        Vector128<float> fours = v.GetLower() + v.GetUpper(), twos = fours + Vector128.Shuffle(fours, Vector128.Create(2, 3, 0, 1));
        return twos[0] + twos[1];
    }

    /// <summary>The best scale for the q of 1/scale = <paramref name="inverse"/>; the error falls as (Σ w x q)² / Σ w q² grows.</summary>
    private void Try(float inverse, ref float best, ref float scale)
    {
        Vector256<float> products = Vector256<float>.Zero, squares = products;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> value = Vector256.Load(x + i), q = levels.Nearest(value * Vector256.Create(inverse)), weighted = Vector256.Load(weights + i) * q;
            products += weighted * value;
            squares += weighted * q;
        }

        float product = Sum(products), square = Sum(squares);
        if (square > 0 && product * product / square > best)
            (best, scale) = (product * product / square, product / square);
    }

    private void Try(float inverse, float offset, bool anySign, ref Line best)
    {
        Vector256<float> w = Vector256<float>.Zero, wx = w, wq = w, wqq = w, wxq = w;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> value = Vector256.Load(x + i), weight = Vector256.Load(weights + i);
            Vector256<float> q = levels.Nearest((value - Vector256.Create(offset)) * Vector256.Create(inverse)), weighted = weight * q;
            w += weight;
            wx += weight * value;
            wq += weighted;
            wqq += weighted * q;
            wxq += weighted * value;
        }

        Line line = Line.Through(Sum(w), Sum(wx), Sum(wq), Sum(wqq), Sum(wxq), anySign);
        if (line.Scale >= 0 && line.Gain > best.Gain)
            best = line;
    }

    /// <summary>The number of largest magnitude.</summary>
    private float Largest()
    {
        (float low, float high) = Range();
        return -low > high ? low : high;
    }

    private (float Low, float High) Range()
    {
        (float low, float high) = (x[0], x[0]);
        for (int i = 1; i < count; i++)
            (low, high) = (Math.Min(low, x[i]), Math.Max(high, x[i]));
        return (low, high);
    }

    /// <summary>A scale and an offset, and by how much they lessen Σ w x².</summary>
    private readonly record struct Line(float Gain, float Scale, float Offset)
    {
        public static Line Through(double w, double wx, double wq, double wqq, double wxq, bool anySign)
        {
            double determinant = (w * wqq) - (wq * wq);
            if (determinant > 0)
            {
                double scale = ((w * wxq) - (wx * wq)) / determinant, offset = ((wqq * wx) - (wq * wxq)) / determinant;
                if (anySign || offset <= 0)
                    return new((float)((scale * wxq) + (offset * wx)), (float)scale, (float)offset);
            }

            return wqq > 0 ? new((float)(wxq * wxq / wqq), (float)(wxq / wqq), 0) : new(0, 0, 0);
        }
    }
}
