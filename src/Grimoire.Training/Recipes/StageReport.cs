using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Fills the report of a stage with what its plan tells.</summary>
internal static class StageReport
{
    public static ReportData Read(StagePlan plan, Trainee trainee)
    {
        ReportData report = ReportOfRun.Read(plan.Folder);
        IReadOnlyList<TextSample> samples = report.Samples;
        return report with
        {
            BeforeAfter = [.. BeforeAndAfter(samples)],
            // Two sets of samples are told side by side; more also show the way.
            Samples = samples.Select(sample => sample.Step).Distinct().Count() > 2 ? samples : [],
            Tables =
            [
                new FactTable("Model",
                [
                    new("family", trainee.Model.Config.Family), new("began as", plan.Settings.Model), new("parameters", Number(plan.Memory.Parameters)),
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
                    [.. report.Run.Results.Select(r => new Fact(r.Key.Replace('_', ' '), r.Value == Math.Floor(r.Value) ? Number((long)r.Value) : Decimals(r.Value, 4)))]),
            ],
        };
    }

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
