namespace Grimoire.Evaluation;

/// <summary>
/// The area under the receiver operating characteristic: the probability that a positive example has a higher score than a negative one, ties counting half. It
/// is the statistic U of Mann and Whitney (1947) divided by the number of such pairs: ½ for one who guesses, 1 for one who separates the two.
/// </summary>
public static class Auroc
{
    /// <summary>The area, from ranks; ties share their mean rank.</summary>
    /// <exception cref="ArgumentException">There are not as many scores as marks, a score is not a number, or all examples are of one kind.</exception>
    public static double Of(IReadOnlyList<double> scores, IReadOnlyList<bool> positive)
    {
        if (scores.Count != positive.Count)
            throw new ArgumentException($"{scores.Count} scores have {positive.Count} marks", nameof(positive));
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("a score is not a number", nameof(scores));
        long positives = positive.Count(p => p), negatives = positive.Count - positives;
        if (positives == 0 || negatives == 0)
            throw new ArgumentException("an area needs positive examples and negative ones", nameof(positive));
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        double ranks = 0;
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && scores[order[to]] == scores[order[from]];)
                to++;
            ranks += order[from..to].Count(i => positive[i]) * (from + 1 + to) / 2.0;
        }

        return (ranks - (positives * (positives + 1) / 2.0)) / positives / negatives;
    }
}
