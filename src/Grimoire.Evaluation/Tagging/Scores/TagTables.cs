using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A score as tables to be read.</summary>
public static class TagTables
{
    private const int MostMistakes = 15;

    /// <summary>Precision, recall and F1 by type with the averages below; the commonest mistakes; and which labels were given for which.</summary>
    public static IReadOnlyList<DataTable> Of(TagScore score) => [ByType(score), Mistakes(score), score.Confusion.ToTable()];

    /// <summary>Precision, recall and F1 by type, in percent as conlleval prints them, with the averages below.</summary>
    public static DataTable ByType(TagScore score) => new(
        $"By {(score.Rules == SpanRules.Raw ? "label" : "type of span")}", ["", ">Precision", ">Recall", ">F1", ">There", ">Found", ">Right"],
        [
            .. score.Types.Select(type => Row(type.Length == 0 ? "–" : type, score[type])), Row("micro", score.Micro),
            Row("macro", score.Macro), Row("weighted", score.Weighted),
        ]);

    private static DataTable Mistakes(TagScore score) => new("Commonest mistakes", ["Right", "Given", ">Words"],
        [.. score.Confusion.Mistakes(MostMistakes).Select(mistake => (IReadOnlyList<string>)[mistake.Gold, mistake.Predicted, Count(mistake.Words)])]);

    private static string[] Row(string name, TagCounts counts) =>
        [name, Percent(counts.Precision), Percent(counts.Recall), Percent(counts.F1), Count(counts.Gold), Count(counts.Predicted), Count(counts.Correct)];

    private static string[] Row(string name, TagAverage average) =>
        [name, Percent(average.Precision), Percent(average.Recall), Percent(average.F1), "", "", ""];

    private static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture);

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
