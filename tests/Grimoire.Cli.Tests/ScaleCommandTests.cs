using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Grimoire.Cli.Tests;

public class ScaleCommandTests
{
    [Fact]
    public void A_fit_prints_the_law_writes_its_report_and_is_found_again()
    {
        using var scratch = new Scratch();
        string points = Points(scratch, 30);
        string[] command = ["scale", "fit", points, "--resamples", "20", "--out", scratch["fit"]];
        string output = Outcome.Of(command).AssertSucceeded().Output;
        Assert.Contains("L(N, D) = 2 + ", output, StringComparison.Ordinal);
        Assert.Contains("The compute-optimal line", output, StringComparison.Ordinal);
        Assert.Contains("Loss over parameters N", File.ReadAllText(scratch["fit/report.html"]), StringComparison.Ordinal);
        DateTime written = File.GetLastWriteTimeUtc(scratch["fit/results.json"]);
        JsonNode figures = JsonNode.Parse(Outcome.Of([.. command, "--json"]).AssertSucceeded().Output)!["figures"]!;
        Assert.Equal("E", figures[0]!["name"]!.GetValue<string>());
        Assert.Equal(2, figures[0]!["value"]!.GetValue<double>(), 1e-2);
        Assert.Equal(written, File.GetLastWriteTimeUtc(scratch["fit/results.json"]));
        Outcome.Of([.. command, "--drop-highest", "2"]).AssertRefused(Tool.Failed, "another request", "drop_highest");
        Points(scratch, 29);
        Outcome.Of(command).AssertRefused(Tool.Failed, "another request", "points_hash");
    }

    [Fact]
    public void A_table_that_is_no_table_is_refused()
    {
        using var scratch = new Scratch();
        Outcome.Of("scale", "fit", scratch["none.csv"]).AssertRefused(Tool.Failed, "none.csv", "cannot be read");
        Outcome.Of("scale", "fit", scratch.Write("bad.csv", "parameters,tokens,loss\n1,2,x\n")).AssertRefused(Tool.Failed, "bad.csv, line 2", "loss");
        Outcome.Of("scale", "fit", Points(scratch, 5), "--out", scratch["fit"]).AssertRefused(Tool.Failed, "at least six");
    }

    [Fact]
    public void A_sweep_shows_its_plan_and_says_what_it_lacks()
    {
        using var scratch = new Scratch();
        string text = scratch.Write("tale.txt", Tale.Of(6000));
        string[] command =
        [
            "scale", "run", "--data", text, "--vocabulary", "260", "--batch", "2", "--context", "16", "--sizes", "1x8,1x12,1x16",
            "--validation-fraction", "0.1", "--run", scratch["sweep"],
        ];
        string output = Outcome.Of([.. command, "--budgets", "8e7,1.6e8,4e8", "--plan", "--threads", "1"]).AssertSucceeded().Output;
        Assert.Contains("1x16-4e8", output, StringComparison.Ordinal);
        Assert.Contains("9 runs", output, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["sweep/points.csv"]));
        Outcome.Of([.. command, "--budgets", "8e7"]).AssertRefused(Tool.Failed, "at least two");
        string other = Outcome.Of([.. command, "--budgets", "8e7,1.6e8,5e8", "--plan", "--threads", "1"]).AssertSucceeded().Output;
        Assert.Contains("1x16-5e8", other, StringComparison.Ordinal);
        Outcome.Of("scale", "run", "--budgets", "1e9,2e9").AssertRefused(Tool.WrongUsage, "--data");
    }

    /// <summary>A table of models on L = 2 + 50/N^0.4 + 90/D^0.3.</summary>
    private static string Points(Scratch scratch, int count)
    {
        var text = new StringBuilder("name,parameters,tokens,loss\n");
        for (int i = 0; i < count; i++)
        {
            double size = 1e5 * Math.Pow(2, i % 6), tokens = 1e6 * Math.Pow(3, i / 6);
            text.Append(CultureInfo.InvariantCulture, $"m{i},{size},{tokens},{2 + (50 / Math.Pow(size, 0.4)) + (90 / Math.Pow(tokens, 0.3))}\n");
        }

        return scratch.Write("points.csv", text.ToString());
    }
}
