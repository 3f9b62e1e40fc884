namespace Grimoire.Evaluation.Hallucinations;

/// <summary>Something that tells, without knowing the answer, how suspicious one is: the higher, the likelier wrong.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Words">What it is, in a few words.</param>
/// <param name="Needs">What must be generated for it.</param>
/// <param name="Of">Its value; not a number where what it needs is not there.</param>
public sealed record Detector(string Name, string Words, DetectorNeeds Needs, Func<ProbedAnswer, double> Of)
{
    /// <summary>All of them, from those that need the answer alone to those that ask again.</summary>
    public static IReadOnlyList<Detector> All { get; } =
    [
        new("surprise_mean", "mean −ln p of the answer's tokens", DetectorNeeds.Answer, probed => Surprises(probed).DefaultIfEmpty(double.NaN).Average()),
        new("surprise_max", "largest −ln p among them", DetectorNeeds.Answer, probed => Surprises(probed).DefaultIfEmpty(double.NaN).Max()),
        new("surprise_sum", "−ln p of the whole answer", DetectorNeeds.Answer, probed => Surprises(probed).DefaultIfEmpty(double.NaN).Sum()),
        new("entropy_mean", "mean entropy in its tokens' places", DetectorNeeds.Answer, probed => Entropies(probed).DefaultIfEmpty(double.NaN).Average()),
        new("entropy_max", "largest entropy among them", DetectorNeeds.Answer, probed => Entropies(probed).DefaultIfEmpty(double.NaN).Max()),
        new("predictive_entropy", "mean −ln p a token of the samples", DetectorNeeds.Samples, PredictiveEntropy),
        new("semantic_entropy", "entropy over the samples' meanings", DetectorNeeds.Samples, probed => Some(probed.SampleMeanings, SemanticEntropy.OfCounts)),
        new("semantic_entropy_p", "the same, weighted by probability", DetectorNeeds.Samples, Weighted),
        new("sample_disagreement", "samples that mean something else", DetectorNeeds.Samples, probed => Disagreement(probed, probed.SampleMeanings)),
        new("wording_disagreement", "other wordings answered otherwise", DetectorNeeds.Wordings, probed => Disagreement(probed, probed.RewordedMeanings)),
    ];

    private static IEnumerable<double> Surprises(ProbedAnswer probed) => probed.Greedy.LogProbabilities.Select(p => -(double)p);

    private static IEnumerable<double> Entropies(ProbedAnswer probed) => probed.Greedy.Entropies.Select(entropy => (double)entropy);

    /// <summary>Length-normalised predictive entropy (Malinin and Gales 2021, arXiv:2002.07650), which counts wordings and not meanings.</summary>
    private static double PredictiveEntropy(ProbedAnswer probed) =>
        HasProbabilities(probed) ? probed.Samples.Average(sample => -sample.LogProbabilities.Average(p => (double)p)) : double.NaN;

    private static double Weighted(ProbedAnswer probed) => !HasProbabilities(probed) ? double.NaN : SemanticEntropy.OfProbabilities(
        probed.SampleMeanings, [.. probed.Samples.Select(sample => sample.Text)],
        [.. probed.Samples.Select(sample => sample.LogProbabilities.Sum(p => (double)p))]);

    private static bool HasProbabilities(ProbedAnswer probed) => probed.Samples.Count > 0 && probed.Samples.All(sample => sample.LogProbabilities.Count > 0);

    /// <summary>
    /// The share of other answers that do not say what the judged one says: SelfCheckGPT's idea (Manakul et al. 2023, arXiv:2303.08896), with exact meanings.
    /// </summary>
    private static double Disagreement(ProbedAnswer probed, IReadOnlyList<string> others) =>
        Some(others, all => all.Count(other => other != probed.Meaning) / (double)all.Count);

    private static double Some(IReadOnlyList<string> meanings, Func<IReadOnlyList<string>, double> of) => meanings.Count > 0 ? of(meanings) : double.NaN;
}

/// <summary>What must be generated to suspect an answer.</summary>
public enum DetectorNeeds
{
    /// <summary>The answer itself, with what the model thought of its tokens.</summary>
    Answer,

    /// <summary>More answers to the same question.</summary>
    Samples,

    /// <summary>Answers to other wordings of it.</summary>
    Wordings,
}
