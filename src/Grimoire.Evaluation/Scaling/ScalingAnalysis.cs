namespace Grimoire.Evaluation.Scaling;

/// <summary>All that points tell: the law of loss, the best sizes of budgets, the frontier.</summary>
/// <param name="Fit">The law (approach 3 of Hoffmann et al. 2022).</param>
/// <param name="IsoFlops">The parabolas (approach 2).</param>
/// <param name="Frontier">The envelope (approach 1).</param>
public sealed record ScalingAnalysis(ScalingFit Fit, IsoFlops IsoFlops, Frontier Frontier)
{
    /// <summary>k in C = k·N·D, the mean over the points.</summary>
    public double OperationsPerParameterAndToken => Fit.Points.Average(point => point.Operations / (point.Parameters * point.Tokens));

    /// <summary>All that a fit's points tell.</summary>
    public static ScalingAnalysis Of(ScalingFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new ScalingAnalysis(fit, IsoFlops.Of(fit.Points, fit.Settings), Frontier.Of(fit.Points));
    }
}
