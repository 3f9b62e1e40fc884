using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>What the fit of a table of models found.</summary>
public static class FitReport
{
    /// <summary>The verb that a fit's folder names.</summary>
    public const string Kind = "scale fit";

    /// <summary>The result, for <see cref="EvaluationFolder"/>.</summary>
    /// <param name="analysis">What the points tell.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="name">What the table is called.</param>
    public static EvaluationResult Of(ScalingAnalysis analysis, RunInfo request, string name)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return new EvaluationResult
        {
            Run = request,
            Title = $"Scaling law of {name}",
            Summary = $"{analysis.Fit.Points.Count} models: {ScalingText.Sentence(analysis.Fit.Law)}.",
            Figures = [.. ScalingText.Figures(analysis)],
            Tables = [.. ScalingText.Tables(analysis)],
            Plots = ScalingPlots.Of(analysis),
        };
    }

    /// <summary>The rows of the examples: each model, with what the law expects of it.</summary>
    public static IEnumerable<JsonObject> Rows(ScalingFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Points.Select((point, i) => new JsonObject
        {
            ["id"] = $"{i + 1}",
            ["task"] = "scale",
            ["parameters"] = point.Parameters,
            ["tokens"] = point.Tokens,
            ["operations"] = point.Operations,
            ["scores"] = new JsonObject { ["loss"] = point.Loss, ["law"] = fit.Law.Loss(point.Parameters, point.Tokens) },
        });
    }
}
