namespace Grimoire.Evaluation.Scaling;

/// <summary>Finds the law that fits points best.</summary>
/// <param name="points">The points.</param>
/// <param name="delta">δ of the Huber loss.</param>
internal sealed class LawSearch(IReadOnlyList<ScalingPoint> points, double delta)
{
    // The kinks of a small δ hold a search up far from the minimum; it is led there from a larger one, tenth by tenth.
    private const double SmoothDelta = 1e-3, Sharper = 0.1;
    private const int Walk = 60, Kept = 6, ToTheEnd = 500;
    private const double Apart = 1e-3;

    private static readonly double[] Exponents = [0, 0.5, 1, 1.5, 2], Entropies = [-1, -0.5, 0, 0.5, 1], Costs = [0, 5, 10, 15, 20, 25];

    private readonly ScalingObjective objective = new(points, Math.Max(delta, SmoothDelta));

    /// <summary>The law at an end of the search.</summary>
    public ScalingLaw Law(Minimum end) => objective.Law(end.Point);

    /// <summary>
    /// The best minima that lead down from a grid of starts, best first: α and β of 0, ½ … 2, ln E of −1, −½ … 1, ln A and ln B of 0, 5 … 25 (Hoffmann et al.
    /// 2022, appendix D.3). Each start is followed for some steps; only what is best then, to its end.
    /// </summary>
    public IReadOnlyList<Minimum> FromGrid(Action<double> share)
    {
        (double, double, double, double, double)[] starts =
        [
            .. from alpha in Exponents from beta in Exponents from e in Entropies from a in Costs from b in Costs select (a, b, e, alpha, beta),
        ];
        var ends = new List<Minimum>();
        for (int i = 0; i < starts.Length; i++)
        {
            (double a, double b, double e, double alpha, double beta) = starts[i];
            Keep(ends, Lbfgs.Minimize(objective.Evaluate, objective.Centred(a, b, e, alpha, beta), Walk, valueTolerance: 1e-6));
            share((i + 1.0) / starts.Length);
        }

        var sharp = new List<Minimum>();
        foreach (Minimum end in ends)
            Keep(sharp, Sharpen(end.Point));
        return sharp;
    }

    /// <summary>The law of points drawn from these, the search beginning at the ends for all of them.</summary>
    public ScalingLaw Resampled(int[] drawn, IReadOnlyList<Minimum> ends)
    {
        Array.Clear(objective.Weights);
        foreach (int point in drawn)
            objective.Weights[point]++;
        ScalingLaw law = Law(ends.Select(end => Sharpen(end.Point)).MinBy(end => end.Value)!);
        Array.Fill(objective.Weights, 1);
        return law;
    }

    /// <summary>Keeps an end among the best ones, unless a better one lies as near as makes no difference.</summary>
    private static void Keep(List<Minimum> ends, Minimum end)
    {
        if (!double.IsFinite(end.Value) || ends.Exists(other => other.Value <= end.Value && Near(other.Point, end.Point)))
            return;
        ends.RemoveAll(other => Near(other.Point, end.Point));
        ends.Add(end);
        ends.Sort((x, y) => x.Value.CompareTo(y.Value));
        if (ends.Count > Kept)
            ends.RemoveAt(Kept);
    }

    private static bool Near(double[] x, double[] y) => x.Zip(y, (p, q) => Math.Abs(p - q)).Max() < Apart;

    private Minimum Sharpen(double[] start)
    {
        Minimum end = Lbfgs.Minimize(objective.Evaluate, start, ToTheEnd);
        while (objective.Delta > delta)
        {
            objective.Delta = Math.Max(delta, objective.Delta * Sharper);
            end = Lbfgs.Minimize(objective.Evaluate, end.Point, ToTheEnd);
        }

        objective.Delta = Math.Max(delta, SmoothDelta);
        return end;
    }
}
