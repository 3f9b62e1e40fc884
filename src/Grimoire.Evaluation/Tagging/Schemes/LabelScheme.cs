namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// A way to write spans as a label for each word (Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra 1999, arXiv:cs/9907006; Ratinov and Roth 2009): which
/// words of a span are marked as its first, its last, or its only one.
/// </summary>
public sealed class LabelScheme
{
    private readonly Func<Label, Label, bool> follows;
    private readonly Func<Span, bool, bool, int, char> prefix;

    private LabelScheme(string name, string prefixes, Func<Label, Label, bool> follows, Func<Span, bool, bool, int, char> prefix) =>
        (Name, Prefixes, this.follows, this.prefix) = (name, prefixes, follows, prefix);

    /// <summary>I inside; B only for the first word of a span right behind another of its type.</summary>
    public static LabelScheme Iob1 { get; } = new(
        "iob1", "OIB", (last, next) => next.Prefix != 'B' || last.IsLike(next), (span, after, _, at) => after && at == span.Start ? 'B' : 'I');

    /// <summary>B for the first word of every span, I for the others; also called BIO.</summary>
    public static LabelScheme Iob2 { get; } = new(
        "iob2", "OIB", (last, next) => next.Prefix != 'I' || last.IsLike(next), (span, _, _, at) => at == span.Start ? 'B' : 'I');

    /// <summary>I inside; E only for the last word of a span right before another of its type.</summary>
    public static LabelScheme Ioe1 { get; } = new(
        "ioe1", "OIE", (last, next) => last.Prefix != 'E' || last.IsLike(next), (span, _, before, at) => before && at == span.End - 1 ? 'E' : 'I');

    /// <summary>E for the last word of every span, I for the others.</summary>
    public static LabelScheme Ioe2 { get; } = new(
        "ioe2", "OIE", (last, next) => last.Prefix != 'I' || last.IsLike(next), (span, _, _, at) => at == span.End - 1 ? 'E' : 'I');

    /// <summary>S for a span of one word, else B, I … I, E.</summary>
    public static LabelScheme Iobes { get; } = Bounded("iobes", "OIBES", 'E', 'S');

    /// <summary>U for a span of one word, else B, I … I, L: IOBES by other names.</summary>
    public static LabelScheme Bilou { get; } = Bounded("bilou", "OIBLU", 'L', 'U');

    /// <summary>All schemes, those first that one meets most often.</summary>
    public static IReadOnlyList<LabelScheme> All { get; } = [Iob2, Ioe2, Iobes, Bilou, Iob1, Ioe1];

    /// <summary>Its name in lower case.</summary>
    public string Name { get; }

    /// <summary>The prefixes that it uses.</summary>
    public string Prefixes { get; }

    /// <summary>The scheme of a name.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static LabelScheme Named(string name) => All.FirstOrDefault(scheme => string.Equals(scheme.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new GrimoireException($"{name}: this is no scheme of labels; known are {string.Join(", ", All.Select(scheme => scheme.Name))}.");

    /// <summary>
    /// The scheme that sentences are written in: of those whose prefixes cover all labels, the one that the fewest labels break; of equals the first of
    /// <see cref="All"/>. Null where none covers them.
    /// </summary>
    public static LabelScheme? Detect(IEnumerable<IReadOnlyList<string>> sentences)
    {
        Label?[][] read = [.. sentences.Select(labels => labels.Select(Label.Parse).ToArray())];
        if (read.Any(sentence => Array.Exists(sentence, label => label is null)))
            return null;
        Label[][] known = [.. read.Select(sentence => sentence.Select(label => label!.Value).ToArray())];
        char[] used = [.. known.SelectMany(sentence => sentence).Select(label => label.Prefix).Distinct()];
        return All.Where(scheme => used.All(prefix => scheme.Prefixes.Contains(prefix, StringComparison.Ordinal)))
            .MinBy(scheme => known.Sum(scheme.Faults));
    }

    /// <summary>
    /// Whether a word labelled <paramref name="next"/> may follow one labelled <paramref name="last"/>; before and behind a sentence all is outside.
    /// </summary>
    public bool Allows(Label last, Label next) => Covers(last) && Covers(next) && follows(last, next);

    /// <summary>The spans of labels that keep to the scheme.</summary>
    /// <exception cref="GrimoireException">A label does not; it is named by its place.</exception>
    public IReadOnlyList<Span> Decode(TaggedSentence sentence)
    {
        var labels = new Label[sentence.Labels.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = Label.Parse(sentence.Labels[i]) is { } label && Covers(label) ? label
                : throw new GrimoireException(
                    $"{sentence.PlaceOf(i)}: \"{sentence.Labels[i]}\" is no label of {Name}, whose prefixes are {string.Join(", ", Prefixes.AsEnumerable())}.");
            if (!follows(i == 0 ? Label.Outside : labels[i - 1], labels[i]))
            {
                throw new GrimoireException(
                    $"{sentence.PlaceOf(i)}: in {Name} {labels[i]} cannot follow {(i == 0 ? "the begin of a sentence" : labels[i - 1].ToString())}.");
            }
        }

        if (labels.Length > 0 && !follows(labels[^1], Label.Outside))
            throw new GrimoireException($"{sentence.PlaceOf(labels.Length - 1)}: in {Name} {labels[^1]} cannot end a sentence.");
        return SpanRules.Parted(labels);
    }

    /// <summary>The labels of spans, which are in order and do not overlap.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="words">How many words there are.</param>
    public string[] Encode(IReadOnlyList<Span> spans, int words)
    {
        var labels = new string[words];
        Array.Fill(labels, "O");
        for (int i = 0; i < spans.Count; i++)
        {
            bool after = i > 0 && spans[i - 1].End == spans[i].Start && spans[i - 1].Type == spans[i].Type;
            bool before = i + 1 < spans.Count && spans[i + 1].Start == spans[i].End && spans[i + 1].Type == spans[i].Type;
            for (int at = spans[i].Start; at < spans[i].End; at++)
                labels[at] = new Label(prefix(spans[i], after, before, at), spans[i].Type).ToString();
        }

        return labels;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static LabelScheme Bounded(string name, string prefixes, char last, char only) => new(
        name, prefixes, (a, b) => (a.Prefix is 'B' or 'I', b.Prefix == 'I' || b.Prefix == last) is (true, true) ? a.IsLike(b)
            : !(a.Prefix is 'B' or 'I') && !(b.Prefix == 'I' || b.Prefix == last),
        (span, _, _, at) => span.End - span.Start == 1 ? only : at == span.Start ? 'B' : at == span.End - 1 ? last : 'I');

    private bool Covers(Label label) => Prefixes.Contains(label.Prefix, StringComparison.Ordinal);

    private int Faults(Label[] sentence)
    {
        int faults = 0;
        for (int i = 0; i <= sentence.Length; i++)
        {
            if (!follows(i == 0 ? Label.Outside : sentence[i - 1], i == sentence.Length ? Label.Outside : sentence[i]))
                faults++;
        }

        return faults;
    }
}
