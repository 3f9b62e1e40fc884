namespace Grimoire.Evaluation;

/// <summary>
/// The three Pythagorean means, harmonic ≤ geometric ≤ arithmetic, and equal where all values are. Which one belongs depends on what would be kept if all
/// values were replaced by it: the sum (arithmetic: losses, accuracies, bits), the product (geometric: probabilities, so perplexity and BLEU's precisions), or
/// the sum of reciprocals (harmonic: rates of unlike things over one count, so F1 of precision and recall; also speeds over one distance).
/// </summary>
public static class Means
{
    /// <summary>Σx / n.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Arithmetic(IReadOnlyCollection<double> values) => Some(values).Average();

    /// <summary>(Πx)^(1/n), computed as e to the mean logarithm; 0 where a value is 0.</summary>
    /// <exception cref="ArgumentException">There are no values, or one of them is negative.</exception>
    public static double Geometric(IReadOnlyCollection<double> values) => Math.Exp(NotNegative(values).Average(Math.Log));

    /// <summary>n / Σ(1/x); 0 where a value is 0.</summary>
    /// <exception cref="ArgumentException">There are no values, or one of them is negative.</exception>
    public static double Harmonic(IReadOnlyCollection<double> values) => values.Count / NotNegative(values).Sum(value => 1 / value);

    /// <summary>
    /// Fβ = (1 + β²) p r / (β² p + r): the harmonic mean of precision and recall in which recall weighs β² as much (van Rijsbergen 1979); 0 where both are 0.
    /// </summary>
    public static double F(double precision, double recall, double beta = 1)
    {
        double factor = beta * beta, sum = (factor * precision) + recall;
        return sum > 0 ? (1 + factor) * precision * recall / sum : 0;
    }

    private static IReadOnlyCollection<double> Some(IReadOnlyCollection<double> values) =>
        values.Count > 0 ? values : throw new ArgumentException("nothing has no mean", nameof(values));

    private static IReadOnlyCollection<double> NotNegative(IReadOnlyCollection<double> values) =>
        Some(values).All(value => value >= 0) ? values : throw new ArgumentException("only numbers from 0 on have this mean", nameof(values));
}
