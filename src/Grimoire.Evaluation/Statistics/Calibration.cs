using Grimoire.Training;

namespace Grimoire.Evaluation;

/// <summary>Whether one who says "70 %" is right in seven cases of ten.</summary>
/// <param name="Count">Judgements measured.</param>
/// <param name="Accuracy">The share that is right.</param>
/// <param name="Confidence">Their mean confidence: above <paramref name="Accuracy"/> where one boasts.</param>
/// <param name="Brier">Mean of (confidence − right)², right being 1 or 0 (Brier 1950); lower is better, and honest confidences have the least.</param>
/// <param name="Error">The expected calibration error, over bins of one width (Naeini et al. 2015; Guo et al. 2017).</param>
/// <param name="LargestError">The largest |confidence − accuracy| of a bin.</param>
/// <param name="Bins">The reliability diagram: the bins that hold any, by confidence.</param>
public sealed record Calibration(
    int Count, double Accuracy, double Confidence, double Brier, double Error, double LargestError, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Measures judgements: how sure, from 0 to 1, and whether right.</summary>
    /// <exception cref="ArgumentException">There are none, or a confidence is not in 0 … 1.</exception>
    public static Calibration Of(IReadOnlyList<(double Confidence, bool Correct)> judgements, int bins = 10)
    {
        if (judgements.Count == 0)
            throw new ArgumentException("no judgements have no calibration", nameof(judgements));
        if (judgements.Any(judgement => !(judgement.Confidence is >= 0 and <= 1)))
            throw new ArgumentException("a confidence lies between 0 and 1", nameof(judgements));
        (double Confidence, double Right)[] all = [.. judgements.Select(judgement => (judgement.Confidence, judgement.Correct ? 1.0 : 0.0))];
        IReadOnlyList<ReliabilityBin> found = ReliabilityBin.Of(all, bins);
        return new Calibration(
            all.Length,
            all.Average(judgement => judgement.Right),
            all.Average(judgement => judgement.Confidence),
            all.Average(judgement => (judgement.Confidence - judgement.Right) * (judgement.Confidence - judgement.Right)),
            ReliabilityBin.CalibrationError(found),
            found.Max(bin => Math.Abs(bin.Confidence - bin.Accuracy)),
            found);
    }
}
