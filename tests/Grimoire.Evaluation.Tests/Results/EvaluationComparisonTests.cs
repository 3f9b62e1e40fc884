using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

public sealed class EvaluationComparisonTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Shares_are_paired_by_id_and_changes_are_counted()
    {
        // 100 examples: 20 go from wrong to right, 5 back.
        bool[] a = [.. Enumerable.Range(0, 100).Select(i => i < 50)], b = [.. Enumerable.Range(0, 100).Select(i => i is >= 5 and < 70)];
        Write("a", a);
        Write("b", b, reversed: true);
        FigureDifference acc = Assert.Single(EvaluationComparison.Of(scratch["a"], scratch["b"]).Differences);
        Assert.Equal((20, 5), (acc.Raised, acc.Lowered));
        Assert.Equal(0.15, acc.Paired!.Difference, 12);
        Assert.True(acc.Paired.Interval.Lower is > 0 and < 0.1 && acc.Paired.Interval.Upper is > 0.2 and < 0.3, acc.Paired.Interval.ToString());
        Assert.Equal(0.004077, acc.Paired.PValue, 6);
    }

    [Fact]
    public void The_same_twice_differs_in_nothing()
    {
        Write("a", [true, false, true]);
        FigureDifference acc = EvaluationComparison.Of(scratch["a"], scratch["a"]).Differences[0];
        Assert.Equal((0.0, 0, 0), (acc.Paired!.Difference, acc.Raised, acc.Lowered));
        Assert.Equal(new Interval(0, 0), acc.Paired.Interval);
    }

    [Fact]
    public void A_mean_of_tasks_is_paired_as_one_and_a_figure_of_another_kind_is_not()
    {
        JsonObject[] Rows(double[] scores) =>
        [
            .. scores.Select((score, i) => new JsonObject
            {
                ["id"] = $"{i}", ["task"] = i < 1 ? "g/x" : "g/y", ["scores"] = new JsonObject { ["acc"] = score, ["ppl"] = score },
            }),
        ];
        Figure[] Figures(double x, double y) =>
            [new("acc", 50 * (x + y)) { Of = "g" }, new("acc", 100 * y) { Of = "g/y" }, new("ppl", Math.Exp(x + y)) { Of = "g" }];
        EvaluationFolder.Write(scratch["a"], Result(Figures(1, 0.25)), Rows([1, 0, 1, 0, 0]));
        EvaluationFolder.Write(scratch["b"], Result(Figures(1, 0.75)), Rows([1, 1, 1, 1, 0]));
        IReadOnlyList<FigureDifference> found = EvaluationComparison.Of(scratch["a"], scratch["b"]).Differences;
        Assert.Equal(25, found[0].Paired!.Difference, 9);
        Assert.Equal(50, found[1].Paired!.Difference, 9);
        Assert.Null(found[2].Paired);
        DataTable table = new EvaluationComparison(found).Table("a", "b");
        Assert.Equal("+25.00", table.Rows[0][3]);
        Assert.Equal("–", table.Rows[2][4]);
    }

    [Fact]
    public void What_measured_different_things_is_refused()
    {
        Write("a", [true, false]);
        Write("more", [true, false, true]);
        EvaluationFolder.Write(scratch["other"], Result([new Figure("bleu", 3)]), []);
        EvaluationFolder.Write(scratch["signed"], Result([new Figure("acc", 0.5) { Of = "t", Signature = "shots:5" }]), []);
        EvaluationFolder.Write(scratch["kind"], Result([new Figure("acc", 0.5) { Of = "t" }]) with { Run = Info("score") }, []);
        Refused("a", "more", "different examples");
        Refused("a", "other", "no figure in common");
        Refused("a", "signed", "differently");
        Refused("a", "kind", "grimoire score");
        Refused("a", "nothing", "no evaluation");
    }

    private void Refused(string a, string b, string words) =>
        Assert.Contains(words, Assert.Throws<GrimoireException>(() => EvaluationComparison.Of(scratch[a], scratch[b])).Message, StringComparison.Ordinal);

    private void Write(string name, bool[] right, bool reversed = false)
    {
        IEnumerable<JsonObject> rows = right.Select((one, i) =>
            new JsonObject { ["id"] = $"t/{i}", ["task"] = "t", ["scores"] = new JsonObject { ["acc"] = one ? 1 : 0 } });
        EvaluationFolder.Write(scratch[name], Result([new Figure("acc", right.Average(one => one ? 1.0 : 0)) { Of = "t" }]), reversed ? rows.Reverse() : rows);
    }

    private static EvaluationResult Result(IReadOnlyList<Figure> figures) => new() { Run = Info("evaluate"), Title = "t", Summary = "s", Figures = figures };

    private static RunInfo Info(string kind) => new() { Kind = kind, Command = [kind], Recipe = [], Seed = 1 };
}
