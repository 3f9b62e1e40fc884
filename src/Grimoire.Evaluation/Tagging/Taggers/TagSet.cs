namespace Grimoire.Evaluation.Tagging;

/// <summary>The labels that a tagger knows, each with a number, and what they mean.</summary>
public sealed class TagSet
{
    private readonly Dictionary<string, int> ids;

    /// <summary>Labels in order of their numbers.</summary>
    /// <param name="labels">The labels, each once.</param>
    /// <param name="scheme">The scheme of spans they are written in; null for labels of single words, such as parts of speech.</param>
    /// <exception cref="GrimoireException">There is none, or one comes twice.</exception>
    public TagSet(IReadOnlyList<string> labels, LabelScheme? scheme)
    {
        if (labels.Count == 0 || labels.Distinct(StringComparer.Ordinal).Count() != labels.Count)
            throw new GrimoireException(labels.Count == 0 ? "a tagger needs a label at least." : "a tagger's labels differ from each other; one comes twice.");
        (Labels, Scheme) = (labels, scheme);
        ids = labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);
    }

    /// <summary>The labels in order of their numbers.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The scheme of spans they are written in, or null.</summary>
    public LabelScheme? Scheme { get; }

    /// <summary>
    /// Whether the scheme is known to be theirs, so that nothing is given that breaks it; a scheme that was only guessed from the labels' prefixes tells no
    /// more than that they are of spans.
    /// </summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>How labels that were given are read as spans.</summary>
    public SpanRules Rules =>
        Scheme is not { } scheme ? SpanRules.Raw : IsCertain || scheme == LabelScheme.Bilou ? SpanRules.Strict(scheme) : SpanRules.Seqeval;

    /// <summary>How many there are.</summary>
    public int Count => Labels.Count;

    /// <summary>The labels of some sentences, in ordinal order.</summary>
    public static TagSet Of(IEnumerable<TaggedSentence> sentences, LabelScheme? scheme) =>
        new([.. sentences.SelectMany(sentence => sentence.Labels).Distinct().Order(StringComparer.Ordinal)], scheme);

    /// <summary>The number of a label; −1 for one that is not known.</summary>
    public int Id(string label) => ids.GetValueOrDefault(label, -1);

    /// <summary>
    /// Transitions for <see cref="Grimoire.Training.LinearChain"/> that leave out what the scheme does not allow, on top of learned ones; null where nothing is
    /// to be taken into account.
    /// </summary>
    /// <param name="learned"><c>[labels + 2, labels]</c>, or empty.</param>
    public float[]? Transitions(ReadOnlySpan<float> learned)
    {
        if ((Scheme is null || !IsCertain) && learned.IsEmpty)
            return null;
        float[] transitions = learned.IsEmpty ? new float[(Count + 2) * Count] : learned.ToArray();
        if (Scheme is not { } scheme || !IsCertain)
            return transitions;
        Label[] parsed = [.. Labels.Select(label => Label.Parse(label) ?? Label.Outside)];
        for (int j = 0; j < Count; j++)
        {
            for (int i = 0; i <= Count; i++)
            {
                if (!scheme.Allows(i < Count ? parsed[i] : Label.Outside, parsed[j]))
                    transitions[(i * Count) + j] = float.NegativeInfinity;
            }

            if (!scheme.Allows(parsed[j], Label.Outside))
                transitions[((Count + 1) * Count) + j] = float.NegativeInfinity;
        }

        return transitions;
    }
}
