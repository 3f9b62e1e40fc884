namespace Grimoire.Tensors;

/// <summary>Blocks of 32 numbers with one scale: rounded as ggml does, or fitted to weights.</summary>
internal static unsafe class SingleFit
{
    public const int Size = 32;

    /// <summary>x ≈ d · q with the d of least Σ w (x − d q)²; gives d and the codes of the q.</summary>
    public static float Scale(float* x, float* weights, Levels levels, byte* codes)
    {
        var group = new GroupFit(x, weights, Size, levels);
        float d = Packed.Rounded(group.Scale());
        Codes(group, d, 0, levels, codes);
        return d;
    }

    /// <summary>x ≈ d · q + m.</summary>
    public static (float Scale, float Offset) ScaleAndOffset(float* x, float* weights, Levels levels, byte* codes)
    {
        var group = new GroupFit(x, weights, Size, levels);
        (float d, float m) = group.ScaleAndOffset(anySign: true);
        (d, m) = (Packed.Rounded(d), Packed.Rounded(m));
        Codes(group, d, m, levels, codes);
        return (d, m);
    }

    /// <summary>d takes the number of largest magnitude to the lowest level −n; codes are q + n, rounded half up.</summary>
    public static float RoundSymmetric(float* x, int n, byte* codes)
    {
        float largest = 0;
        for (int i = 0; i < Size; i++)
            largest = Math.Abs(x[i]) > Math.Abs(largest) ? x[i] : largest;
        float d = largest / -n, inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < Size; i++)
            codes[i] = (byte)Math.Min((2 * n) - 1, (int)((x[i] * inverse) + (n + 0.5f)));
        return d;
    }

    /// <summary>d and m take the least number to 0 and the greatest to <paramref name="high"/>.</summary>
    public static (float Scale, float Offset) RoundFromLeast(float* x, int high, byte* codes)
    {
        (float least, float greatest) = (x[0], x[0]);
        for (int i = 1; i < Size; i++)
            (least, greatest) = (Math.Min(least, x[i]), Math.Max(greatest, x[i]));
        float d = (greatest - least) / high, inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < Size; i++)
            codes[i] = (byte)Math.Min(high, (int)(((x[i] - least) * inverse) + 0.5f));
        return (d, least);
    }

    private static void Codes(in GroupFit group, float d, float m, Levels levels, byte* codes)
    {
        float* q = stackalloc float[Size];
        group.Quantize(d, m, q);
        for (int i = 0; i < Size; i++)
            codes[i] = levels.Code(q[i]);
    }
}
