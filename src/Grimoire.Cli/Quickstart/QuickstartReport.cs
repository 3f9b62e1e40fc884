using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>The report of all stages: what each brought, and answers to the same prompts before the first lesson and at the end.</summary>
internal static class QuickstartReport
{
    /// <summary>Writes <c>report.html</c>, finished or not; returns its path.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public static string Write(QuickstartPlan plan)
    {
        ReportData report = ReportOfRun.Read(plan.Folder);
        IReadOnlyList<TextSample> samples = report.Samples;
        string[] done = [.. QuickstartPlan.Stages.Where(stage => Run.Exists(plan.FolderOf(stage)))];
        string path = Path.Combine(plan.Folder, "report.html");
        Report.Write(path, report with
        {
            Summary = "A model of a generated village country: first it read, then it was taught to answer, then it learned from what its own answers earned.",
            Headline = Headline(report.Metrics),
            Stages = [.. report.Metrics.Select(row => new StageResult(QuickstartPlan.Stages[(int)row.Step - 1], Values(row)))],
            BeforeAfter = [.. BeforeAndAfter(samples)],
            Samples = [],
            Metrics = [],
            Commands =
            [
                new CommandLine("Talk to it", $"grimoire chat {ReportOfRun.Quoted(plan.Folder)}"),
                new CommandLine("Score it on more exercises", $"grimoire world score {ReportOfRun.Quoted(plan.Folder)}"),
                .. report.Commands,
            ],
            Tables =
            [
                new FactTable("Stages", [.. done.Select(stage => new Fact(stage, Path.Combine(stage, "report.html")))]),
                new FactTable("Training", [.. done.SelectMany(stage => Training(stage, RunSummary.Read(plan.FolderOf(stage))))]),
            ],
        });
        return path;
    }

    private static IReadOnlyList<Fact> Headline(IReadOnlyList<MetricRow> rows) => rows.Count == 0 ? [] :
    [
        .. QuickstartScores.Told.Take(3).Where(told => rows[^1][told.Metric] is not null)
            .Select(told => new Fact($"{told.Words}, of those never asked in training", QuickstartScores.Shown(told.Metric, rows[^1][told.Metric]!.Value))),
    ];

    private static IReadOnlyList<Fact> Values(MetricRow row) =>
        [.. QuickstartScores.Told.Where(told => row[told.Metric] is not null)
            .Select(told => new Fact(told.Words, QuickstartScores.Shown(told.Metric, row[told.Metric]!.Value)))];

    private static IEnumerable<Fact> Training(string stage, RunSummary run) =>
        [new Fact($"{stage}: steps", Numbers.Count(run.Steps)), new Fact($"{stage}: time", Numbers.Duration(run.Seconds))];

    private static IEnumerable<BeforeAfter> BeforeAndAfter(IReadOnlyList<TextSample> samples)
    {
        if (samples.Count == 0 || samples[^1].Step == samples[0].Step)
            yield break;
        foreach (TextSample before in samples.Where(sample => sample.Step == samples[0].Step))
        {
            if (samples.LastOrDefault(sample => sample.Step == samples[^1].Step && sample.Prompt == before.Prompt) is { } after)
                yield return new BeforeAfter(before.Prompt, before.Text, after.Text) { Reference = after.Reference };
        }
    }
}
