namespace Grimoire.Evaluation.Metrics;

/// <summary>The options of chrF.</summary>
public sealed record ChrfSettings
{
    /// <summary>The longest n-grams of characters.</summary>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>The longest n-grams of words: 0 for chrF, 2 for chrF++.</summary>
    public int WordOrder { get; init; }

    /// <summary>Recall weighs β² as much as precision.</summary>
    public int Beta { get; init; } = 2;

    /// <summary>Whether case makes no difference.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Whether white space counts as characters.</summary>
    public bool Whitespace { get; init; }

    /// <summary>
    /// Whether all orders count, those without n-grams as next to nothing, as in the authors' script; otherwise only those that both texts have.
    /// </summary>
    public bool EpsilonSmoothing { get; init; }
}

/// <summary>
/// chrF (Popović 2015) and chrF++ (2017): 100 · Fβ of the mean precision and the mean recall of n-grams of characters, and in chrF++ of words too. Equal to
/// sacreBLEU's. Of several references each line has the one that is best for it.
/// </summary>
public sealed class Chrf(ChrfSettings settings) : TextMetric
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private const double Epsilon = 1e-16;

    /// <summary>chrF2 as sacreBLEU has it if nothing is said.</summary>
    public Chrf()
        : this(new ChrfSettings())
    {
    }

    /// <inheritdoc/>
    public override string Name => $"chrF{settings.Beta}{new string('+', settings.WordOrder)}";

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options =>
    [
        ("case", settings.Lowercase ? "lc" : "mixed"), ("eff", Evaluation.Signature.YesNo(!settings.EpsilonSmoothing)), ("nc", Text(settings.CharacterOrder)),
        ("nw", Text(settings.WordOrder)), ("space", Evaluation.Signature.YesNo(settings.Whitespace)),
    ];

    /// <summary>For each order its n-grams in the text (none where the reference has none), in the reference, and in both.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        (NGrams Characters, NGrams Words) mine = Count(hypothesis);
        double[] best = [];
        double highest = -1;
        foreach (string reference in references)
        {
            (NGrams Characters, NGrams Words) theirs = Count(reference);
            double[] statistics =
            [
                .. Enumerable.Range(1, settings.CharacterOrder).SelectMany(n => Triple(n, mine.Characters, theirs.Characters)),
                .. Enumerable.Range(1, settings.WordOrder).SelectMany(n => Triple(n, mine.Words, theirs.Words)),
            ];
            double score = Value(statistics);
            if (score > highest)
                (best, highest) = (statistics, score);
        }

        return best;
    }

    /// <inheritdoc/>
    public override double Value(double[] sums)
    {
        double score = 0, precisions = 0, recalls = 0, factor = settings.Beta * settings.Beta;
        int orders = settings.CharacterOrder + settings.WordOrder, effective = 0;
        for (int i = 0; i < orders; i++)
        {
            (double mine, double theirs, double both) = (sums[3 * i], sums[(3 * i) + 1], sums[(3 * i) + 2]);
            double precision = mine > 0 ? both / mine : Epsilon, recall = theirs > 0 ? both / theirs : Epsilon;
            double weighted = (factor * precision) + recall;
            score += weighted > 0 ? (1 + factor) * precision * recall / weighted : Epsilon;
            if (mine > 0 && theirs > 0)
                (precisions, recalls, effective) = (precisions + precision, recalls + recall, effective + 1);
        }

        if (settings.EpsilonSmoothing)
            return 100 * score / orders;
        return effective == 0 ? 0 : 100 * Means.F(precisions / effective, recalls / effective, settings.Beta);
    }

    private static double[] Triple(int n, NGrams mine, NGrams theirs) =>
        [theirs.Total(n) > 0 ? mine.Total(n) : 0, theirs.Total(n), mine.Matched(n, theirs)];

    private (NGrams Characters, NGrams Words) Count(string line)
    {
        line = settings.Lowercase ? ReferenceText.Lower(line) : line;
        string characters = settings.Whitespace ? line : string.Concat(ReferenceText.Words(line));
        return (NGrams.OfCharacters(characters, settings.CharacterOrder),
            NGrams.OfWords(settings.WordOrder == 0 ? [] : [.. ReferenceText.Words(line).SelectMany(Separate)], settings.WordOrder));
    }

    /// <summary>A word and one punctuation mark at its end or, if there is none, at its beginning.</summary>
    private static string[] Separate(string word)
    {
        if (word.Length == 1)
            return [word];
        if (Punctuation.Contains(word[^1]))
            return [word[..^1], word[^1..]];
        return Punctuation.Contains(word[0]) ? [word[..1], word[1..]] : [word];
    }
}
