namespace Grimoire.Evaluation;

/// <summary>What a score makes of positive and negative examples at every threshold.</summary>
public static class Curves
{
    /// <summary>
    /// The receiver operating characteristic: the share of negatives that are flagged against the share of positives that are, from (0, 0) to (1, 1), as the
    /// threshold falls. Examples of one score are flagged together. The area under it is <see cref="Auroc"/>.
    /// </summary>
    public static IReadOnlyList<(double FalseAlarms, double Found)> Roc(IReadOnlyList<double> scores, IReadOnlyList<bool> positive)
    {
        double positives = positive.Count(p => p), negatives = positive.Count - positives;
        var points = new List<(double, double)> { (0, 0) };
        int found = 0, alarms = 0;
        foreach (IGrouping<double, bool> equal in ByScore(scores, positive).OrderByDescending(group => group.Key))
        {
            found += equal.Count(p => p);
            alarms += equal.Count(p => !p);
            points.Add((alarms / negatives, found / positives));
        }

        return points;
    }

    /// <summary>
    /// Risk against coverage (El-Yaniv and Wiener 2010): of the share of examples with the lowest scores, the share that is positive. Examples of one score
    /// come together.
    /// </summary>
    public static IReadOnlyList<(double Kept, double Positive)> Kept(IReadOnlyList<double> scores, IReadOnlyList<bool> positive)
    {
        var points = new List<(double, double)>();
        int kept = 0, found = 0;
        foreach (IGrouping<double, bool> equal in ByScore(scores, positive).OrderBy(group => group.Key))
        {
            kept += equal.Count();
            found += equal.Count(p => p);
            points.Add((kept / (double)scores.Count, found / (double)kept));
        }

        return points;
    }

    private static IEnumerable<IGrouping<double, bool>> ByScore(IReadOnlyList<double> scores, IReadOnlyList<bool> positive) =>
        scores.Zip(positive).GroupBy(example => example.First, example => example.Second);
}
