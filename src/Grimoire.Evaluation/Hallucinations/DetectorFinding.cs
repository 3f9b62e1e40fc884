namespace Grimoire.Evaluation.Hallucinations;

/// <summary>How well a detector parts wrong answers from right ones. Refused answers, which state nothing, are not among them.</summary>
/// <param name="Detector">The detector.</param>
/// <param name="Scores">Its value for each answer that it can be computed for.</param>
/// <param name="Wrong">Which of these are wrong.</param>
public sealed record DetectorFinding(Detector Detector, IReadOnlyList<double> Scores, IReadOnlyList<bool> Wrong)
{
    /// <summary>Whether there are wrong answers and right ones, so that they can be parted.</summary>
    public bool CanTell => Wrong.Contains(true) && Wrong.Contains(false);

    /// <summary>The probability that a wrong answer is more suspicious than a right one.</summary>
    public double Auroc => CanTell ? Evaluation.Auroc.Of(Scores, Wrong) : double.NaN;

    /// <summary>Where that may lie, by the bootstrap over questions; null where nothing can be told or was not asked for.</summary>
    public Interval? Interval { get; private init; }

    /// <summary>Has a detector look at answers.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="seed">The seed of the bootstrap; null for no interval.</param>
    public static DetectorFinding Of(Detector detector, IEnumerable<ProbedAnswer> answers, ulong? seed = null)
    {
        (double Score, bool Wrong)[] scored = [.. answers.Where(answer => answer.Outcome != AnswerOutcome.Refused)
            .Select(answer => (Score: detector.Of(answer), Wrong: answer.Outcome == AnswerOutcome.Wrong)).Where(answer => !double.IsNaN(answer.Score))];
        var finding = new DetectorFinding(detector, [.. scored.Select(answer => answer.Score)], [.. scored.Select(answer => answer.Wrong)]);
        return seed is { } drawn && finding.CanTell ? finding with { Interval = finding.Resampled(drawn) } : finding;
    }

    private Interval Resampled(ulong seed)
    {
        double whole = Auroc;
        return Bootstrap.Of(Scores.Count, drawn =>
        {
            bool[] wrong = [.. drawn.Select(i => Wrong[i])];
            // A draw without one of the two kinds tells nothing; it is rare where there are enough of both.
            return wrong.Contains(true) && wrong.Contains(false) ? Evaluation.Auroc.Of([.. drawn.Select(i => Scores[i])], wrong) : whole;
        }, seed: seed);
    }
}
