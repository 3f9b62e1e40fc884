using System.Numerics.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Draws tokens from logits. Holds only scratch memory, so one sampler serves any number of texts, one after another; after its first calls it allocates
/// nothing.
/// </summary>
public sealed class Sampler
{
    // Streams of draws apart from those of the tokens: each place has one guess and one verdict.
    private const ulong GuessStream = 0x6A09_E667_F3BC_C908, VerdictStream = 0xBB67_AE85_84CA_A73B;

    private readonly Candidates candidates = new();
    private double[] weights = [];
    private float[] odds = [];

    /// <summary>Draws the token that follows.</summary>
    /// <param name="logits"><c>[vocabulary]</c>; the penalties are written into it.</param>
    /// <param name="options">How to draw; <see cref="SamplingOptions.Validate">valid</see>.</param>
    /// <param name="step">The how-manieth draw of its text this is: with the seed it decides the draw.</param>
    /// <param name="seen">What the penalties fall on; null for no penalty.</param>
    /// <exception cref="GrimoireException">The logits are not finite numbers.</exception>
    public int Sample(Span<float> logits, SamplingOptions options, long step, SeenTokens? seen = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.IsPenalised)
            seen?.Penalise(logits, options);
        int best = LogitRow.ArgMax(logits);
        if (options.IsGreedy)
            return best;

        double share = Uniform(options.Seed, step);
        return options.KeepsAll(logits.Length)
            ? LogitRow.Draw(logits, logits[best], (float)options.Temperature, share)
            : Draw(Keep(logits, logits[best], options), share);
    }

    /// <summary>Draws a guess of the token that may follow, and says with which odds.</summary>
    /// <param name="logits">The guessing model's, <c>[vocabulary]</c>; the penalties are written into it.</param>
    /// <param name="options">How to draw; not greedy.</param>
    /// <param name="step">The how-manieth token of its text is guessed.</param>
    /// <param name="seen">What the penalties fall on; null for no penalty.</param>
    /// <param name="guessed">Receives q, the probability of each token, <c>[vocabulary]</c>.</param>
    internal int Guess(Span<float> logits, SamplingOptions options, long step, SeenTokens? seen, Span<float> guessed)
    {
        if (options.IsPenalised)
            seen?.Penalise(logits, options);
        Odds(logits, options, guessed);
        return LogitRow.Pick(guessed, Uniform(options.Seed ^ GuessStream, step));
    }

    /// <summary>
    /// Draws the token that follows where one was guessed with the odds q: the guess with probability min(1, p/q), else one of what p has more than q,
    /// ∝ max(0, p − q). So it is distributed as p, as <see cref="Sample"/> draws (Leviathan et al. 2023, arXiv:2211.17192, appendix A.1).
    /// </summary>
    /// <param name="logits">The model's own, <c>[vocabulary]</c>; the penalties are written into it.</param>
    /// <param name="options">How to draw; not greedy.</param>
    /// <param name="step">The how-manieth draw of its text this is.</param>
    /// <param name="seen">What the penalties fall on; null for no penalty.</param>
    /// <param name="guess">What was guessed.</param>
    /// <param name="guessed">q, as <see cref="Guess"/> gave it.</param>
    /// <exception cref="GrimoireException">The logits are not finite numbers.</exception>
    internal int Judge(Span<float> logits, SamplingOptions options, long step, SeenTokens? seen, int guess, ReadOnlySpan<float> guessed)
    {
        if (options.IsPenalised)
            seen?.Penalise(logits, options);
        if (odds.Length < logits.Length)
            odds = new float[logits.Length];
        Span<float> own = odds.AsSpan(0, logits.Length);
        Odds(logits, options, own);
        if (Uniform(options.Seed ^ VerdictStream, step) * guessed[guess] < own[guess])
            return guess;
        TensorPrimitives.Subtract(own, guessed, own);
        TensorPrimitives.Max(own, 0f, own);
        return LogitRow.Pick(own, Uniform(options.Seed, step));
    }

    /// <summary>The tokens that pass the filters and their shares of the mass, likeliest first.</summary>
    internal (int Id, double Probability)[] Distribution(ReadOnlySpan<float> logits, SamplingOptions options)
    {
        int count = Keep(logits, logits[LogitRow.ArgMax(logits)], options);
        double total = weights.AsSpan(0, count).ToArray().Sum();
        return [.. Enumerable.Range(0, count).Select(i => (candidates.Id(i), weights[i] / total))];
    }

    /// <summary>A number in [0, 1) from the seed and the step alone (SplitMix64: Steele et al. 2014, doi:10.1145/2660193.2660195).</summary>
    internal static double Uniform(ulong seed, long step) => (Mix(Mix(seed) + (ulong)step) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The probability of each token after temperature and filters.</summary>
    private void Odds(ReadOnlySpan<float> logits, SamplingOptions options, Span<float> probabilities)
    {
        float max = logits[LogitRow.ArgMax(logits)];
        if (options.KeepsAll(logits.Length))
        {
            LogitRow.Odds(logits, max, (float)options.Temperature, probabilities);
            return;
        }

        int count = Keep(logits, max, options);
        double total = 0;
        for (int i = 0; i < count; i++)
            total += weights[i];
        probabilities.Clear();
        for (int i = 0; i < count; i++)
            probabilities[candidates.Id(i)] = (float)(weights[i] / total);
    }

    /// <summary>
    /// Filters: afterwards the first candidates and their weights exp((logit − max)/temperature) are what is left; returns how many. All
    /// three filters cut the same order somewhere, so the shortest cut decides.
    /// </summary>
    private int Keep(ReadOnlySpan<float> logits, float max, SamplingOptions options)
    {
        double temperature = options.Temperature;
        double total = double.PositiveInfinity;
        if (options.TopK > 0 && options.TopK < logits.Length)
        {
            candidates.TakeLargest(logits, options.TopK);
            total = Weigh(max, temperature);
        }
        else
        {
            // Tokens lighter than (1 − p) · total / count hold less than 1 − p together: top-p removes them, so they need no sorting.
            double lightest = options.MinP;
            if (options.TopP < 1)
            {
                total = LogitRow.Sums(logits, max, (float)temperature).Total;
                lightest = Math.Max(lightest, (1 - options.TopP) * total / logits.Length);
            }

            candidates.TakeAbove(logits, (float)(max + (temperature * Math.Log(lightest * (1 - 1e-3)))));
            Weigh(max, temperature);
        }

        // The total may be a float32 sum: equal weights that reach p exactly must not miss it by its rounding.
        return Cut(options.TopP < 1 ? options.TopP * total * (1 - 1e-6) : double.PositiveInfinity, options.MinP);
    }

    /// <summary>The weights of all candidates, and their sum.</summary>
    private double Weigh(float max, double temperature)
    {
        if (weights.Length < candidates.Count)
            weights = new double[Math.Max(64, candidates.Count)];
        double total = 0;
        for (int i = 0; i < candidates.Count; i++)
            total += weights[i] = Math.Exp(((double)candidates.Logit(i) - max) / temperature);
        return total;
    }

    private int Cut(double mass, double lightest)
    {
        double before = weights[0];
        int kept = 1;
        while (kept < candidates.Count && before < mass && weights[kept] > 0 && weights[kept] >= lightest)
            before += weights[kept++];
        return kept;
    }

    private int Draw(int count, double share)
    {
        double left = 0;
        for (int i = 0; i < count; i++)
            left += weights[i];
        left *= share;
        for (int i = 0; i < count - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
                return candidates.Id(i);
        }

        return candidates.Id(count - 1);
    }
}
