namespace Grimoire.Evaluation;

public class CurvesTests
{
    private static readonly double[] Scores = [0.9, 0.8, 0.8, 0.3, 0.1];
    private static readonly bool[] Positive = [true, true, false, true, false];

    [Fact]
    public void The_curve_goes_from_corner_to_corner_and_ties_go_together() => Assert.Equal(
        [(0, 0), (0, 1 / 3.0), (0.5, 2 / 3.0), (0.5, 1), (1, 1)], Curves.Roc(Scores, Positive));

    [Fact]
    public void The_area_under_the_curve_is_the_rank_statistic()
    {
        var random = new Random(5);
        double[] scores = [.. Enumerable.Range(0, 200).Select(_ => (double)random.Next(20))];
        bool[] positive = [.. scores.Select(score => random.NextDouble() < score / 25)];
        IReadOnlyList<(double X, double Y)> curve = Curves.Roc(scores, positive);
        double area = curve.Zip(curve.Skip(1), (a, b) => (b.X - a.X) * (a.Y + b.Y) / 2).Sum();
        Assert.Equal(Auroc.Of(scores, positive), area, 12);
    }

    [Fact]
    public void What_is_kept_begins_with_the_least_suspicious() => Assert.Equal(
        [(0.2, 0), (0.4, 0.5), (0.8, 0.5), (1, 0.6)], Curves.Kept(Scores, Positive));
}
