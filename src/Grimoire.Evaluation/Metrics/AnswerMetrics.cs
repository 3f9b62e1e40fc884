namespace Grimoire.Evaluation.Metrics;

/// <summary>The share of answers that are the same as a reference, in percent.</summary>
public sealed class ExactMatch(AnswerNormalization normalization = AnswerNormalization.Squad) : TextMetric
{
    /// <inheritdoc/>
    public override string Name => "exact_match";

    /// <inheritdoc/>
    public override string Unit => "%";

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options => [("norm", AnswerScores.Name(normalization))];

    /// <summary>1 or 0, and 1.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        string answer = AnswerText.Normalize(hypothesis, normalization);
        return [references.Any(reference => AnswerText.Normalize(reference, normalization) == answer) ? 1 : 0, 1];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => 100 * sums[0] / sums[1];
}

/// <summary>
/// The mean over answers of the F1 of their words, in percent: the harmonic mean of the share of the answer's words that are in the reference and the share of
/// the reference's that are in the answer (Rajpurkar et al. 2016). Of several references each answer has the one that is best for it. Where one of the two has
/// no words left, F1 is 1 if the other has none either, and otherwise 0, as SQuAD 2.0 has it.
/// </summary>
public sealed class TokenF1(AnswerNormalization normalization = AnswerNormalization.Squad) : TextMetric
{
    /// <inheritdoc/>
    public override string Name => "f1";

    /// <inheritdoc/>
    public override string Unit => "%";

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options => [("norm", AnswerScores.Name(normalization))];

    /// <summary>F1, 0 to 1, and 1.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        IReadOnlyList<string> answer = AnswerText.Words(hypothesis, normalization);
        return [references.Max(reference => AnswerScores.F1(answer, AnswerText.Words(reference, normalization))), 1];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => 100 * sums[0] / sums[1];
}

/// <summary>What metrics of short answers have in common.</summary>
internal static class AnswerScores
{
    public static string Name(AnswerNormalization normalization) => normalization == AnswerNormalization.Squad ? "squad" : "plain";

    public static double F1(IReadOnlyList<string> answer, IReadOnlyList<string> reference)
    {
        if (answer.Count == 0 || reference.Count == 0)
            return answer.Count == reference.Count ? 1 : 0;
        double shared = NGrams.OfWords(answer, 1).Matched(1, NGrams.OfWords(reference, 1));
        return Means.F(shared / answer.Count, shared / reference.Count);
    }
}
