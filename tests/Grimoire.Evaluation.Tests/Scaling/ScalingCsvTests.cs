using Grimoire.Evaluation.Scaling;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class ScalingCsvTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Columns_are_found_by_name_and_missing_ones_computed()
    {
        string path = scratch.Write("points.csv", "\"my, name\",Loss,N,C\nx,3.5,1e6,6e12\n\n\"a \"\"b\"\"\",2.5,2e6,2.4e13\n");
        IReadOnlyList<ScalingPoint> points = ScalingCsv.Read(path, new FitRecipe { Size = "N", Operations = "C", Loss = "Loss" });
        Assert.Equal([new ScalingPoint(1e6, 1e6, 6e12, 3.5), new ScalingPoint(2e6, 2e6, 2.4e13, 2.5)], points);
        string tokens = scratch.Write("tokens.csv", "parameters,tokens,loss,budget\n1000,2000,4,1.2e7\n1000,3000,3.9,\n");
        Assert.Equal([ScalingPoint.Of(1000, 2000, 4) with { Budget = 1.2e7 }, ScalingPoint.Of(1000, 3000, 3.9)], ScalingCsv.Read(tokens, new FitRecipe()));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("parameters,tokens\n1,2\n", "line 1: there is no column \"loss\", only \"parameters\", \"tokens\"; name it with --loss-column")]
    [InlineData("parameters,loss\n1,2\n", "--tokens-column")]
    [InlineData("parameters,tokens,loss\n1,2,3\n1,2\n", "line 3: loss is \"\"")]
    [InlineData("parameters,tokens,loss\n1,-2,3\n", "line 2: tokens is \"-2\"; expected a number above 0")]
    [InlineData("parameters,tokens,loss\n1,2,nan\n", "line 2: loss is \"nan\"")]
    public void What_is_wrong_is_told_with_its_line(string text, string told)
    {
        string path = scratch.Write("bad.csv", text);
        string message = Assert.Throws<GrimoireException>(() => ScalingCsv.Read(path, new FitRecipe())).Message;
        Assert.Contains(told, message, StringComparison.Ordinal);
        Assert.StartsWith(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        string message = Assert.Throws<GrimoireException>(() => ScalingCsv.Read(scratch["none.csv"], new FitRecipe())).Message;
        Assert.Contains("cannot be read", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_highest_losses_are_dropped_and_budgets_found_nearby()
    {
        ScalingPoint[] points = [.. new[] { 1.0, 1.1, 1.5, 3.2, 3 }.Select((operations, i) => new ScalingPoint(1, 1, operations * 1e9, 5 - i))];
        IReadOnlyList<ScalingPoint> chosen = new FitRecipe { DropHighest = 1, Budgets = ["1e9", "3e9"] }.Choose(points);
        Assert.Equal([1e9, null, 3e9, 3e9], chosen.Select(point => point.Budget));
        Assert.Throws<GrimoireException>(() => new FitRecipe { DropHighest = 6 }.Choose(points));
        Assert.Throws<GrimoireException>(() => new FitRecipe { Budgets = ["many"] }.Choose(points));
    }
}
