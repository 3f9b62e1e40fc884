namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// What any tagger must beat: each word gets the label that it has most often in training; a word never seen the commonest label of those that stand there
/// once, of capitalised ones if it has a capital, else of the others.
/// </summary>
public sealed class MostFrequentTag
{
    private readonly Dictionary<string, string> labels = new(StringComparer.Ordinal);
    private readonly string capitalised, other;

    private MostFrequentTag(IReadOnlyList<TaggedSentence> sentences)
    {
        var once = new List<(string Word, string Label)>();
        IEnumerable<(string Word, string Label)> all = sentences.SelectMany(sentence => sentence.Words.Zip(sentence.Labels));
        foreach (IGrouping<string, string> word in all.GroupBy(pair => pair.Word, pair => pair.Label, StringComparer.Ordinal))
        {
            labels.Add(word.Key, Commonest(word));
            if (word.Count() == 1)
                once.Add((word.Key, word.First()));
        }

        string any = Commonest(once.Count > 0 ? once.Select(word => word.Label) : labels.Values);
        (capitalised, other) = (Of(true), Of(false));

        string Of(bool capital) => once.Exists(word => IsCapitalised(word.Word) == capital)
            ? Commonest(once.Where(word => IsCapitalised(word.Word) == capital).Select(word => word.Label)) : any;
    }

    /// <summary>Counts a training text.</summary>
    public static MostFrequentTag Of(IReadOnlyList<TaggedSentence> sentences) => new(sentences);

    /// <summary>The labels of words.</summary>
    public string[] Tag(IReadOnlyList<string> words) => [.. words.Select(word => labels.GetValueOrDefault(word, IsCapitalised(word) ? capitalised : other))];

    private static bool IsCapitalised(string word) => char.IsUpper(word[0]);

    /// <summary>Of equally common ones the first to come.</summary>
    private static string Commonest(IEnumerable<string> labels) =>
        labels.GroupBy(label => label, StringComparer.Ordinal).OrderByDescending(group => group.Count()).First().Key;
}
