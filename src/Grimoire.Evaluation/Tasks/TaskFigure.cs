namespace Grimoire.Evaluation.Tasks;

/// <summary>How examples add up to a figure: Σ over examples of a numerator, divided by Σ of a denominator, and what is made of that.</summary>
/// <param name="Terms">Numerator and denominator of an example.</param>
/// <param name="Figure">The figure of the quotient.</param>
/// <param name="LowerIsBetter">Whether less is better.</param>
internal sealed record TaskFigure(Func<ScoredExample, (double Numerator, double Denominator)> Terms, Func<double, double> Figure, bool LowerIsBetter)
{
    /// <summary>
    /// The figure of a metric. Most are the mean of the examples' scores. Perplexities are geometric means: e to the mean of −ln p, over examples, words or
    /// bytes of all examples together.
    /// </summary>
    public static TaskFigure Of(TaskMetric metric) => metric.Of switch
    {
        "perplexity" => new(example => (-example.Scores[metric.Name], 1), Math.Exp, true),
        "word_perplexity" => new(example => (-Number(example, "logprob"), Number(example, "words")), Math.Exp, true),
        "byte_perplexity" => new(example => (-Number(example, "logprob"), Number(example, "bytes")), Math.Exp, true),
        "bits_per_byte" => new(example => (-Number(example, "logprob"), Number(example, "bytes")), mean => mean / Math.Log(2), true),
        _ => new(example => (example.Scores[metric.Name], 1), mean => mean, false),
    };

    /// <summary>The figure of some examples.</summary>
    public double Value(IEnumerable<ScoredExample> examples)
    {
        double numerator = 0, denominator = 0;
        foreach (ScoredExample example in examples)
        {
            (double above, double below) = Terms(example);
            (numerator, denominator) = (numerator + above, denominator + below);
        }

        return Figure(numerator / denominator);
    }

    /// <summary>What a bootstrap needs to know of some examples.</summary>
    public SufficientStatistics Statistics(IEnumerable<ScoredExample> examples) =>
        new([.. examples.Select(example => Terms(example) is var (above, below) ? new[] { above, below } : [])], sums => Figure(sums[0] / sums[1]));

    private static double Number(ScoredExample example, string key) => example.Details[key]!.GetValue<double>();
}
