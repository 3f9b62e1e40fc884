namespace Grimoire.Evaluation.Metrics;

/// <summary>Precision, recall and their harmonic mean.</summary>
/// <param name="Precision">The share of the text that is in the reference.</param>
/// <param name="Recall">The share of the reference that is in the text.</param>
public readonly record struct PrecisionRecall(double Precision, double Recall)
{
    /// <summary>The harmonic mean; 0 where both are 0.</summary>
    public double F1 => Means.F(Precision, Recall);
}

/// <summary>
/// ROUGE (Lin 2004): how much of a reference a text holds and how much of the text is in it, by n-grams (<c>rouge1</c> … <c>rouge9</c>), by the longest common
/// subsequence of words (<c>rougeL</c>), or by the union of those of all lines (<c>rougeLsum</c>). 0 to 1. Equal to Google's <c>rouge_score</c>. The corpus
/// figure is the mean of the lines' F1; of several references each line has the one with the highest.
/// </summary>
public sealed class Rouge : TextMetric
{
    private readonly Func<string, string, PrecisionRecall> score;
    private readonly bool stemming;

    /// <summary>A ROUGE by name.</summary>
    /// <param name="name"><c>rouge1</c> … <c>rouge9</c>, <c>rougeL</c> or <c>rougeLsum</c>.</param>
    /// <param name="stemming">Whether words of more than three letters lose their English endings (Porter 1980).</param>
    /// <exception cref="ArgumentException">There is no ROUGE of that name.</exception>
    public Rouge(string name, bool stemming = false)
    {
        (Name, this.stemming) = (name, stemming);
        score = name switch
        {
            "rougeL" => (text, reference) => Shared(Words(text), Words(reference), (a, b) => CommonSubsequence.Of(b, a).Length),
            "rougeLsum" => (text, reference) => OfLines([.. Lines(text)], [.. Lines(reference)]),
            ['r', 'o', 'u', 'g', 'e', >= '1' and <= '9'] => (text, reference) => OfNGrams(Words(text), Words(reference), name[^1] - '0'),
            _ => throw new ArgumentException($"there is no {name}; known are rouge1 to rouge9, rougeL and rougeLsum", nameof(name)),
        };
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options => [("case", "lc"), ("tok", "rouge"), ("stem", stemming ? "porter" : "no")];

    /// <summary>Precision and recall of a text and one reference.</summary>
    public PrecisionRecall Score(string hypothesis, string reference) => score(hypothesis, reference);

    /// <summary>Precision, recall, F1, and 1.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        PrecisionRecall best = references.Select(reference => Score(hypothesis, reference)).MaxBy(one => one.F1);
        return [best.Precision, best.Recall, best.F1, 1];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => sums[2] / sums[3];

    /// <inheritdoc/>
    public override string Details(double[] sums) => $"precision {Text(sums[0] / sums[3], "F4")}, recall {Text(sums[1] / sums[3], "F4")}";

    private static PrecisionRecall OfNGrams(string[] words, string[] reference, int n)
    {
        NGrams mine = NGrams.OfWords(words, n), theirs = NGrams.OfWords(reference, n);
        double matched = mine.Matched(n, theirs);
        return new PrecisionRecall(matched / Math.Max(1, mine.Total(n)), matched / Math.Max(1, theirs.Total(n)));
    }

    private static PrecisionRecall Shared(string[] words, string[] reference, Func<string[], string[], int> count) =>
        words.Length == 0 || reference.Length == 0 ? default : Shares(count(words, reference), words.Length, reference.Length);

    /// <summary>
    /// Words of each reference line that stand in its longest common subsequence with any line of the text, each word counted no more often than it occurs in
    /// the whole text and in the whole reference.
    /// </summary>
    private static PrecisionRecall OfLines(string[][] lines, string[][] references)
    {
        int length = lines.Sum(line => line.Length), referenceLength = references.Sum(line => line.Length);
        if (length == 0 || referenceLength == 0)
            return default;
        Dictionary<string, int> left = Counts(lines), leftInReference = Counts(references);
        int hits = 0;
        foreach (string[] reference in references)
        {
            foreach (int at in lines.SelectMany(line => CommonSubsequence.Of(reference, line)).Distinct().Order())
            {
                string word = reference[at];
                if (left.GetValueOrDefault(word) == 0 || leftInReference[word] == 0)
                    continue;
                hits++;
                left[word]--;
                leftInReference[word]--;
            }
        }

        return Shares(hits, length, referenceLength);
    }

    private static PrecisionRecall Shares(double hits, int length, int referenceLength) => new(hits / length, hits / referenceLength);

    private static Dictionary<string, int> Counts(string[][] lines) =>
        lines.SelectMany(line => line).CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private IEnumerable<string[]> Lines(string text) => text.Split('\n').Where(line => line.Length > 0).Select(Words);

    /// <summary>Runs of a to z and 0 to 9, in lower case, stemmed if asked for.</summary>
    private string[] Words(string text)
    {
        string lower = ReferenceText.Lower(text);
        var words = new List<string>();
        for (int from = 0; from < lower.Length; from++)
        {
            int to = from;
            while (to < lower.Length && (char.IsAsciiLetterLower(lower[to]) || char.IsAsciiDigit(lower[to])))
                to++;
            if (to == from)
                continue;
            words.Add(stemming && to - from > 3 ? PorterStemmer.Stem(lower[from..to]) : lower[from..to]);
            from = to;
        }

        return [.. words.Where(word => word.Length > 0)];
    }
}
