using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Grimoire.Models;

/// <summary>Sums over one row of logits, in pieces that stay in the first-level cache; nothing is allocated.</summary>
internal static class LogitRow
{
    private const int Piece = 512;

    /// <summary>The likeliest token; the lowest id of equals.</summary>
    /// <exception cref="GrimoireException">The logits are not numbers.</exception>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        float max = TensorPrimitives.Max(logits);
        int index = float.IsFinite(max) ? logits.IndexOf(max) : -1;
        return index >= 0 ? index : throw new GrimoireException(
            "the model's logits are not finite numbers; its weights are damaged or its training diverged. Use an earlier checkpoint.");
    }

    /// <summary>How many logits are larger than one.</summary>
    public static int CountAbove(ReadOnlySpan<float> logits, float bound)
    {
        ReadOnlySpan<Vector<float>> whole = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var bounds = new Vector<float>(bound);
        Vector<int> counts = Vector<int>.Zero;
        foreach (Vector<float> some in whole)
            counts -= Vector.GreaterThan(some, bounds);
        int count = Vector.Sum(counts);
        foreach (float logit in logits[(whole.Length * Vector<float>.Count)..])
            count += logit > bound ? 1 : 0;
        return count;
    }

    /// <summary>
    /// With sᵢ = (logitᵢ − max)/temperature: Total = Σ exp sᵢ and Moment = Σ sᵢ exp sᵢ, so that log-probabilities are sᵢ − ln Total and the
    /// entropy is ln Total − Moment/Total.
    /// </summary>
    public static (double Total, double Moment) Sums(ReadOnlySpan<float> logits, float max, float temperature)
    {
        Span<float> shifted = stackalloc float[Piece];
        Span<float> weights = stackalloc float[Piece];
        double total = 0, moment = 0;
        for (int start = 0; start < logits.Length; start += Piece)
        {
            ReadOnlySpan<float> piece = logits.Slice(start, Math.Min(Piece, logits.Length - start));
            Span<float> s = shifted[..piece.Length];
            Span<float> w = weights[..piece.Length];
            Shift(piece, max, temperature, s);
            TensorPrimitives.Exp(s, w);
            total += TensorPrimitives.Sum<float>(w);
            moment += TensorPrimitives.Dot<float>(s, w);
        }

        return (total, moment);
    }

    /// <summary>The token at which the running sum of exp((logit − max)/temperature), in order of ids, passes <paramref name="share"/> of the whole.</summary>
    public static int Draw(ReadOnlySpan<float> logits, float max, float temperature, double share)
    {
        Span<float> buffer = stackalloc float[Piece];
        int pieces = (logits.Length + Piece - 1) / Piece;
        Span<double> sums = pieces <= 1024 ? stackalloc double[pieces] : new double[pieces];
        double left = 0;
        for (int i = 0; i < pieces; i++)
            left += sums[i] = TensorPrimitives.Sum<float>(Weights(logits, i, max, temperature, buffer));
        left *= share;
        int last = 0;
        for (int i = 0; i < pieces; i++)
        {
            if (left >= sums[i])
                left -= sums[i];
            else if (Passes(Weights(logits, i, max, temperature, buffer), i * Piece, ref left, ref last))
                return last;
        }

        // Rounding may leave a crumb beyond the last token; it belongs to that one.
        return last;
    }

    /// <summary>The softmax of (logit − max)/temperature.</summary>
    public static void Odds(ReadOnlySpan<float> logits, float max, float temperature, Span<float> odds)
    {
        Shift(logits, max, temperature, odds);
        TensorPrimitives.Exp(odds, odds);
        double total = 0;
        for (int start = 0; start < odds.Length; start += Piece)
            total += TensorPrimitives.Sum<float>(odds.Slice(start, Math.Min(Piece, odds.Length - start)));
        TensorPrimitives.Multiply(odds, (float)(1 / total), odds);
    }

    /// <summary>The token at which the running sum of weights, none negative, in order of ids, passes <paramref name="share"/> of the whole.</summary>
    public static int Pick(ReadOnlySpan<float> weights, double share)
    {
        double left = 0;
        for (int start = 0; start < weights.Length; start += Piece)
            left += TensorPrimitives.Sum(weights.Slice(start, Math.Min(Piece, weights.Length - start)));
        left *= share;
        int last = 0;
        _ = Passes(weights, 0, ref left, ref last);
        return last;
    }

    /// <summary>Whether what is left is used up within some weights, and by which token, or else which was the last that has any weight.</summary>
    private static bool Passes(ReadOnlySpan<float> weights, int first, ref double left, ref int last)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
                continue;
            last = first + i;
            left -= weights[i];
            if (left < 0)
                return true;
        }

        return false;
    }

    /// <summary>exp((logit − max)/temperature) of a piece of the row.</summary>
    private static ReadOnlySpan<float> Weights(ReadOnlySpan<float> logits, int index, float max, float temperature, Span<float> buffer)
    {
        ReadOnlySpan<float> piece = logits.Slice(index * Piece, Math.Min(Piece, logits.Length - (index * Piece)));
        Span<float> weights = buffer[..piece.Length];
        Shift(piece, max, temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        return weights;
    }

    /// <summary>s = (logit − max)/temperature, no less than −1000: its exponential is 0 all the same, and s · 0 is then 0 for −∞ too.</summary>
    private static void Shift(ReadOnlySpan<float> logits, float max, float temperature, Span<float> s)
    {
        TensorPrimitives.Subtract(logits, max, s);
        if (temperature != 1)
            TensorPrimitives.Divide(s, temperature, s);
        TensorPrimitives.Max(s, -1000f, s);
    }
}
