using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Runs;

public sealed class ReportTests
{
    private const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp; {{script}} {{data}} \0\u001b[31m \u202E \uD800 end";

    private static RunInfo Info(string text = "pretrain") => new()
    {
        Kind = text,
        Command = [text],
        Recipe = new PretrainRecipe { Description = text, Data = new DataSettings { Paths = [text] } }.ToJson(),
        Seed = 1,
        Message = text,
        Status = RunStatus.Failed,
    };

    private static ReportData Everything(string text) => new()
    {
        Title = text,
        Summary = text,
        Run = Info(text),
        Headline = [new Fact(text, text)],
        Commands = [new CommandLine(text, text)],
        Tables = [new FactTable(text, [new Fact(text, text)])],
        Metrics = [.. Enumerable.Range(1, 5).Select(i => new MetricRow(i, (Metric.Loss, 5.0 / i), (text, 1), (Metric.LearningRate, double.NaN), (Metric.ValidationLoss, 4.0 / i)))],
        UntrainedLoss = 4.174,
        Stages = [new StageResult(text, [new Fact(text, text)]), new StageResult("other", [])],
        Plots = [new Plot(text, text, text, [new PlotSeries(text, [(0, 1), (double.NaN, 2), (2, 0.5)])]) { Lead = text }],
        BeforeAfter = [new BeforeAfter(text, text, text) { Reference = text, Scores = [new Fact(text, text)] }],
        Samples = [new TextSample(1, text, text), new TextSample(5, text, text), new TextSample(5, text, text)],
        Surprise = [new SurpriseToken(text, 0.05, [(text, 0.5)]), new SurpriseToken("\n", double.PositiveInfinity, [])],
        Tokenizer = new TokenizerView(text, [new PieceCount(text, 3)], [text], [text, text]),
    };

    private static string Plain => Report.Html(new ReportData { Title = "t", Summary = "s", Run = Info() });

    [Fact]
    public void Hostile_text_stays_text()
    {
        string page = Report.Html(Everything(Hostile)), calm = Report.Html(Everything("calm"));
        // The page has the very tags it has with harmless text.
        Assert.Equal(Tags(calm), Tags(page));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', page);
        Assert.DoesNotContain('\u001b', page);
        Assert.DoesNotContain('\u202E', page);
        Assert.Contains("{{script}}", page, StringComparison.Ordinal);
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(page);
    }

    [Fact]
    public void The_page_loads_nothing_and_lets_only_its_own_script_run()
    {
        string page = Report.Html(Everything("calm"));
        Assert.Empty(Regex.Matches(page, "(?:src|href)\\s*="));
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"url\((?!#)", page);
        string script = Regex.Match(page, "<script>(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"script-src 'sha256-{hash}'", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_script_gets_the_data_as_it_is()
    {
        string page = Report.Html(Everything(Hostile));
        string json = Regex.Match(page, "<script type=\"application/json\" id=\"report-data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        using JsonDocument data = JsonDocument.Parse(json);
        Assert.Equal([2, 0.5f], data.RootElement.GetProperty("plots")[0].GetProperty("series")[0].GetProperty("points")[1].EnumerateArray().Select(v => v.GetSingle()));
        Assert.Equal(["loss", "metric-0"], data.RootElement.GetProperty("charts").EnumerateObject().Select(c => c.Name));
        JsonElement[] lines = [.. data.RootElement.GetProperty("charts").GetProperty("loss").GetProperty("lines").EnumerateArray()];
        Assert.Equal(["batch", "training", "validation"], lines.Select(l => l.GetProperty("name").GetString()));
        Assert.Equal([5, 2.5f, 5f / 3, 1.25f, 1], lines[0].GetProperty("values").EnumerateArray().Select(v => v.GetSingle()));
        Assert.Equal(Hostile.Replace('\uD800', '\uFFFD'), data.RootElement.GetProperty("surprise")[0].GetProperty("instead")[0][0].GetString());
    }

    [Fact]
    public void Parts_without_data_are_left_out()
    {
        foreach (string id in new[] { "stages", "learning", "plots", "answers", "samples", "surprise", "tokenizer", "commands" })
        {
            Assert.DoesNotContain($"<section id=\"{id}\">", Plain, StringComparison.Ordinal);
            Assert.Contains($"<section id=\"{id}\">", Report.Html(Everything("x")), StringComparison.Ordinal);
        }

        Assert.Contains("<section id=\"facts\">", Plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_are_closed_in_order()
    {
        string[] alone = ["meta", "input", "hr", "br"];
        var open = new Stack<string>();
        string page = Regex.Replace(Report.Html(Everything("x")), "(<script[^>]*>|<style>).*?(</script>|</style>)", "$1$2", RegexOptions.Singleline);
        foreach (Match tag in Regex.Matches(page, "<(/?)([a-z0-9]+)"))
        {
            if (tag.Groups[1].Length > 0)
                Assert.Equal(tag.Groups[2].Value, open.Pop());
            else if (!alone.Contains(tag.Groups[2].Value))
                open.Push(tag.Groups[2].Value);
        }

        Assert.Empty(open);
    }

    [Fact]
    public void Smoothing_keeps_a_straight_line_and_quiets_noise()
    {
        (long, double)[] line = [.. Enumerable.Range(0, 500).Select(i => ((long)i, 3.0 - (0.004 * i)))];
        Assert.All(ReportScript.Smooth(line).Zip(line), pair => Assert.Equal(pair.Second.Item2, pair.First.Value, 9));
        (long, double)[] noise = [.. Enumerable.Range(0, 500).Select(i => ((long)i, i % 2 == 0 ? 1.0 : -1.0))];
        Assert.All(ReportScript.Smooth(noise).Skip(10).SkipLast(10), point => Assert.True(Math.Abs(point.Value) < 0.2));
        Assert.Empty(ReportScript.Smooth([]));
    }

    [Fact]
    public void Many_points_are_thinned_and_the_ends_kept()
    {
        (long, double)[] points = [.. Enumerable.Range(0, 100_000).Select(i => ((long)i, (double)i))];
        IReadOnlyList<(long Step, double Value)> thin = ReportScript.Thin(points);
        Assert.InRange(thin.Count, 1000, 1200);
        Assert.Equal((0L, 99_999L), (thin[0].Step, thin[^1].Step));
        Assert.Equal(thin.Select(p => p.Step).Distinct(), thin.Select(p => p.Step));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.69, 2)]
    [InlineData(0.7, 3)]
    [InlineData(7.9, 8)]
    [InlineData(50, 9)]
    [InlineData(double.NaN, 9)]
    public void Surprise_has_ten_levels(double nats, int level) => Assert.Equal(level, ReportSections.Level(nats));

    [Fact]
    public void A_run_folder_tells_its_report()
    {
        using var scratch = new Scratch();
        using (Run run = Run.Create(scratch["first"], Info() with { Command = ["pretrain", "--data", "my text.txt", "--prompts", "it's"] }))
        {
            run.Log(new MetricRow(1, (Metric.Tokens, 1000), (Metric.Seconds, 2), (Metric.Loss, 4), (Metric.ValidationLoss, 4), (Metric.BitsPerByte, 5.8)));
            run.Log(new MetricRow(1500, (Metric.Tokens, 1_500_000), (Metric.Seconds, 75), (Metric.Loss, 2), (Metric.ValidationLoss, 2.125), (Metric.BitsPerByte, 3.1)));
            run.Log(new TextSample(1500, "a", "b"));
            run.End(RunStatus.Finished, null, new Dictionary<string, double> { ["parameters"] = 804_096 });
        }

        ReportData data = ReportOfRun.Read(scratch["first"]);
        Assert.Equal("first", data.Title);
        Assert.Equal("A model of 804 thousand parameters spent 1 min 15 s reading 1.5 million tokens in 1,500 steps, and needs 3.10 bits for a byte of text it never saw.", data.Summary);
        Assert.Equal(["2.125", "3.100", "804k", "1.5M", "1 min 15 s"], data.Headline.Select(f => f.Value));
        Assert.Equal("grimoire pretrain --data 'my text.txt' --prompts 'it'\\''s'", data.Commands[0].Line);
        Report.Write(scratch["first/report.html"], data);
        Assert.StartsWith("<!doctype html>", File.ReadAllText(scratch["first/report.html"]), StringComparison.Ordinal);
    }

    private static string[] Tags(string page) => [.. Regex.Matches(page, "<[^>]*>").Select(m => Regex.Replace(m.Value, "\"[^\"]*\"", "\"\""))];
}
