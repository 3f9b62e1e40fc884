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
        LossOver(analysis, "tokens D", point => point.Tokens, (law, point, d) => law.Loss(point.Parameters, d)),
        LossOver(analysis, "parameters N", point => point.Parameters, (law, point, n) => law.Loss(n, point.Tokens)),
        Residuals(analysis),
    ];

    private static Plot Parabolas(ScalingAnalysis analysis) => new("Loss of the models of each budget", "log₁₀ N, parameters", "loss, nats a token",
        [.. analysis.IsoFlops.Curves.SelectMany((curve, i) => Curve(curve, i))])
    {
        Lead = "Too small a model cannot hold what the text says; too large a one has not read enough of it. The lowest point of a budget's parabola is its best size.",
    };

    private static IEnumerable<PlotSeries> Curve(IsoFlopCurve curve, int colour)
    {
        yield return new PlotSeries(ScalingText.Operations(curve.Budget), [.. curve.Points.Select(point => (Math.Log10(point.Parameters), point.Loss))], Joined: false)
        {
            Colour = colour,
        };
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
            new PlotSeries("by the law", [.. Steps(from, to).Select(c => Size(c, analysis.Fit.Law))]) { Marked = false },
            new PlotSeries("by the parabolas", [.. analysis.IsoFlops.Curves.Where(curve => curve.IsInside).Select(
                curve => (Math.Log10(curve.Budget), Math.Log10(curve.BestSize)))], Joined: false),
            new PlotSeries("the frontier", [.. analysis.Frontier.Points.Select(point => (Math.Log10(point.Operations), Math.Log10(point.Parameters)))], Joined: false),
            new PlotSeries("all models", [.. points.Select(point => (Math.Log10(point.Operations), Math.Log10(point.Parameters)))], Joined: false),
        ])
        {
            Lead = "Where the law has its least loss for so many operations, to ten times the largest that were spent.",
        };
    }

    /// <summary>Loss over one of N and D: the models, and what the law says along it from models across the range of the other.</summary>
    private static Plot LossOver(ScalingAnalysis analysis, string what, Func<ScalingPoint, double> of, Func<ScalingLaw, ScalingPoint, double, double> loss)
    {
        ScalingPoint[] points = [.. analysis.Fit.Points.OrderBy(point => point.Parameters)];
        double from = Math.Log(points.Min(of) / Room), to = Math.Log(points.Max(of) * Room);
        ScalingPoint[] across = [.. points.OrderBy(point => point.Operations / of(point)) is var ordered ? new[] { ordered.First(), ordered.ElementAt(points.Length / 2), ordered.Last() } : []];
        string[] names = ["the law, least of the other", "the law, middle", "the law, most"];
        return new Plot($"Loss over {what}", $"log₁₀ {what}", "loss, nats a token",
        [
            new PlotSeries("models", [.. points.Select(point => (Math.Log10(of(point)), point.Loss))], Joined: false),
            .. across.Select((point, i) => new PlotSeries(names[i], [.. Steps(from, to).Select(x => (x / Math.Log(10), loss(analysis.Fit.Law, point, Math.Exp(x))))]) { Marked = false }),
        ]);
    }

    private static Plot Residuals(ScalingAnalysis analysis) => new("What the law expects, and what was measured", "loss by the law", "loss measured",
        [
            new PlotSeries("models", [.. analysis.Fit.Points.Select(point => (analysis.Fit.Law.Loss(point.Parameters, point.Tokens), point.Loss))], Joined: false),
            new PlotSeries("equal", [.. new[] { analysis.Fit.Points.Min(point => point.Loss), analysis.Fit.Points.Max(point => point.Loss) }.Select(x => (x, x))]),
        ]);

    private static IEnumerable<double> Steps(double from, double to) => Enumerable.Range(0, CurvePoints).Select(i => from + ((to - from) * i / (CurvePoints - 1)));
}
