using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>The pictures of an analysis.</summary>
internal static class ScalingPlots
{
    private const int CurvePoints = 40;
    private const double Room = 1.6, Furthest = 10;

    public static IReadOnlyList<Plot> Of(ScalingAnalysis analysis) =>
    [
        .. analysis.IsoFlops.Curves.Any(curve => curve.Parabola is not null) ? new[] { Parabolas(analysis) } : [],
        OptimalLine(analysis),
        LossOver(analysis.Fit, "tokens D", point => point.Tokens, "N", point => point.Parameters, (d, n) => analysis.Fit.Law.Loss(n, d)),
        LossOver(analysis.Fit, "parameters N", point => point.Parameters, "D", point => point.Tokens, analysis.Fit.Law.Loss),
        Residuals(analysis.Fit),
    ];

    private static Plot Parabolas(ScalingAnalysis analysis) => new("Loss of the models of each budget", "log₁₀ N, parameters", "loss, nats a token",
        [.. analysis.IsoFlops.Curves.SelectMany((curve, i) => Curve(curve, i))])
    {
        Lead = "Too small a model cannot hold what the text says; too large a one has read too little of it. The best lies where a parabola is lowest.",
    };

    private static IEnumerable<PlotSeries> Curve(IsoFlopCurve curve, int colour)
    {
        (double, double)[] models = [.. curve.Points.Select(point => (Math.Log10(point.Parameters), point.Loss))];
        yield return new PlotSeries(ScalingText.Operations(curve.Budget), models, Joined: false) { Colour = colour };
        if (curve.Parabola is not { } parabola)
            yield break;
        double from = Math.Log(curve.Points[0].Parameters), to = Math.Log(curve.Points[^1].Parameters);
        yield return new PlotSeries("", [.. Steps(from, to).Select(x => (x / Math.Log(10), parabola.At(x)))]) { Colour = colour, Marked = false };
    }

    private static Plot OptimalLine(ScalingAnalysis analysis)
    {
        IReadOnlyList<ScalingPoint> points = analysis.Fit.Points;
        double from = Math.Log10(points.Min(point => point.Operations)), to = Math.Log10(points.Max(point => point.Operations) * Furthest);
        (double, double) Size(double logOperations, ScalingLaw law) =>
            (logOperations, Math.Log10(law.Optimum(Math.Pow(10, logOperations), analysis.OperationsPerParameterAndToken).Parameters));
        return new Plot("The compute-optimal size", "log₁₀ C, operations", "log₁₀ N, parameters",
        [
            new PlotSeries("all models", Sizes(points), Joined: false) { Colour = 3 },
            new PlotSeries("the frontier", Sizes(analysis.Frontier.Points), Joined: false),
            new PlotSeries("by the parabolas", [.. analysis.IsoFlops.Curves.Where(curve => curve.IsInside).Select(
                curve => (Math.Log10(curve.Budget), Math.Log10(curve.BestSize)))], Joined: false),
            new PlotSeries("by the law", [.. Steps(from, to).Select(c => Size(c, analysis.Fit.Law))]) { Colour = 0, Marked = false },
        ])
        {
            Lead = "Where the law has its least loss for so many operations, to ten times the largest that were spent.",
        };
    }

    private static (double, double)[] Sizes(IEnumerable<ScalingPoint> points) =>
        [.. points.Select(point => (Math.Log10(point.Operations), Math.Log10(point.Parameters)))];

    /// <summary>Loss over one of N and D: the models, and the law along it where the other is at its least, in the middle and at its most.</summary>
    private static Plot LossOver(
        ScalingFit fit, string along, Func<ScalingPoint, double> of, string across, Func<ScalingPoint, double> other, Func<double, double, double> loss)
    {
        double from = Math.Log(fit.Points.Min(of) / Room), to = Math.Log(fit.Points.Max(of) * Room);
        double[] others = [.. fit.Points.Select(other).Order()];
        return new Plot($"Loss over {along}", $"log₁₀ {along}", "loss, nats a token",
        [
            new PlotSeries("models", [.. fit.Points.Select(point => (Math.Log10(of(point)), point.Loss))], Joined: false),
            .. new[] { others[0], others[others.Length / 2], others[^1] }.Select(held => new PlotSeries($"the law at {across} = {ScalingText.Short(held)}",
                [.. Steps(from, to).Select(x => (x / Math.Log(10), loss(Math.Exp(x), held)))]) { Marked = false }),
        ]);
    }

    private static Plot Residuals(ScalingFit fit)
    {
        (double least, double most) = (fit.Points.Min(point => point.Loss), fit.Points.Max(point => point.Loss));
        return new Plot("What the law expects, and what was measured", "loss by the law", "loss measured",
        [
            new PlotSeries("models", [.. fit.Points.Select(point => (fit.Law.Loss(point.Parameters, point.Tokens), point.Loss))], Joined: false),
            new PlotSeries("equal", [(least, least), (most, most)]) { Marked = false },
        ]);
    }

    private static IEnumerable<double> Steps(double from, double to) =>
        Enumerable.Range(0, CurvePoints).Select(i => from + ((to - from) * i / (CurvePoints - 1)));
}
