using Grimoire.Tensors;

namespace Grimoire.Evaluation.Scaling;

/// <summary>A scaling law fitted to points, with the laws that other points of their kind would have given.</summary>
public sealed record ScalingFit
{
    private const ulong ResidualStream = 0x5CA1E;

    /// <summary>The law.</summary>
    public required ScalingLaw Law { get; init; }

    /// <summary>What it was fitted to.</summary>
    public required IReadOnlyList<ScalingPoint> Points { get; init; }

    /// <summary>How.</summary>
    public required FitSettings Settings { get; init; }

    /// <summary>Σ Huber_δ(ln L̂ − ln L) at the law.</summary>
    public required double Objective { get; init; }

    /// <summary>The laws of the resamples (the bootstrap of Efron 1979, over points).</summary>
    public required IReadOnlyList<ScalingLaw> Resampled { get; init; }

    /// <summary>The mean of |L̂ − L| / L over the points.</summary>
    public double MeanError => Points.Average(point => Math.Abs(Law.Loss(point.Parameters, point.Tokens) - point.Loss) / point.Loss);

    /// <summary>Where a number that the law gives may lie: percentiles over the resamples.</summary>
    public Interval IntervalOf(Func<ScalingLaw, double> number) => Bootstrap.Percentiles([.. Resampled.Select(number)], Settings.Level);

    /// <summary>The standard deviation of a number that the law gives, over the resamples.</summary>
    public double StandardErrorOf(Func<ScalingLaw, double> number)
    {
        double[] numbers = [.. Resampled.Select(number)];
        double mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, numbers.Length - 1));
    }

    /// <summary>
    /// The loss that a model not among the points should have, and where it may lie: the resampled laws, each with the residual of some point upon it, since
    /// a run of its own has its own luck. Residuals are made larger by √(n/(n − 5)) for the five numbers that were fitted to them.
    /// </summary>
    public (double Loss, Interval Interval) Predict(double parameters, double tokens)
    {
        double larger = Math.Sqrt(Points.Count / Math.Max(1.0, Points.Count - ScalingObjective.Dimensions));
        double[] residuals = [.. Points.Select(point => larger * Math.Log(point.Loss / Law.Loss(point.Parameters, point.Tokens)))];
        double[] losses = [.. Resampled.Select((law, i) =>
            law.Loss(parameters, tokens) * Math.Exp(residuals[CountedRandom.Below(residuals.Length, Settings.Seed ^ ResidualStream, (ulong)i)]))];
        return (Law.Loss(parameters, tokens), Bootstrap.Percentiles(losses, Settings.Level));
    }

    /// <summary>
    /// Fits a law: L-BFGS from each start of a grid (Hoffmann et al. 2022, appendix D.3), the best ends of which are followed to the last digit. Each resample
    /// begins at those ends.
    /// </summary>
    /// <param name="points">What to fit it to.</param>
    /// <param name="settings">How.</param>
    /// <param name="share">Told which share of the work is done.</param>
    /// <exception cref="GrimoireException">There are fewer points, sizes or numbers of tokens than a law of five numbers needs.</exception>
    public static ScalingFit Of(IReadOnlyList<ScalingPoint> points, FitSettings settings, Action<double>? share = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count <= ScalingObjective.Dimensions)
            throw new GrimoireException($"{points.Count} points: a scaling law has five numbers, and needs at least six; train or give more.");
        if (points.Select(point => point.Parameters).Distinct().Count() < 3 || points.Select(point => point.Tokens).Distinct().Count() < 3)
            throw new GrimoireException("The points have fewer than three sizes or numbers of tokens, too few for both exponents; train or give more.");
        var search = new LawSearch(points, settings.Delta);
        IReadOnlyList<Minimum> ends = search.FromGrid(done => share?.Invoke(done / 2));
        var resampled = new List<ScalingLaw>(settings.Resamples);
        foreach (int[] drawn in Bootstrap.Draws(points.Count, settings.Resamples, settings.Seed))
        {
            resampled.Add(search.Resampled(drawn, ends));
            share?.Invoke(0.5 + (0.5 * resampled.Count / settings.Resamples));
        }

        return new ScalingFit
        {
            Law = search.Law(ends[0]),
            Points = points,
            Settings = settings,
            Objective = ends[0].Value * settings.Delta,
            Resampled = resampled,
        };
    }
}
