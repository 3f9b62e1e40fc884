using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Fills the report of a stage with what its plan tells.</summary>
internal static class StageReport
{
    private const int HeadlineFacts = 4;

    public static ReportData Read(StagePlan plan, Learner learner, (string Purpose, IReadOnlyList<string> Command) next)
    {
        ReportData report = ReportOfRun.Read(plan.Folder);
        IReadOnlyList<TextSample> samples = report.Samples;
        IReadOnlyList<MetricChange> changes = [.. MetricChange.Of(report.Metrics, report.Run.Results).OrderBy(change => RunSummary.Rank(change.Name))];
        return report with
        {
            Summary = Summary(plan, report, changes),
            Headline = [.. changes.Take(HeadlineFacts).Select(change => new Fact(Metric.Words(change.Name), Change(change)))],
            BeforeAfter = [.. BeforeAndAfter(samples)],
            Commands = [new CommandLine(next.Purpose, "grimoire " + string.Join(' ', next.Command.Select(ReportOfRun.Quoted))), .. report.Commands],
            // Two sets of samples are told side by side; more also show the way.
            Samples = samples.Select(sample => sample.Step).Distinct().Count() > 2 ? samples : [],
            Tables =
            [
                new FactTable("Model",
                [
                    new("family", learner.Family), new("began as", plan.BeganAs), new("parameters", Number(plan.Memory.Parameters)),
                    new("trained", $"{Number(plan.Memory.Trained)} ({Share(plan.Memory.Trained, plan.Memory.Parameters)})"),
                ]),
                new FactTable("Data", plan.Facts),
                new FactTable("Training",
                [
                    new("steps", Number(plan.Steps)), .. plan.Epochs is { } epochs ? [new Fact("rounds over the data", Decimals(epochs, 2))] : (Fact[])[],
                    new("optimizer", plan.Settings.Optimizer.Kind.ToString()),
                    new("learning rate", $"{plan.Settings.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture)}, {plan.Settings.Optimizer.Schedule}"),
                    new("seed", Number(plan.Settings.Seed)),
                ]),
                new FactTable("Result",
                    [.. report.Run.Results.Select(r => new Fact(r.Key.Replace('_', ' '),
                        r.Value == Math.Floor(r.Value) ? Number((long)r.Value) : Decimals(r.Value, 4)))]),
            ],
        };
    }

    private static string Summary(StagePlan plan, ReportData report, IReadOnlyList<MetricChange> changes)
    {
        string trained = plan.Memory.Trained == plan.Memory.Parameters
            ? $"all {Number(plan.Memory.Parameters)} parameters" : $"{Number(plan.Memory.Trained)} of {Number(plan.Memory.Parameters)} parameters";
        double seconds = report.Run.Results.GetValueOrDefault(Metric.Seconds);
        string moved = changes.FirstOrDefault(change => change.Before is not null) is { } change ? $"; {Metric.Words(change.Name)} went {Change(change)}" : "";
        return $"{plan.Kind} trained {trained} in {Number(plan.Steps)} steps and {Markup.Duration(seconds)}{moved}.";
    }

    private static string Change(MetricChange change) =>
        change.Before is { } before ? $"{Figure(before)} → {Figure(change.After)}" : Figure(change.After);

    private static string Figure(double value) => value.ToString(Math.Abs(value) < 10 ? "0.###" : "0.#", CultureInfo.InvariantCulture);

    /// <summary>The samples of before the first step beside the last ones of the same prompts.</summary>
    private static IEnumerable<BeforeAfter> BeforeAndAfter(IReadOnlyList<TextSample> samples)
    {
        foreach (TextSample before in samples.Where(sample => sample.Step == 0))
        {
            if (samples.LastOrDefault(sample => sample.Step > 0 && sample.Prompt == before.Prompt) is not { } after)
                continue;
            yield return new BeforeAfter(before.Prompt, before.Text, after.Text)
            {
                Reference = after.Reference,
                Scores = before.Score is { } from && after.Score is { } to ? [new Fact("score", $"{Decimals(from, 3)} → {Decimals(to, 3)}")] : [],
            };
        }
    }

    private static string Share(double part, double whole) => (part / whole).ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Decimals(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
