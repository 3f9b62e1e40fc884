namespace Grimoire.Evaluation.Hallucinations;

/// <summary>
/// How far a model is from meaning one thing: the entropy over the meanings of its answers and not over their wordings (Kuhn et al. 2023, arXiv:2302.09664;
/// Farquhar et al. 2024, Nature 630). Which answers mean the same is told by the caller; the papers ask a model of entailment.
/// </summary>
public static class SemanticEntropy
{
    /// <summary>−Σ (n_c / n) ln (n_c / n) over the meanings c of n answers, in nats.</summary>
    public static double OfCounts(IReadOnlyList<string> meanings) =>
        Entropy([.. meanings.GroupBy(meaning => meaning, StringComparer.Ordinal).Select(cluster => cluster.Count() / (double)meanings.Count)]);

    /// <summary>The same with p(c) ∝ Σ p(answer) over the different answers of a meaning, p being that of the whole text.</summary>
    /// <param name="meanings">What each answer means.</param>
    /// <param name="texts">The answers: one drawn twice counts once.</param>
    /// <param name="logProbabilities">ln p of each, over all its tokens.</param>
    public static double OfProbabilities(IReadOnlyList<string> meanings, IReadOnlyList<string> texts, IReadOnlyList<double> logProbabilities)
    {
        double largest = logProbabilities.Max();
        double[] masses = [.. Enumerable.Range(0, texts.Count)
            .DistinctBy(i => texts[i], StringComparer.Ordinal).GroupBy(i => meanings[i], StringComparer.Ordinal)
            .Select(cluster => cluster.Sum(i => Math.Exp(logProbabilities[i] - largest)))];
        double total = masses.Sum();
        return Entropy([.. masses.Select(mass => mass / total)]);
    }

    private static double Entropy(IReadOnlyList<double> shares) => Math.Abs(shares.Where(share => share > 0).Sum(share => -share * Math.Log(share)));
}
