namespace Grimoire.Models;

/// <summary>How rotary frequencies are stretched beyond the length they were trained with.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling()
    {
    }

    /// <summary>All frequencies divided by a factor (Chen et al. 2023, arXiv:2306.15595).</summary>
    public sealed record Linear(double Factor) : RotaryScaling;

    /// <summary>Llama 3.1: long wavelengths divided, short ones kept, a smooth band between.</summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext) : RotaryScaling;

    /// <summary>YaRN: by the number of turns within the original context, and a temperature on the scores (Peng et al. 2023, arXiv:2309.00071).</summary>
    public sealed record Yarn(
        double Factor, int OriginalContext, double BetaFast = 32, double BetaSlow = 1, double? AttentionFactor = null) : RotaryScaling;

    /// <summary>
    /// LongRoPE: each pair's frequency divided by a factor of its own, found by search, one list of them for sequences of up to the original context
    /// and one for longer ones (Ding et al. 2024, arXiv:2402.13753). A sequence's length is that after the pass, so one that grows beyond the original context
    /// is read again; its logits are those of a pass of the whole, as Hugging Face computes them.
    /// </summary>
    /// <param name="ShortFactors">Divisors for sequences of at most <paramref name="OriginalContext"/> tokens, one for each pair.</param>
    /// <param name="LongFactors">Divisors for longer ones.</param>
    /// <param name="OriginalContext">The context before it was stretched.</param>
    /// <param name="AttentionFactor">Multiplies the cosines and sines of both.</param>
    public sealed record LongRope(ValueList<double> ShortFactors, ValueList<double> LongFactors, int OriginalContext, double AttentionFactor) : RotaryScaling
    {
        /// <summary>
        /// The factor that keeps attention's entropy where the context is stretched <paramref name="stretch"/>-fold: √(1 + ln stretch / ln original).
        /// </summary>
        public static double UsualAttentionFactor(double stretch, int originalContext) =>
            stretch <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(originalContext)));
    }
}

/// <summary>The rotation of queries and keys: θᵢ = base^(−2i/d) for pair i of d rotated channels (Su et al. 2021, arXiv:2104.09864).</summary>
public sealed record RotaryConfig
{
    /// <summary>The base of the geometric series of wavelengths.</summary>
    public double Base { get; init; } = 10000;

    /// <summary>The share of a head's channels that rotate.</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>Whether neighbours (2i, 2i+1) rotate together; else (i, i + d/2).</summary>
    public bool Interleaved { get; init; }

    /// <summary>The stretch; null for none.</summary>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>Multiplies the cosines and sines, so that scores are scaled by its square; 1 except under YaRN and LongRoPE.</summary>
    public double Magnitude => Scaling switch
    {
        RotaryScaling.Yarn yarn => yarn.AttentionFactor ?? (yarn.Factor <= 1 ? 1 : (0.1 * Math.Log(yarn.Factor)) + 1),
        RotaryScaling.LongRope stretch => stretch.AttentionFactor,
        _ => 1,
    };

    /// <summary>How many channels of a head rotate.</summary>
    public int Dimensions(int headDim) => (int)((headDim * Fraction) + 1e-9);

    /// <summary>The angle per position of each pair, radians, <c>[pair]</c>.</summary>
    /// <param name="headDim">Channels of a head.</param>
    /// <param name="stretched">Whether they are for sequences longer than the original context; only LongRoPE has others for those.</param>
    public double[] Frequencies(int headDim, bool stretched = false)
    {
        int dimensions = Dimensions(headDim);
        var frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.Length; i++)
            frequencies[i] = Scaled(Math.Pow(Base, -2.0 * i / dimensions), i, dimensions, stretched);
        return frequencies;
    }

    /// <summary>Checks that the numbers fit heads of so many channels.</summary>
    /// <exception cref="GrimoireException">They do not.</exception>
    internal void Validate(int headDim)
    {
        int rotated = Dimensions(headDim);
        if (rotated % 2 != 0 || rotated > headDim || rotated < 2)
            throw new GrimoireException($"model: rotary positions need an even number of channels a head, at most {headDim}, not {rotated}.");
        if (Scaling is not RotaryScaling.LongRope stretch)
            return;
        if (stretch.ShortFactors.Count != rotated / 2 || stretch.LongFactors.Count != rotated / 2)
        {
            throw new GrimoireException(
                $"model: LongRoPE has {stretch.ShortFactors.Count} short and {stretch.LongFactors.Count} long factors for {rotated / 2} pairs of channels.");
        }

        if (stretch.OriginalContext < 2 || !double.IsFinite(stretch.AttentionFactor)
            || stretch.ShortFactors.Concat(stretch.LongFactors).Any(factor => !(factor > 0)))
            throw new GrimoireException("model: LongRoPE's original context, attention factor or factors are out of range.");
    }

    private double Scaled(double frequency, int pair, int dimensions, bool stretched)
    {
        switch (Scaling)
        {
            case RotaryScaling.Linear linear:
                return frequency / linear.Factor;
            case RotaryScaling.Llama3 llama:
                double wavelength = 2 * Math.PI / frequency;
                double turns = llama.OriginalContext / wavelength;
                double kept = Math.Clamp((turns - llama.LowFrequencyFactor) / (llama.HighFrequencyFactor - llama.LowFrequencyFactor), 0, 1);
                return (kept * frequency) + ((1 - kept) * frequency / llama.Factor);
            case RotaryScaling.Yarn yarn:
                double low = Math.Max(Math.Floor(PairOfTurns(yarn.BetaFast, yarn.OriginalContext, dimensions)), 0);
                double high = Math.Min(Math.Ceiling(PairOfTurns(yarn.BetaSlow, yarn.OriginalContext, dimensions)), dimensions - 1);
                double ramp = Math.Clamp((pair - low) / Math.Max(high - low, 0.001), 0, 1);
                return ((1 - ramp) * frequency) + (ramp * frequency / yarn.Factor);
            case RotaryScaling.LongRope stretch:
                return frequency / (stretched ? stretch.LongFactors : stretch.ShortFactors)[pair];
            default:
                return frequency;
        }
    }

    /// <summary>The (fractional) pair that makes so many turns within the context.</summary>
    private double PairOfTurns(double turns, int context, int dimensions) =>
        dimensions * Math.Log(context / (turns * 2 * Math.PI)) / (2 * Math.Log(Base));
}
