using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Fills the report of a stage with what its plan tells.</summary>
internal static class StageReport
{
    public static ReportData Read(StagePlan plan, Trainee trainee)
    {
        ReportData report = ReportOfRun.Read(plan.Folder);
        return report with
        {
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

    private static string Share(double part, double whole) => (part / whole).ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Decimals(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
