namespace Grimoire.Training;

/// <summary>What the comparisons of one file come to.</summary>
/// <param name="Asked">Comparisons that somebody was asked for.</param>
/// <param name="First">Those in which the answer shown first was preferred.</param>
/// <param name="Second">Those in which the one shown second was.</param>
/// <param name="Ties">Those in which neither was.</param>
/// <param name="Skipped">Those of which nothing was said.</param>
/// <param name="Same">Pairs of equal answers, for which nobody was asked.</param>
/// <param name="Wins">
/// Of each model the share of judged comparisons with another model that it won, a tie counting half, and their number; none where there is only one.
/// </param>
public sealed record ChoiceSummary(
    int Asked, int First, int Second, int Ties, int Skipped, int Same, IReadOnlyList<(string Model, double Share, int Pairs)> Wins)
{
    private const double Normal95 = 1.959963984540054;

    /// <summary>Sums up comparisons.</summary>
    public static ChoiceSummary Of(IReadOnlyList<Comparison> comparisons)
    {
        int Count(Choice choice) => comparisons.Count(c => c.Choice == choice);
        Comparison[] between = [.. comparisons.Where(c => c.Verdict is not null && c.First.Model != c.Second.Model)];
        IEnumerable<(string Model, double Won)> sides = between.SelectMany(c => new[]
        {
            (c.First.Model, c.Choice == Choice.First ? 1 : c.Choice == Choice.Tie ? 0.5 : 0.0),
            (c.Second.Model, c.Choice == Choice.Second ? 1 : c.Choice == Choice.Tie ? 0.5 : 0.0),
        });
        return new ChoiceSummary(
            comparisons.Count - Count(Choice.Same), Count(Choice.First), Count(Choice.Second), Count(Choice.Tie), Count(Choice.Skip), Count(Choice.Same),
            [.. sides.GroupBy(side => side.Model, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(
                group => (group.Key, group.Average(side => side.Won), group.Count()))]);
    }

    /// <summary>
    /// The share of preferences that went to the answer shown first, with its 95 % interval (Wilson 1927): ½ should lie in it, for the order is drawn by lot.
    /// NaN where there are none.
    /// </summary>
    public (double Share, double Low, double High) FirstShare => Interval(First, First + Second);

    /// <summary>A share of counts and its 95 % interval.</summary>
    private static (double Share, double Low, double High) Interval(int won, int of)
    {
        if (of == 0)
            return (double.NaN, double.NaN, double.NaN);
        double share = (double)won / of, z2 = Normal95 * Normal95;
        double middle = (share + (z2 / (2 * of))) / (1 + (z2 / of));
        double half = Normal95 / (1 + (z2 / of)) * Math.Sqrt((share * (1 - share) / of) + (z2 / (4.0 * of * of)));
        return (share, middle - half, middle + half);
    }
}
