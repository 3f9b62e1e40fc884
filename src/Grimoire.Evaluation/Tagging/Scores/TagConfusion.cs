using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Which labels were taken for which, word by word.</summary>
public sealed class TagConfusion
{
    private readonly long[,] counts;

    private TagConfusion(IReadOnlyList<string> labels, long[,] counts) => (Labels, this.counts) = (labels, counts);

    /// <summary>The labels, or the types of spans and O, in ordinal order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How many words of one label were given another.</summary>
    public long this[string gold, string predicted] =>
        Labels.Contains(gold) && Labels.Contains(predicted) ? counts[IndexOf(gold), IndexOf(predicted)] : 0;

    /// <summary>Counts words.</summary>
    /// <param name="gold">The sentences with their right labels.</param>
    /// <param name="predicted">As many labels for each.</param>
    /// <param name="ofTypes">Whether B-PER and I-PER are both PER.</param>
    public static TagConfusion Of(IReadOnlyList<TaggedSentence> gold, IReadOnlyList<IReadOnlyList<string>> predicted, bool ofTypes)
    {
        string Name(string label) => ofTypes && Label.Parse(label) is { } parsed && parsed.Type.Length > 0 ? parsed.Type : label;
        string[] labels = [.. gold.SelectMany(s => s.Labels).Concat(predicted.SelectMany(p => p)).Select(Name).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);
        var words = new long[labels.Length, labels.Length];
        for (int i = 0; i < gold.Count; i++)
        {
            for (int word = 0; word < gold[i].Labels.Count; word++)
                words[places[Name(gold[i].Labels[word])], places[Name(predicted[i][word])]]++;
        }

        return new TagConfusion(labels, words);
    }

    /// <summary>The commonest mistakes, the commonest first.</summary>
    public IReadOnlyList<(string Gold, string Predicted, long Words)> Mistakes(int most) =>
    [
        .. Labels.SelectMany((gold, i) => Labels.Select((predicted, j) => (gold, predicted, Words: i == j ? 0 : counts[i, j])))
            .Where(mistake => mistake.Words > 0).OrderByDescending(mistake => mistake.Words).Take(most),
    ];

    /// <summary>As a table: a row for each label that is right, a column for each that was given.</summary>
    public DataTable ToTable() => new("Given labels (columns) by right labels (rows), in words", ["", .. Labels.Select(label => ">" + label)],
    [
        .. Labels.Select((gold, i) => (IReadOnlyList<string>)
            [gold, .. Labels.Select((_, j) => counts[i, j] == 0 ? "" : counts[i, j].ToString(CultureInfo.InvariantCulture))]),
    ]);

    private int IndexOf(string label)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (Labels[i] == label)
                return i;
        }

        throw new ArgumentException($"{label} is none of the labels", nameof(label));
    }
}
