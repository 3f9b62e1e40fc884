namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// A floor for named entities: whatever stands in the training text as a span is one of its commonest type wherever it stands again, the longest first;
/// nothing else is.
/// </summary>
public sealed class SpanDictionary
{
    private readonly Dictionary<string, string> types = new(StringComparer.Ordinal);
    private readonly int longest;

    private SpanDictionary(IEnumerable<(string Words, int Length, string Type)> spans)
    {
        foreach (var same in spans.GroupBy(span => span.Words, StringComparer.Ordinal))
        {
            types.Add(same.Key, same.GroupBy(span => span.Type, StringComparer.Ordinal).OrderByDescending(type => type.Count()).First().Key);
            longest = Math.Max(longest, same.First().Length);
        }
    }

    /// <summary>The spans of a training text, in whatever way its labels are read.</summary>
    public static SpanDictionary Of(IReadOnlyList<TaggedSentence> sentences, SpanRules rules) => new(sentences.SelectMany(sentence =>
        rules.Spans(sentence.Labels).Select(span => (Key(sentence.Words, span.Start, span.End), span.End - span.Start, span.Type))));

    /// <summary>The spans of a sentence, in order.</summary>
    public IReadOnlyList<Span> Find(IReadOnlyList<string> words)
    {
        var spans = new List<Span>();
        for (int start = 0; start < words.Count;)
        {
            int end = Math.Min(words.Count, start + longest);
            while (end > start && !types.ContainsKey(Key(words, start, end)))
                end--;
            if (end > start)
                spans.Add(new Span(start, end, types[Key(words, start, end)]));
            start = Math.Max(end, start + 1);
        }

        return spans;
    }

    private static string Key(IReadOnlyList<string> words, int start, int end) => string.Join('\u0001', words.Skip(start).Take(end - start));
}
