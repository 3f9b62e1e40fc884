using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>What a reward model's report tells of the held-out pairs: how right it is, how sure it may be, and what length alone would say.</summary>
internal static class RewardReport
{
    public static ReportData Add(ReportData report, PairReliability found, LengthBaseline byLength, IReadOnlyList<RewardPair> heldOut)
    {
        double longer = LengthBaseline.LongerIsBetter(heldOut);
        PairReliability length = byLength.Reliability(heldOut);
        string error = string.Create(CultureInfo.InvariantCulture, $" ± {100 * found.AccuracyError:F1}");
        return report with
        {
            Summary = $"The reward model prefers what people preferred in {Percent(found.Accuracy)} of {found.Pairs} held-out pairs; " +
                $"length alone in {Percent(length.Accuracy)}.",
            Headline =
            [
                new("accuracy", Percent(found.Accuracy) + error), new("by length alone", Percent(length.Accuracy)),
                new("calibration error", Percent(found.CalibrationError)),
            ],
            Tables =
            [
                .. report.Tables,
                new FactTable("Held-out pairs",
                [
                    new("accuracy", Percent(found.Accuracy) + error), new("−ln σ(Δr)", $"{Decimals(found.Loss)} (ln 2 = {Decimals(Math.Log(2))})"),
                    new("Brier score", $"{Decimals(found.Brier)} (of a coin 0.2500)"), new("calibration error", Decimals(found.CalibrationError)),
                    new("mean Δr", Decimals(found.Margin)),
                ]),
                new FactTable("What length alone says of them",
                [
                    new("longer is better", Percent(longer)), new("shorter is better", Percent(1 - longer)),
                    new("logistic regression on length", $"{Percent(length.Accuracy)}, −ln σ {Decimals(length.Loss)}, Brier {Decimals(length.Brier)}"),
                ]),
                new FactTable("Reliability: σ(|Δr|) and how often it is right", [.. found.Bins.Select(bin => new Fact(
                    $"{Percent(bin.From)} to {Percent(bin.To)}", $"{Percent(bin.Accuracy)} right at a mean of {Percent(bin.Confidence)}, {bin.Count} pairs"))]),
            ],
        };
    }

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static string Decimals(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
