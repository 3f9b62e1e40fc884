namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// Spans as seqeval's strict mode finds them: a word may begin a span, go on with one, or show that one ended before it, each told by the labels of two
/// neighbours. Where labels break the scheme, what is left of a span counts or not as those tables have it; IOB1's and IOE1's are odd and kept so that scores
/// agree.
/// </summary>
internal static class StrictSpans
{
    /// <summary>The spans of labels under a scheme.</summary>
    /// <exception cref="GrimoireException">A label's prefix is none of the scheme's.</exception>
    public static List<Span> Of(IReadOnlyList<string> labels, LabelScheme scheme)
    {
        Label[] read = [.. labels.Select(text => Label.Parse(text) is { } label && scheme.Prefixes.Contains(label.Prefix, StringComparison.Ordinal) ? label
            : throw new GrimoireException(
                $"\"{text}\" is no label of {scheme.Name}, whose prefixes are {string.Join(", ", scheme.Prefixes.AsEnumerable())}.")), Label.Outside];
        var spans = new List<Span>();
        Label last = Label.Outside;
        for (int i = 0; i < read.Length;)
        {
            if (!Starts(scheme, last, read[i]))
            {
                last = read[i++];
                continue;
            }

            int end = i + 1;
            while (end < read.Length && GoesOn(read[end - 1], read[end]))
                end++;
            if (Ended(scheme, read[end - 1], read[end]))
                spans.Add(new Span(i, end, read[i].Type));
            i = end;
            last = read[i - 1];
        }

        return spans;
    }

    /// <summary>Whether a label goes on with the span of the one before.</summary>
    private static bool GoesOn(Label last, Label next) => last.IsLike(next) && last.Prefix is 'B' or 'I' && next.Prefix is 'I' or 'E' or 'L';

    private static bool Starts(LabelScheme scheme, Label last, Label next)
    {
        bool same = last.Type == next.Type;
        return scheme.Name switch
        {
            "iob1" => next.Prefix == 'I' ? last.Prefix is 'O' or 'B' || !same : next.Prefix == 'B' && last.Prefix is 'I' or 'B' && same,
            "ioe1" => next.Prefix == 'I' ? last.Prefix is 'O' or 'E' || !same : next.Prefix == 'E' && last.Prefix == 'E' && same,
            "ioe2" => next.Prefix is 'I' or 'E' && (last.Prefix is 'O' or 'E' || !same),
            _ => next.Begins,
        };
    }

    private static bool Ended(LabelScheme scheme, Label last, Label next)
    {
        bool same = last.Type == next.Type;
        return scheme.Name switch
        {
            "iob1" => (last.Prefix, next.Prefix) switch
            {
                ('I', 'O' or 'B') or ('B', 'O') => true,
                ('I' or 'B', 'I') => !same,
                ('B', 'B') => same,
                _ => false,
            },
            "iob2" => last.Prefix is 'B' or 'I' && (next.Prefix is 'O' or 'B' || !same),
            "ioe1" => (last.Prefix, next.Prefix) switch
            {
                ('I', 'O') => true,
                ('I', 'I' or 'E') => !same,
                ('E', 'I' or 'E') => same,
                _ => false,
            },
            _ => last.Ends,
        };
    }
}
