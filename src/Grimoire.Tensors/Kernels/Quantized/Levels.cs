using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// The numbers q that a block can hold: the integers from <paramref name="low"/> to <paramref name="high"/>, or the sixteen of <see cref="BlockIQ4_NL.Grid"/>.
/// Encoding works on registers of 256 bits and never fuses a product with a sum, so that every machine writes the same file.
/// </summary>
internal readonly struct Levels(float low, float high)
{
    /// <summary>−127 … 113, finer around zero.</summary>
    public static Levels Uneven => new(-127, 113) { IsUneven = true };

    public float Low => low;

    public float High => high;

    private bool IsUneven { get; init; }

    /// <summary>The largest in magnitude.</summary>
    public float Largest => -low > high ? low : high;

    /// <summary>What is nearest to each y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Nearest(Vector256<float> y) => IsUneven
        ? NearestOnGrid(y)
        : Vector256.MinNative(Vector256.MaxNative(Vector256.Round(y), Vector256.Create(low)), Vector256.Create(high));

    /// <summary>The number that a block stores for q.</summary>
    public byte Code(float q)
    {
        if (!IsUneven)
            return (byte)(q - low);
        Vector128<byte> equal = Vector128.Equals(BlockIQ4_NL.Grid, Vector128.Create((sbyte)q)).AsByte();
        return (byte)System.Numerics.BitOperations.TrailingZeroCount(equal.ExtractMostSignificantBits());
    }

    /// <summary>Climbs from level to level as long as y is beyond the middle to the next.</summary>
    private static Vector256<float> NearestOnGrid(Vector256<float> y)
    {
        Vector128<sbyte> grid = BlockIQ4_NL.Grid;
        Vector256<float> q = Vector256.Create((float)grid[0]);
        for (int i = 1; i < 16; i++)
        {
            float middle = (grid[i - 1] + grid[i]) * 0.5f, step = grid[i] - grid[i - 1];
            q += Vector256.GreaterThan(y, Vector256.Create(middle)) & Vector256.Create(step);
        }

        return q;
    }
}
