namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// BLEU (Papineni et al. 2002): BP · exp(Σₙ ln pₙ / N), 0 to 100, the geometric mean of the shares pₙ of n-grams that occur in a reference, times a penalty for
/// texts shorter than their references, BP = min(1, e^(1 − r/h)). Equal to sacreBLEU's (Post 2018, arXiv:1804.08771).
/// </summary>
public sealed class Bleu(BleuSettings settings) : TextMetric
{
    // What sacreBLEU takes for the logarithm of 0.
    private const double LogOfZero = -9999999999;

    /// <summary>BLEU as sacreBLEU has it if nothing is said.</summary>
    public Bleu()
        : this(new BleuSettings())
    {
    }

    /// <inheritdoc/>
    public override string Name => "BLEU";

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options =>
    [
        ("case", settings.Lowercase ? "lc" : "mixed"), ("eff", Evaluation.Signature.YesNo(settings.EffectiveOrder)),
        ("tok", settings.Tokenizer.Name), ("smooth", settings.SmoothingText), ("order", settings.MaxOrder == 4 ? null : Text(settings.MaxOrder)),
    ];

    /// <summary>Length of the text and of the reference nearest in length, matched n-grams of each order, all n-grams of each order.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        int highest = settings.MaxOrder;
        NGrams mine = Count(hypothesis), reference = Count(references[0]);
        int nearest = reference.Pieces;
        foreach (NGrams other in references.Skip(1).Select(Count))
        {
            int gain = Math.Abs(mine.Pieces - nearest) - Math.Abs(mine.Pieces - other.Pieces);
            if (gain > 0 || (gain == 0 && other.Pieces < nearest))
                nearest = other.Pieces;
            reference.Raise(other);
        }

        IEnumerable<int> orders = Enumerable.Range(1, highest);
        return [mine.Pieces, nearest, .. orders.Select(n => (double)mine.Matched(n, reference)), .. orders.Select(n => (double)mine.Total(n))];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => Score(sums).Value;

    /// <inheritdoc/>
    public override string Details(double[] sums)
    {
        BleuScore score = Score(sums);
        return $"{string.Join('/', score.Precisions.Select(p => Text(p, "F1")))} (BP = {Text(score.BrevityPenalty, "F3")} ratio = {Text(score.Ratio, "F3")} " +
            $"hyp_len = {score.Length} ref_len = {score.ReferenceLength})";
    }

    /// <summary>A line alone leaves out orders longer than itself, as sacreBLEU's sentence scores do.</summary>
    public override double OfLine(string hypothesis, IReadOnlyList<string> references) =>
        new Bleu(settings with { EffectiveOrder = true }).Value(Statistics(hypothesis, references));

    /// <summary>BLEU and its parts, from sums of <see cref="Statistics"/>.</summary>
    public BleuScore Score(double[] sums)
    {
        int orders = settings.MaxOrder;
        double length = sums[0], referenceLength = sums[1];
        double penalty = length >= referenceLength ? 1 : length > 0 ? Math.Exp(1 - (referenceLength / length)) : 0;
        (double[] precisions, int used) = Precisions(sums.AsSpan(2, orders), sums.AsSpan(2 + orders, orders));
        double logs = precisions.Take(used).Sum(p => p > 0 ? Math.Log(p) : LogOfZero);
        return new BleuScore(used == 0 ? 0 : penalty * Math.Exp(logs / used), precisions, penalty, (long)length, (long)referenceLength);
    }

    /// <summary>The smoothed precisions in percent, and of how many orders the mean is; none where nothing matches at all.</summary>
    private (double[] Precisions, int Used) Precisions(ReadOnlySpan<double> matched, ReadOnlySpan<double> total)
    {
        var precisions = new double[settings.MaxOrder];
        if (matched.IndexOfAnyExcept(0.0) < 0)
            return (precisions, 0);
        int used = settings.MaxOrder;
        double halves = 1;
        for (int n = 0; n < precisions.Length; n++)
        {
            double added = settings.Smoothing == BleuSmoothing.AddK && n > 0 ? settings.UsedValue : 0;
            (double hits, double all) = (matched[n] + added, total[n] + added);
            if (all == 0)
                break;
            used = settings.EffectiveOrder ? n + 1 : used;
            if (hits == 0 && settings.Smoothing == BleuSmoothing.Exponential)
                precisions[n] = 100 / ((halves *= 2) * all);
            else if (hits == 0 && settings.Smoothing == BleuSmoothing.Floor)
                precisions[n] = 100 * settings.UsedValue / all;
            else
                precisions[n] = 100 * hits / all;
        }

        return (precisions, used);
    }

    private NGrams Count(string line) =>
        NGrams.OfWords(settings.Tokenizer.Words(ReferenceText.TrimEnd(settings.Lowercase ? ReferenceText.Lower(line) : line)), settings.MaxOrder);
}

/// <summary>BLEU and what it is made of.</summary>
/// <param name="Value">BLEU, 0 to 100.</param>
/// <param name="Precisions">The shares of matched n-grams in percent, by order, smoothed.</param>
/// <param name="BrevityPenalty">The factor for short texts, 0 to 1.</param>
/// <param name="Length">Words.</param>
/// <param name="ReferenceLength">Words of the references nearest in length.</param>
public sealed record BleuScore(double Value, IReadOnlyList<double> Precisions, double BrevityPenalty, long Length, long ReferenceLength)
{
    /// <summary>Words for each word of the references; 0 where these have none.</summary>
    public double Ratio => ReferenceLength > 0 ? (double)Length / ReferenceLength : 0;
}
