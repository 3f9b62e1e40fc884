using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>What is told of preferences before they are learned.</summary>
internal static class PreferenceFacts
{
    public static IReadOnlyList<Fact> Of(PreferenceData data, PreferenceSettings loss, Trainee trainee)
    {
        List<Fact> facts =
        [
            new("to learn from", Rows(data.Train)), new("held out", Rows(data.HeldOut)),
            new("loss", FormattableString.Invariant($"{loss.Loss.ToString().ToLowerInvariant()}{(loss.PerToken ? " per token" : "")}, beta {loss.Strength}")),
            new("reference", !loss.NeedsReference ? "not needed by the loss; the model as it is now, to tell how far it goes"
                : trainee.Adapter is null ? "the model as it is now, mapped from its files" : "the model with the adapter off"),
        ];
        PreferenceRow[] pairs = [.. data.Train.Where(row => row.Answers.Count == 2)];
        if (pairs.Length > 0)
        {
            double better = pairs.Average(p => p.Answers[0].TrainedCount), worse = pairs.Average(p => p.Answers[1].TrainedCount);
            double longer = (double)pairs.Count(p => p.Answers[0].TrainedCount > p.Answers[1].TrainedCount) / pairs.Length;
            facts.Add(new("tokens of an answer", string.Create(
                CultureInfo.InvariantCulture, $"{better:F1} preferred, {worse:F1} not; the preferred one is longer in {longer:P0}")));
            // Both sides carry their prompt, so it is read twice.
            double all = pairs.Sum(p => (double)p.Answers.Sum(a => a.Ids.Length)), twice = pairs.Sum(p => (double)p.Answers[0].PromptLength);
            facts.Add(new("prompts read twice", string.Create(CultureInfo.InvariantCulture, $"{twice / all:P1} of all tokens")));
        }

        int cut = data.Train.Count(row => row.Answers[0].Cut > 0);
        if (cut > 0)
            facts.Add(new("prompts cut to the context", $"{cut}"));
        if (data.Skipped > 0)
            facts.Add(new("passed over", $"{data.Skipped} rows; the first: {data.Faults[0]}"));
        return facts;
    }

    private static string Rows(IReadOnlyList<PreferenceRow> rows)
    {
        int pairs = rows.Count(row => row.Answers.Count == 2), single = rows.Count - pairs;
        string[] kinds = [.. pairs > 0 ? [$"{Number(pairs)} pairs"] : (string[])[], .. single > 0 ? [$"{Number(single)} answers with a label"] : (string[])[]];
        return kinds.Length > 0 ? string.Join(" and ", kinds) : "none";
    }

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
