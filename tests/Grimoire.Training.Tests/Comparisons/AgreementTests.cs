using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Comparisons;

public sealed class AgreementTests
{
    [Fact]
    public void The_same_verdicts_agree_wholly_and_opposite_ones_not_at_all()
    {
        Verdict[] some = [Verdict.First, Verdict.Second, Verdict.Tie, Verdict.First];
        Agreement same = Agreement.Of(some, some);
        Assert.Equal((4, 1.0, 1.0, 0.0), (same.Pairs, same.Raw, same.Kappa, same.KappaError));
        Agreement opposite = Agreement.Of([Verdict.First, Verdict.Second], [Verdict.Second, Verdict.First]);
        Assert.Equal((0.0, -1.0), (opposite.Raw, opposite.Kappa));
    }

    [Fact]
    public void Where_only_one_thing_is_ever_said_kappa_is_not_defined()
    {
        Agreement one = Agreement.Of([Verdict.First, Verdict.First], [Verdict.First, Verdict.First]);
        Assert.Equal(1, one.Raw);
        Assert.True(double.IsNaN(one.Kappa) && double.IsNaN(one.KappaError));
    }

    [Fact]
    public void Numbers_are_those_of_a_table_computed_by_hand()
    {
        // 50 subjects: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: κ = (0.7 − 0.5) / 0.5.
        Agreement table = Table(20, 5, 10, 15);
        Assert.Equal(0.7, table.Raw, 12);
        Assert.Equal(0.5, table.Expected, 12);
        Assert.Equal(0.4, table.Kappa, 12);
    }

    [Fact]
    public void The_error_is_the_deviation_of_kappa_over_drawn_tables()
    {
        (double[] cumulative, int pairs) = ([0.45, 0.55, 0.75, 1.0], 200);
        double[] kappas = [.. Enumerable.Range(0, 4000).Select(draw =>
        {
            int[] counts = new int[4];
            for (int i = 0; i < pairs; i++)
                counts[Array.FindIndex(cumulative, c => CountedRandom.Uniform((ulong)draw, (ulong)i) < c)]++;
            return Table(counts[0], counts[1], counts[2], counts[3]).Kappa;
        })];
        double mean = kappas.Average(), deviation = Math.Sqrt(kappas.Average(k => (k - mean) * (k - mean)));
        Assert.Equal(deviation, Table(90, 20, 40, 50).KappaError, 0.003);
    }

    [Fact]
    public void Files_are_matched_by_what_was_compared_and_not_by_where_it_stood()
    {
        Comparison[] one = [Of("p", "a", "b", Choice.First), Of("q", "a", "b", Choice.Tie), Of("r", "a", "b", Choice.Skip), Of("s", "a", "b", Choice.First)];
        Comparison[] other = [Of("q", "b", "a", Choice.Tie), Of("p", "b", "a", Choice.Second), Of("r", "a", "b", Choice.First), Of("t", "a", "b", Choice.First)];
        (Verdict[] first, Verdict[] second) = Agreement.Matched(one, other);
        Assert.Equal(2, first.Length);
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_summary_counts_places_and_models()
    {
        Comparison Between(Choice choice, bool swapped) => swapped
            ? new(new Passage("p"), new("b", "y", 1), new("a", "x", 1), choice, "user") : new(new Passage("p"), new("a", "x", 1), new("b", "y", 1), choice, "user");
        ChoiceSummary all = ChoiceSummary.Of(
            [Between(Choice.First, false), Between(Choice.First, true), Between(Choice.Second, true), Between(Choice.Tie, false), Between(Choice.Skip, false), Between(Choice.Same, true)]);
        Assert.Equal((5, 2, 1, 1, 1, 1), (all.Asked, all.First, all.Second, all.Ties, all.Skipped, all.Same));
        Assert.Equal([("x", 0.625, 4), ("y", 0.375, 4)], all.Wins);
        Assert.Equal(2.0 / 3, all.FirstShare.Share, 12);
        Assert.True(all.FirstShare.Low is > 0.1 and < 0.3 && all.FirstShare.High is > 0.9 and < 1);
        Assert.True(double.IsNaN(ChoiceSummary.Of([]).FirstShare.Share));
    }

    private static Agreement Table(int both, int first, int second, int neither)
    {
        IEnumerable<(Verdict, Verdict)> cells = [.. Enumerable.Repeat((Verdict.First, Verdict.First), both), .. Enumerable.Repeat((Verdict.First, Verdict.Second), first),
            .. Enumerable.Repeat((Verdict.Second, Verdict.First), second), .. Enumerable.Repeat((Verdict.Second, Verdict.Second), neither)];
        return Agreement.Of([.. cells.Select(c => c.Item1)], [.. cells.Select(c => c.Item2)]);
    }

    private static Comparison Of(string prompt, string first, string second, Choice choice) =>
        new(new Passage(prompt), new ComparedAnswer(first, "m", 1), new ComparedAnswer(second, "m", 2), choice, "user");
}
