namespace Grimoire.Evaluation.Scaling;

/// <summary>The models of one budget, and the parabola of their loss over ln N (Hoffmann et al. 2022, approach 2).</summary>
/// <param name="Budget">C, operations.</param>
/// <param name="Points">The models.</param>
/// <param name="Parabola">Loss over ln N; null where there are not three sizes.</param>
public sealed record IsoFlopCurve(double Budget, IReadOnlyList<ScalingPoint> Points, Parabola? Parabola)
{
    /// <summary>The size of least loss, N; not a number where the parabola has no lowest point.</summary>
    public double BestSize => Parabola is { Curvature: > 0 } parabola ? Math.Exp(parabola.Vertex) : double.NaN;

    /// <summary>The tokens that the budget leaves to it, D = C / (k·N) with k the mean cost of a parameter and a token among the models.</summary>
    public double BestTokens => Budget / BestSize / Points.Average(point => point.Operations / (point.Parameters * point.Tokens));

    /// <summary>Whether the best size lies between the sizes that were trained: beyond them a parabola knows nothing.</summary>
    public bool IsInside => BestSize >= Points.Min(point => point.Parameters) && BestSize <= Points.Max(point => point.Parameters);
}

/// <summary>Models under several budgets: the best size of each budget, and how it and its tokens grow with the budget.</summary>
public sealed record IsoFlops
{
    /// <summary>The budgets, smallest first.</summary>
    public required IReadOnlyList<IsoFlopCurve> Curves { get; init; }

    /// <summary>N = c·C^a through the best sizes that lie inside; null where there are not two.</summary>
    public PowerLaw? Size { get; private init; }

    /// <summary>D = c·C^b through their tokens.</summary>
    public PowerLaw? Tokens { get; private init; }

    /// <summary>Where a may lie, by resampling points; null where too few resamples have an answer.</summary>
    public Interval? SizeExponent { get; private init; }

    /// <summary>Where b may lie.</summary>
    public Interval? TokensExponent { get; private init; }

    /// <summary>Finds the curves of points that have a budget; the others are passed over.</summary>
    public static IsoFlops Of(IReadOnlyList<ScalingPoint> points, FitSettings settings)
    {
        ScalingPoint[] budgeted = [.. points.Where(point => point.Budget is not null)];
        IsoFlops found = Of(budgeted);
        if (found.Size is null)
            return found;
        IsoFlops[] resampled =
        [
            .. Bootstrap.Draws(budgeted.Length, settings.Resamples, settings.Seed).Select(drawn => Of([.. drawn.Select(i => budgeted[i])])),
        ];
        return found with
        {
            SizeExponent = Exponent(resampled, flops => flops.Size, settings.Level),
            TokensExponent = Exponent(resampled, flops => flops.Tokens, settings.Level),
        };
    }

    private static IsoFlops Of(ScalingPoint[] points)
    {
        IsoFlopCurve[] curves = [.. points.GroupBy(point => point.Budget!.Value).OrderBy(group => group.Key).Select(group => new IsoFlopCurve(
            group.Key, [.. group.OrderBy(point => point.Parameters)], Parabola.Through([.. group.Select(point => (Math.Log(point.Parameters), point.Loss))])))];
        IsoFlopCurve[] inside = [.. curves.Where(curve => curve.IsInside)];
        return new IsoFlops
        {
            Curves = curves,
            Size = PowerLaw.Through(inside.Select(curve => (curve.Budget, curve.BestSize))),
            Tokens = PowerLaw.Through(inside.Select(curve => (curve.Budget, curve.BestTokens))),
        };
    }

    /// <summary>An interval from the resamples that have a law; from fewer than half of them it would say nothing.</summary>
    private static Interval? Exponent(IsoFlops[] resampled, Func<IsoFlops, PowerLaw?> law, double level)
    {
        double[] exponents = [.. resampled.Select(law).OfType<PowerLaw>().Select(found => found.Exponent)];
        return exponents.Length >= resampled.Length / 2 ? Bootstrap.Percentiles(exponents, level) : null;
    }
}
