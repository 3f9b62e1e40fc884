using System.Numerics.Tensors;

namespace Grimoire.Evaluation.Scaling;

/// <summary>A function of several numbers that is to be made small: returns its value at a point and writes its gradient there.</summary>
/// <param name="point">Where.</param>
/// <param name="gradient">Gets the derivative by each number.</param>
public delegate double DifferentiableFunction(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>Where a search for the least value of a function ended.</summary>
/// <param name="Point">The point.</param>
/// <param name="Value">The function there.</param>
/// <param name="Iterations">Steps taken.</param>
/// <param name="Converged">Whether it ended because nothing was left to gain, rather than because steps ran out.</param>
public sealed record Minimum(double[] Point, double Value, int Iterations, bool Converged);

/// <summary>
/// Minimisation by L-BFGS (Liu and Nocedal 1989): the direction is −H·g, where H, the inverse of the second derivatives, is known only through the last few
/// steps and the changes of the gradient over them; the length satisfies the strong Wolfe conditions (<see cref="WolfeSearch"/>).
/// </summary>
public static class Lbfgs
{
    private const int Remembered = 10, Stalls = 3;

    /// <summary>A minimum near a point.</summary>
    /// <param name="function">What is minimised.</param>
    /// <param name="start">Where the search begins.</param>
    /// <param name="iterations">The most steps.</param>
    /// <param name="gradientTolerance">The largest derivative at which it ends.</param>
    /// <param name="valueTolerance">It ends where three steps in turn have each gained less than this share of the value.</param>
    public static Minimum Minimize(
        DifferentiableFunction function, ReadOnlySpan<double> start, int iterations = 500, double gradientTolerance = 1e-9, double valueTolerance = 1e-14)
    {
        ArgumentNullException.ThrowIfNull(function);
        var search = new WolfeSearch(function, start);
        var curvature = new Curvature(Remembered);
        double[] direction = new double[start.Length];
        for (int iteration = 0, stalled = 0; iteration < iterations; iteration++)
        {
            if (!(Math.Abs(TensorPrimitives.MaxMagnitude<double>(search.Gradient)) > gradientTolerance))
                return new Minimum(search.Point, search.Value, iteration, Converged: true);
            curvature.Descend(search.Gradient, direction);
            double first = curvature.IsEmpty ? Math.Min(1, 1 / TensorPrimitives.Norm<double>(search.Gradient)) : 1, before = search.Value;
            bool stepped = search.TryStep(direction, first);
            if (stepped)
                curvature.Add(search.Moved, search.Turned);
            else if (curvature.IsEmpty)
                return new Minimum(search.Point, search.Value, iteration, Converged: true);
            else
                curvature.Forget();
            stalled = stepped && before - search.Value <= valueTolerance * Math.Abs(search.Value) ? stalled + 1 : 0;
            if (stalled == Stalls)
                return new Minimum(search.Point, search.Value, iteration + 1, Converged: true);
        }

        return new Minimum(search.Point, search.Value, iterations, Converged: false);
    }

    /// <summary>The last steps and what they did to the gradient.</summary>
    private sealed class Curvature(int most)
    {
        private readonly List<(double[] Step, double[] Turn, double Inverse)> pairs = new(most);
        private readonly double[] shares = new double[most];

        public bool IsEmpty => pairs.Count == 0;

        public void Forget() => pairs.Clear();

        /// <summary>Takes note of a step; one along which the gradient did not rise says nothing of a minimum and is passed over.</summary>
        public void Add(ReadOnlySpan<double> step, ReadOnlySpan<double> turn)
        {
            double rise = TensorPrimitives.Dot(step, turn);
            if (!(rise > 1e-16 * TensorPrimitives.Dot(turn, turn)))
                return;
            if (pairs.Count == most)
                pairs.RemoveAt(0);
            pairs.Add((step.ToArray(), turn.ToArray(), 1 / rise));
        }

        /// <summary>−H·g by the two loops of Nocedal (1980); −g where nothing is known, or where rounding has made it lead upwards.</summary>
        public void Descend(ReadOnlySpan<double> gradient, Span<double> direction)
        {
            TensorPrimitives.Negate(gradient, direction);
            for (int i = pairs.Count - 1; i >= 0; i--)
            {
                shares[i] = pairs[i].Inverse * TensorPrimitives.Dot<double>(pairs[i].Step, direction);
                TensorPrimitives.MultiplyAdd<double>(pairs[i].Turn, -shares[i], direction, direction);
            }

            if (!IsEmpty)
                TensorPrimitives.Multiply(direction, 1 / (pairs[^1].Inverse * TensorPrimitives.Dot<double>(pairs[^1].Turn, pairs[^1].Turn)), direction);
            for (int i = 0; i < pairs.Count; i++)
            {
                double share = shares[i] - (pairs[i].Inverse * TensorPrimitives.Dot<double>(pairs[i].Turn, direction));
                TensorPrimitives.MultiplyAdd<double>(pairs[i].Step, share, direction, direction);
            }

            if (TensorPrimitives.Dot(gradient, direction) < 0)
                return;
            Forget();
            TensorPrimitives.Negate(gradient, direction);
        }
    }
}
