using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Sums, maxima and products over one row of floats.</summary>
internal static unsafe class RowMath<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Σ f(x) of each element, f given as an operation on registers that adds to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<TTerm>(TTerm term, int count)
        where TTerm : struct, ITerm
    {
        V s0 = V.Create(0), s1 = s0;
        int i = 0, w = V.Count;
        for (; i <= count - (2 * w); i += 2 * w)
        {
            s0 = term.Add(i, s0, default(Whole<V>));
            s1 = term.Add(i + w, s1, default(Whole<V>));
        }

        if (i <= count - w)
        {
            s0 = term.Add(i, s0, default(Whole<V>));
            i += w;
        }

        float sum = V.Sum(s0 + s1);
        return i == count ? sum : sum + Rest(term, i, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, int count) => Sum(new Plain(x), count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int count) => Sum(new Products(a, b), count);

    /// <summary>results[i] = ⟨x, row i⟩ for rows some floats apart, four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots(float* x, float* rows, nint stride, int count, float* results, int rowCount)
    {
        int whole = count - (count % V.Count), row = 0;
        for (; row <= rowCount - 4; row += 4, rows += 4 * stride)
        {
            float* r1 = rows + stride, r2 = r1 + stride, r3 = r2 + stride;
            V s0 = V.Create(0), s1 = s0, s2 = s0, s3 = s0;
            for (int i = 0; i < whole; i += V.Count)
            {
                V a = V.Load(x + i);
                s0 = V.MultiplyAdd(a, V.Load(rows + i), s0);
                s1 = V.MultiplyAdd(a, V.Load(r1 + i), s1);
                s2 = V.MultiplyAdd(a, V.Load(r2 + i), s2);
                s3 = V.MultiplyAdd(a, V.Load(r3 + i), s3);
            }

            float d0 = V.Sum(s0), d1 = V.Sum(s1), d2 = V.Sum(s2), d3 = V.Sum(s3);
            for (int i = whole; i < count; i++)
                (d0, d1, d2, d3) = (d0 + (x[i] * rows[i]), d1 + (x[i] * r1[i]), d2 + (x[i] * r2[i]), d3 + (x[i] * r3[i]));
            (results[row], results[row + 1], results[row + 2], results[row + 3]) = (d0, d1, d2, d3);
        }

        for (; row < rowCount; row++, rows += stride)
            results[row] = Dot(x, rows, count);
    }

    /// <summary>Σ (x − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SquaredDistance(float* x, float mean, int count) => Sum(new Squares(x, mean), count);

    /// <summary>Σ exp(x − max).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumExp(float* x, float max, int count)
    {
        V sum = V.Create(0), shift = V.Create(max);
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            sum += VectorMath<V>.Exp(V.Load(x + i) - shift);
        float total = V.Sum(sum);
        if (i < count)
        {
            V rest = VectorMath<V>.Exp(new Partial<V>(count - i).Load(x + i) - shift);
            for (int lane = 0; lane < count - i; lane++)
                total += ((float*)&rest)[lane];
        }

        return total;
    }

    /// <summary>The largest element; −∞ of none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* x, int count)
    {
        int i = 0;
        float max = float.NegativeInfinity;
        if (count >= V.Count)
        {
            V best = V.Load(x);
            for (i = V.Count; i <= count - V.Count; i += V.Count)
                best = V.Max(best, V.Load(x + i));
            max = V.MaxOf(best);
        }

        for (; i < count; i++)
            max = Math.Max(max, x[i]);
        return max;
    }

    /// <summary>log Σ exp x, the largest taken out so that nothing overflows.</summary>
    public static float LogSumExp(float* x, int count)
    {
        float max = Max(x, count);
        return (float)(max + Math.Log(SumExp(x, max, count)));
    }

    /// <summary>y += factor · x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(float* x, float factor, float* y, int count)
    {
        V f = V.Create(factor);
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            V.MultiplyAdd(f, V.Load(x + i), V.Load(y + i)).Store(y + i);
        for (; i < count; i++)
            y[i] += factor * x[i];
    }

    /// <summary>x *= factor.</summary>
    public static void Scale(float* x, float factor, int count) => Scale(x, factor, x, count);

    /// <summary>y = factor · x; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, float factor, float* y, int count)
    {
        V f = V.Create(factor);
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            (f * V.Load(x + i)).Store(y + i);
        for (; i < count; i++)
            y[i] = x[i] * factor;
    }

    /// <summary>x = exp(x − max); returns the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ExpInPlace(float* x, float max, int count)
    {
        V sum = V.Create(0), shift = V.Create(max);
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V exp = VectorMath<V>.Exp(V.Load(x + i) - shift);
            exp.Store(x + i);
            sum += exp;
        }

        float total = V.Sum(sum);
        if (i < count)
        {
            var rest = new Partial<V>(count - i);
            rest.Store(x + i, VectorMath<V>.Exp(rest.Load(x + i) - shift));
            for (; i < count; i++)
                total += x[i];
        }

        return total;
    }

    /// <summary>x = cap · tanh(x / cap).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SoftCap(float* x, float cap, int count)
    {
        V c = V.Create(cap), inverse = V.Create(1 / cap);
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            (c * VectorMath<V>.Tanh(V.Load(x + i) * inverse)).Store(x + i);
        if (i < count)
        {
            var rest = new Partial<V>(count - i);
            rest.Store(x + i, c * VectorMath<V>.Tanh(rest.Load(x + i) * inverse));
        }
    }

    private static float Rest<TTerm>(TTerm term, int i, int count)
        where TTerm : struct, ITerm => V.Sum(term.Add(i, V.Create(0), new Partial<V>(count - i)));

    /// <summary>What is summed; lanes that were not read must add nothing.</summary>
    internal interface ITerm
    {
        V Add<A>(int i, V sum, A lanes)
            where A : struct, IAccess<V>;
    }

    private readonly struct Plain(float* x) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Add<A>(int i, V sum, A lanes)
            where A : struct, IAccess<V> => sum + lanes.Load(x + i);
    }

    private readonly struct Products(float* a, float* b) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Add<A>(int i, V sum, A lanes)
            where A : struct, IAccess<V> => V.MultiplyAdd(lanes.Load(a + i), lanes.Load(b + i), sum);
    }

    private readonly struct Squares(float* x, float mean) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Add<A>(int i, V sum, A lanes)
            where A : struct, IAccess<V>
        {
            V distance = lanes.Load(x + i) - lanes.Constant(mean);
            return V.MultiplyAdd(distance, distance, sum);
        }
    }
}
