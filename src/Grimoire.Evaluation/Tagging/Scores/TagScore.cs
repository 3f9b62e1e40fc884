namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// How right predicted labels are: the share of words labelled rightly, and precision, recall and F1 of the spans that the labels mean, by type and averaged.
/// Intervals are by sentence: words of one sentence are right or wrong together.
/// </summary>
public sealed class TagScore
{
    private const int RightWords = 0, AllWords = 1, FirstType = 2, PerType = 3;
    private readonly List<double[]> rows = [];
    private readonly Dictionary<string, int> places;
    private readonly double[] sums;

    private TagScore(SpanRules rules, IReadOnlyList<TaggedSentence> gold, IReadOnlyList<IReadOnlyList<string>> predicted)
    {
        Rules = rules;
        (IReadOnlyList<Span> Gold, IReadOnlyList<Span> Predicted)[] spans =
            [.. gold.Select((sentence, i) => (rules.Spans(sentence.Labels), rules.Spans(predicted[i])))];
        Types = [.. spans.SelectMany(pair => pair.Gold.Concat(pair.Predicted)).Select(span => span.Type).Distinct().Order(StringComparer.Ordinal)];
        places = Types.Select((type, i) => (type, i)).ToDictionary(pair => pair.type, pair => FirstType + (PerType * pair.i), StringComparer.Ordinal);
        sums = new double[FirstType + (PerType * Types.Count)];
        for (int i = 0; i < gold.Count; i++)
        {
            rows.Add(Row(gold[i].Labels, predicted[i], spans[i].Gold, spans[i].Predicted));
            for (int at = 0; at < sums.Length; at++)
                sums[at] += rows[i][at];
        }

        Confusion = TagConfusion.Of(gold, predicted, ofTypes: rules != SpanRules.Raw);
    }

    /// <summary>How labels were read as spans.</summary>
    public SpanRules Rules { get; }

    /// <summary>All types that are there or were found, in ordinal order.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Which labels were taken for which.</summary>
    public TagConfusion Confusion { get; }

    /// <summary>Sentences measured.</summary>
    public int Sentences => rows.Count;

    /// <summary>Words measured.</summary>
    public long Words => (long)sums[AllWords];

    /// <summary>The share of words whose label is right.</summary>
    public double Accuracy => sums[AllWords] > 0 ? sums[RightWords] / sums[AllWords] : 0;

    /// <summary>All spans together: precision, recall and F1 of it are micro averages, conlleval's overall figures.</summary>
    public TagCounts Micro => MicroOf(sums);

    /// <summary>The mean over types, each type the same.</summary>
    public TagAverage Macro => Average(_ => 1);

    /// <summary>The mean over types, each as often as it is there.</summary>
    public TagAverage Weighted => Average(counts => counts.Gold);

    /// <summary>The spans of one type.</summary>
    public TagCounts this[string type] => places.TryGetValue(type, out int at) ? CountsOf(sums, at) : default;

    /// <summary>Measures predicted labels.</summary>
    /// <param name="gold">The sentences with their right labels.</param>
    /// <param name="predicted">As many labels for each.</param>
    /// <param name="rules">How labels are read as spans.</param>
    /// <exception cref="GrimoireException">The two do not have the same sentences and words.</exception>
    public static TagScore Of(IReadOnlyList<TaggedSentence> gold, IReadOnlyList<IReadOnlyList<string>> predicted, SpanRules rules)
    {
        if (gold.Count != predicted.Count)
            throw new GrimoireException($"there are {gold.Count} sentences and labels for {predicted.Count}; both must be of the same text.");
        for (int i = 0; i < gold.Count; i++)
        {
            if (gold[i].Labels.Count != predicted[i].Count)
            {
                throw new GrimoireException(
                    $"{gold[i].PlaceOf(0)}: the sentence has {gold[i].Labels.Count} words and {predicted[i].Count} predicted labels; " +
                    "both must be of the same text.");
            }
        }

        return new TagScore(rules, gold, predicted);
    }

    /// <summary>Where the accuracy may lie, by resampling sentences.</summary>
    public Interval AccuracyInterval(int resamples = Bootstrap.Resamples, ulong seed = Bootstrap.Seed) =>
        Interval(s => s[AllWords] > 0 ? s[RightWords] / s[AllWords] : 0, resamples, seed);

    /// <summary>Where a figure of all spans may lie, such as <c>counts => counts.F1</c>.</summary>
    public Interval MicroInterval(Func<TagCounts, double> figure, int resamples = Bootstrap.Resamples, ulong seed = Bootstrap.Seed) =>
        Interval(s => figure(MicroOf(s)), resamples, seed);

    /// <summary>Where a figure of one type's spans may lie.</summary>
    public Interval TypeInterval(string type, Func<TagCounts, double> figure, int resamples = Bootstrap.Resamples, ulong seed = Bootstrap.Seed) =>
        Interval(s => figure(CountsOf(s, places[type])), resamples, seed);

    /// <summary>What came of one sentence, for the rows of an evaluation: words right, and counts of spans.</summary>
    public (double Accuracy, TagCounts Spans) OfSentence(int index) =>
        (rows[index][AllWords] > 0 ? rows[index][RightWords] / rows[index][AllWords] : 0, MicroOf(rows[index]));

    private static TagCounts CountsOf(double[] sums, int at) => new((long)sums[at], (long)sums[at + 1], (long)sums[at + 2]);

    private static TagCounts MicroOf(double[] sums)
    {
        double correct = 0, gold = 0, predicted = 0;
        for (int at = FirstType; at < sums.Length; at += PerType)
            (correct, gold, predicted) = (correct + sums[at], gold + sums[at + 1], predicted + sums[at + 2]);
        return new TagCounts((long)correct, (long)gold, (long)predicted);
    }

    private double[] Row(IReadOnlyList<string> gold, IReadOnlyList<string> predicted, IReadOnlyList<Span> goldSpans, IReadOnlyList<Span> predictedSpans)
    {
        var row = new double[sums.Length];
        for (int i = 0; i < gold.Count; i++)
            row[RightWords] += gold[i] == predicted[i] ? 1 : 0;
        row[AllWords] = gold.Count;
        HashSet<Span> there = [.. goldSpans];
        foreach (Span span in there)
            row[places[span.Type] + 1]++;
        foreach (Span span in predictedSpans)
        {
            row[places[span.Type] + 2]++;
            row[places[span.Type]] += there.Contains(span) ? 1 : 0;
        }

        return row;
    }

    private Interval Interval(Func<double[], double> figure, int resamples, ulong seed) =>
        Bootstrap.Of(new SufficientStatistics(rows, figure), resamples, seed);

    private TagAverage Average(Func<TagCounts, double> weight)
    {
        double total = Types.Sum(type => weight(this[type]));
        double Mean(Func<TagCounts, double> figure) => total > 0 ? Types.Sum(type => weight(this[type]) * figure(this[type])) / total : 0;
        return new TagAverage(Mean(counts => counts.Precision), Mean(counts => counts.Recall), Mean(counts => counts.F1));
    }
}
