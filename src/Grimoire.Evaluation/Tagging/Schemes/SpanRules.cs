namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// How labels are read as spans when they are scored. Where labels keep to a scheme all rules agree; of others each makes something else.
/// </summary>
public sealed class SpanRules
{
    private readonly Func<IReadOnlyList<string>, IReadOnlyList<Span>> read;

    private SpanRules(string name, Func<IReadOnlyList<string>, IReadOnlyList<Span>> read) => (Name, this.read) = (name, read);

    /// <summary>As the CoNLL tasks' <c>conlleval</c> of 2004 does: made for B, I, E and O; any other prefix counts only where the type changes.</summary>
    public static SpanRules Conlleval { get; } = new("conlleval", labels => Chunks(labels, ConllevalBetween));

    /// <summary>As seqeval's default mode does: the same, but B and S always begin and E and S always end a span.</summary>
    public static SpanRules Seqeval { get; } = new("seqeval", labels => Chunks(labels, SeqevalBetween));

    /// <summary>
    /// Each label by itself, as conlleval does when asked for raw tags: every word that is not outside is a span of its own. So parts of speech are scored.
    /// </summary>
    public static SpanRules Raw { get; } = new("raw", labels =>
        [.. labels.Select((label, at) => new Span(at, at + 1, label)).Where(span => span.Type != "O")]);

    /// <summary>What it is called in a signature.</summary>
    public string Name { get; }

    /// <summary>As seqeval's strict mode does: only what a scheme says a span is.</summary>
    public static SpanRules Strict(LabelScheme scheme) => new($"strict-{scheme.Name}", labels => StrictSpans.Of(labels, scheme));

    /// <summary>The rules of a name, <c>strict</c> with a scheme.</summary>
    /// <exception cref="GrimoireException">There are none, or strict ones lack the scheme.</exception>
    public static SpanRules Named(string name, LabelScheme? scheme) => name switch
    {
        "conlleval" => Conlleval,
        "raw" => Raw,
        "seqeval" => Seqeval,
        "strict" when scheme is not null => Strict(scheme),
        "strict" => throw new GrimoireException("Strict scores need to know what labels mean; name the scheme with --scheme."),
        _ => throw new GrimoireException($"{name}: these are no rules for spans; known are seqeval, conlleval, strict and raw."),
    };

    /// <summary>The spans of a sentence's labels, in order.</summary>
    public IReadOnlyList<Span> Spans(IReadOnlyList<string> labels) => read(labels);

    /// <summary>The spans of labels that keep to a scheme, whichever.</summary>
    internal static IReadOnlyList<Span> Parted(IReadOnlyList<Label> labels) =>
        Chunks(labels, (last, next) => last.IsLike(next) && !last.Ends && !next.Begins ? (false, false) : (!last.IsOutside, !next.IsOutside));

    private static List<Span> Chunks(IReadOnlyList<string> labels, Func<Label, Label, (bool Ends, bool Starts)> between) =>
        Chunks([.. labels.Select(Read)], between);

    private static List<Span> Chunks(IReadOnlyList<Label> labels, Func<Label, Label, (bool Ends, bool Starts)> between)
    {
        var spans = new List<Span>();
        int begin = 0;
        for (int i = 0; i <= labels.Count; i++)
        {
            Label last = i == 0 ? Label.Outside : labels[i - 1], next = i == labels.Count ? Label.Outside : labels[i];
            (bool ends, bool starts) = between(last, next);
            if (ends)
                spans.Add(new Span(begin, i, last.Type));
            if (starts)
                begin = i;
        }

        return spans;
    }

    /// <summary>A label whatever it is: all up to the first hyphen stands for the prefix, by its first letter.</summary>
    private static Label Read(string text)
    {
        int hyphen = text.IndexOf('-', StringComparison.Ordinal);
        return new Label(text[0], hyphen < 0 ? "" : text[(hyphen + 1)..]);
    }

    private static (bool Ends, bool Starts) ConllevalBetween(Label last, Label next)
    {
        bool parted = (last.Prefix, next.Prefix) is ('B' or 'I', 'B') or ('E', 'E' or 'I');
        bool differ = last.Type != next.Type;
        return (parted || (last.Prefix is 'B' or 'I' or 'E' && next.IsOutside) || (!last.IsOutside && differ),
            parted || (last.IsOutside && next.Prefix is 'B' or 'I' or 'E') || (!next.IsOutside && differ));
    }

    private static (bool Ends, bool Starts) SeqevalBetween(Label last, Label next)
    {
        bool differ = last.Type != next.Type;
        bool ends = last.Prefix is 'E' or 'S' || (last.Prefix is 'B' or 'I' && next.Prefix is 'B' or 'S' or 'O') || (!last.IsOutside && differ);
        bool starts = next.Prefix is 'B' or 'S' || (last.Prefix is 'E' or 'S' or 'O' && next.Prefix is 'E' or 'I') || (!next.IsOutside && differ);
        return (ends, starts);
    }
}
