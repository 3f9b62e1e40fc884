using System.Numerics.Tensors;

namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// What the fit of a scaling law makes small: Σᵢ wᵢ·Huber_δ(ln L̂ᵢ − ln Lᵢ) / δ, where ln L̂ = logsumexp(a − α·ln N, b − β·ln D, e) and a, b, e are the
/// logarithms of A, B, E (Hoffmann et al. 2022, equation 3; divided by δ, which moves no minimum, so that gradients have the same size for every δ).
/// </summary>
/// <remarks>
/// Its five numbers are a′ = a − α·m, b′ = b − β·n, e, α, β with m and n the means of ln N and ln D: logarithms of costs at the middle of the points, which,
/// unlike those at a single parameter and a single token, hardly depend on α and β.
/// </remarks>
internal sealed class ScalingObjective
{
    /// <summary>How many numbers there are.</summary>
    public const int Dimensions = 5;

    private const int A = 0, B = 1, E = 2, Alpha = 3, Beta = 4;

    private readonly double[] size, tokens, logLoss;
    private readonly double[] bySize, byTokens, byEntropy, largest, sum, pull;
    private readonly double meanSize, meanTokens;

    public ScalingObjective(IReadOnlyList<ScalingPoint> points, double delta)
    {
        Delta = delta;
        (size, tokens) = ([.. points.Select(point => Math.Log(point.Parameters))], [.. points.Select(point => Math.Log(point.Tokens))]);
        logLoss = [.. points.Select(point => Math.Log(point.Loss))];
        (meanSize, meanTokens) = (size.Average(), tokens.Average());
        TensorPrimitives.Subtract<double>(size, meanSize, size);
        TensorPrimitives.Subtract<double>(tokens, meanTokens, tokens);
        Weights = [.. Enumerable.Repeat(1.0, points.Count)];
        (bySize, byTokens, byEntropy) = (new double[points.Count], new double[points.Count], new double[points.Count]);
        (largest, sum, pull) = (new double[points.Count], new double[points.Count], new double[points.Count]);
    }

    /// <summary>From where on the Huber loss grows no faster than its argument.</summary>
    public double Delta { get; set; }

    /// <summary>How often each point counts.</summary>
    public double[] Weights { get; }

    /// <summary>The numbers that stand for a, b, e, α and β.</summary>
    public double[] Centred(double a, double b, double e, double alpha, double beta) => [a - (alpha * meanSize), b - (beta * meanTokens), e, alpha, beta];

    /// <summary>The law that numbers stand for.</summary>
    public ScalingLaw Law(ReadOnlySpan<double> at) =>
        new(Math.Exp(at[E]), at[A] + (at[Alpha] * meanSize), at[B] + (at[Beta] * meanTokens), at[Alpha], at[Beta]);

    /// <summary>The value, and its gradient.</summary>
    public double Evaluate(ReadOnlySpan<double> at, Span<double> gradient)
    {
        Predict(at);
        double value = 0;
        for (int i = 0; i < pull.Length; i++)
        {
            // What was the residual becomes its share of the gradient.
            double scaled = pull[i] / Delta, steep = Math.Clamp(scaled, -1, 1);
            value += Weights[i] * Delta * steep * (scaled - (0.5 * steep));
            pull[i] = Weights[i] * steep / sum[i];
        }

        TensorPrimitives.Multiply<double>(bySize, pull, bySize);
        TensorPrimitives.Multiply<double>(byTokens, pull, byTokens);
        gradient[A] = TensorPrimitives.Sum<double>(bySize);
        gradient[B] = TensorPrimitives.Sum<double>(byTokens);
        gradient[E] = TensorPrimitives.Dot<double>(byEntropy, pull);
        gradient[Alpha] = -TensorPrimitives.Dot<double>(bySize, size);
        gradient[Beta] = -TensorPrimitives.Dot<double>(byTokens, tokens);
        return value;
    }

    /// <summary>The three terms, each divided by the largest of them, their sum, and the residuals in <see cref="pull"/>.</summary>
    private void Predict(ReadOnlySpan<double> at)
    {
        TensorPrimitives.Multiply<double>(size, -at[Alpha], bySize);
        TensorPrimitives.Add<double>(bySize, at[A], bySize);
        TensorPrimitives.Multiply<double>(tokens, -at[Beta], byTokens);
        TensorPrimitives.Add<double>(byTokens, at[B], byTokens);
        TensorPrimitives.Max<double>(bySize, byTokens, largest);
        TensorPrimitives.Max<double>(largest, at[E], largest);
        TensorPrimitives.Subtract<double>(bySize, largest, bySize);
        TensorPrimitives.Subtract<double>(byTokens, largest, byTokens);
        TensorPrimitives.Subtract<double>(at[E], largest, byEntropy);
        TensorPrimitives.Exp<double>(bySize, bySize);
        TensorPrimitives.Exp<double>(byTokens, byTokens);
        TensorPrimitives.Exp<double>(byEntropy, byEntropy);
        TensorPrimitives.Add<double>(bySize, byTokens, sum);
        TensorPrimitives.Add<double>(sum, byEntropy, sum);
        TensorPrimitives.Log<double>(sum, pull);
        TensorPrimitives.Add<double>(pull, largest, pull);
        TensorPrimitives.Subtract<double>(pull, logLoss, pull);
    }
}
