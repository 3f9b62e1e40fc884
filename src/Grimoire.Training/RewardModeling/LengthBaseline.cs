namespace Grimoire.Training;

/// <summary>
/// What one learns of preferences who looks at nothing but how long answers are: people like long ones, and a reward model that is no better than this has
/// learned little else (Singhal et al. 2023, arXiv:2310.03716).
/// </summary>
public sealed class LengthBaseline
{
    private const int Iterations = 50;
    private const double Ridge = 1e-6;

    private LengthBaseline(double perToken, double perLog) => (PerToken, PerLogarithm) = (perToken, perLog);

    /// <summary>The reward of a token more.</summary>
    public double PerToken { get; }

    /// <summary>The reward of an answer e times as long.</summary>
    public double PerLogarithm { get; }

    /// <summary>
    /// The logistic regression of preference on both differences of length, in tokens and in their logarithms: the minimum of mean −ln σ(Δr) by Newton's
    /// method.
    /// </summary>
    public static LengthBaseline Fit(IReadOnlyList<RewardPair> pairs)
    {
        (double Tokens, double Log)[] features = [.. pairs.Select(Features)];
        (double a, double b) = (0, 0);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double gradientA = Ridge * a, gradientB = Ridge * b, aa = Ridge, ab = 0, bb = Ridge;
            foreach ((double x, double y) in features)
            {
                double wrong = MarginLosses.Logistic(-((a * x) + (b * y))), weight = wrong * (1 - wrong) / features.Length;
                (gradientA, gradientB) = (gradientA - (wrong * x / features.Length), gradientB - (wrong * y / features.Length));
                (aa, ab, bb) = (aa + (weight * x * x), ab + (weight * x * y), bb + (weight * y * y));
            }

            double determinant = (aa * bb) - (ab * ab);
            double stepA = ((bb * gradientA) - (ab * gradientB)) / determinant, stepB = ((aa * gradientB) - (ab * gradientA)) / determinant;
            (a, b) = (a - stepA, b - stepB);
            if (Math.Abs(stepA) + Math.Abs(stepB) < 1e-12 * (1 + Math.Abs(a) + Math.Abs(b)))
                break;
        }

        return new LengthBaseline(a, b);
    }

    /// <summary>How right it is about pairs.</summary>
    public PairReliability Reliability(IReadOnlyList<RewardPair> pairs) => PairReliability.Of([.. pairs.Select(pair =>
    {
        (double tokens, double log) = Features(pair);
        return (PerToken * tokens) + (PerLogarithm * log);
    })]);

    /// <summary>Share of pairs in which the longer answer is preferred, equal lengths counting half; its complement is that of the shorter.</summary>
    public static double LongerIsBetter(IReadOnlyList<RewardPair> pairs) =>
        pairs.Average(pair => pair.ChosenLength > pair.RejectedLength ? 1 : pair.ChosenLength < pair.RejectedLength ? 0 : 0.5);

    private static (double Tokens, double Log) Features(RewardPair pair) =>
        (pair.ChosenLength - pair.RejectedLength, Math.Log((double)pair.ChosenLength / pair.RejectedLength));
}
