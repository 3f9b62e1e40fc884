namespace Grimoire.Training;

/// <summary>How right differences of rewards are about held-out pairs, and how sure they may be of it.</summary>
/// <param name="Pairs">Pairs measured.</param>
/// <param name="Accuracy">Share of pairs whose preferred answer has the higher reward; ties count half.</param>
/// <param name="Loss">Mean of −ln σ(Δr), nats; ln 2 for one who knows nothing.</param>
/// <param name="Brier">Mean of (1 − σ(Δr))²; ¼ for one who knows nothing (Brier 1950).</param>
/// <param name="CalibrationError">
/// Expected calibration error: the mean over pairs of |confidence − accuracy| of their bin (Naeini et al. 2015), where the confidence of a pair is σ(|Δr|).
/// </param>
/// <param name="Margin">Mean of Δr.</param>
/// <param name="Bins">Pairs by confidence, from ½ to 1, in steps of one width.</param>
public sealed record PairReliability(
    int Pairs, double Accuracy, double Loss, double Brier, double CalibrationError, double Margin, IReadOnlyList<ReliabilityBin> Bins)
{
    private const int BinCount = 10;

    /// <summary>The standard error of <see cref="Accuracy"/>, as of a share.</summary>
    public double AccuracyError => Math.Sqrt(Accuracy * (1 - Accuracy) / Pairs);

    /// <summary>Measures differences Δr of the reward of the preferred answer and that of the other.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static PairReliability Of(IReadOnlyList<double> differences)
    {
        if (differences.Count == 0)
            throw new ArgumentException("no pairs have no reliability", nameof(differences));
        IReadOnlyList<ReliabilityBin> bins = ReliabilityBin.Of(differences.Select(d => (MarginLosses.Logistic(Math.Abs(d)), Won(d))), BinCount, least: 0.5);
        return new PairReliability(
            differences.Count,
            differences.Average(Won),
            differences.Average(d => MarginLosses.Sigmoid(d).Value),
            differences.Average(d => Math.Pow(MarginLosses.Logistic(-d), 2)),
            ReliabilityBin.CalibrationError(bins),
            differences.Average(),
            bins);
    }

    private static double Won(double difference) => difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
}
