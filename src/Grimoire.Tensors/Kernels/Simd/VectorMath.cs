using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Functions of a register of floats, right to about one unit in the last place.</summary>
internal static class VectorMath<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>
    /// eˣ with a relative error below 2·10⁻⁷: x = n ln 2 + r, and the Taylor series of eʳ to r⁷ for |r| ≤ ½ ln 2. Results below 1.8·10⁻³⁸ are 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        const float Lowest = -86.9f, Highest = 89f; // beyond the highest lies infinity, of itself
        const float LogTwoHigh = 0.693359375f, LogTwoLow = -2.12194440e-4f; // the first has few bits, so that n times it is exact
        V clamped = V.Max(V.Create(Lowest), V.Min(V.Create(Highest), x));
        V n = V.Round(clamped * V.Create(1.44269504f));
        V r = V.MultiplyAdd(n, V.Create(-LogTwoLow), V.MultiplyAdd(n, V.Create(-LogTwoHigh), clamped));
        V p = V.Create(1f / 5040);
        p = V.MultiplyAdd(p, r, 1f / 720);
        p = V.MultiplyAdd(p, r, 1f / 120);
        p = V.MultiplyAdd(p, r, 1f / 24);
        p = V.MultiplyAdd(p, r, 1f / 6);
        p = V.MultiplyAdd(p, r, 0.5f);
        p = V.MultiplyAdd(p, r * r, r) + V.Create(1);
        V result = p * V.PowerOfTwo(n - V.Create(1)) * V.Create(2);
        return V.Select(V.Greater(V.Create(Lowest), x), V.Create(0), result);
    }

    /// <summary>
    /// 2ˣ for x up to 127 with a relative error below 10⁻⁷: x = n + f, and a polynomial of nearly least maximum error (10⁻⁸) for 2ᶠ on |f| ≤ ½. Next to nothing
    /// below 2⁻¹²⁶.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V PowerOfTwo(V x)
    {
        V n = V.Round(x), f = x - n;
        V p = V.Create(1.5453162939509e-4f);
        p = V.MultiplyAdd(p, f, 1.339086336462805e-3f);
        p = V.MultiplyAdd(p, f, 9.618082557302569e-3f);
        p = V.MultiplyAdd(p, f, 5.550357114219147e-2f);
        p = V.MultiplyAdd(p, f, 0.24022650760567846f);
        p = V.MultiplyAdd(p, f, 0.6931471880262285f);
        p = V.MultiplyAdd(p, f, 1);
        return V.TimesPowerOfTwo(p, n);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x) => V.Create(1) / (V.Create(1) + Exp(-x));

    /// <summary>tanh x: an odd polynomial near zero (least maximum error on [0, 0.625]), else 1 − 2/(e²ˣ + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V a = V.Abs(x), s = x * x;
        V p = V.Create(-0.005806860592f);
        p = V.MultiplyAdd(p, s, 0.020741767036f);
        p = V.MultiplyAdd(p, s, -0.053776137600f);
        p = V.MultiplyAdd(p, s, 0.133319694485f);
        p = V.MultiplyAdd(p, s, -0.333333072990f);
        V near = V.MultiplyAdd(p, s * x, x);
        V far = V.Create(1) - (V.Create(2) / (Exp(a + a) + V.Create(1)));
        return V.Select(V.Greater(V.Create(0.625f), a), near, V.CopySign(far, x));
    }

    /// <summary>
    /// The normal distribution function Φ(x) and its density φ(x). For negative x, Φ = e^(−x²/2) Q(u) with u = 1/(1 + 0.35 |x|) and the polynomial Q of
    /// least maximum relative error (2.7·10⁻⁸ on |x| ≤ 14); for positive x, 1 minus that.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalDistribution(V x, out V density)
    {
        V a = V.Abs(x);
        V u = V.Create(1) / V.MultiplyAdd(a, V.Create(0.35f), 1);
        V exp = Exp(a * a * V.Create(-0.5f));
        V q = V.Create(-0.028045465971f);
        q = V.MultiplyAdd(q, u, 0.138257260923f);
        q = V.MultiplyAdd(q, u, -0.242943419118f);
        q = V.MultiplyAdd(q, u, 0.143101097099f);
        q = V.MultiplyAdd(q, u, -0.010595373711f);
        q = V.MultiplyAdd(q, u, 0.099277638481f);
        q = V.MultiplyAdd(q, u, 0.121809774588f);
        q = V.MultiplyAdd(q, u, 0.139477502607f);
        q = V.MultiplyAdd(q, u, 0.139662858551f);
        q = V.MultiplyAdd(q, u, -1.8868772e-6f);
        V tail = exp * q;
        density = exp * V.Create(0.398942280f);
        return V.Select(V.Greater(V.Create(0), x), tail, V.Create(1) - tail);
    }
}
