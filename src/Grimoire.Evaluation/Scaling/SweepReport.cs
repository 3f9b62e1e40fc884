using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>What a sweep found.</summary>
internal static class SweepReport
{
    public static EvaluationResult Of(ScalingSweep sweep, ScalingAnalysis analysis, ScalingPrediction prediction, RunInfo request)
    {
        (PredictedLoss Predicted, SweptRun Measured)[] largest =
            [.. prediction.Runs.Join(sweep.Done, predicted => predicted.Name, done => done.Run.Name, (predicted, done) => (predicted, done))];
        return new EvaluationResult
        {
            Run = request,
            Title = $"Scaling law of {sweep.Done.Count} models",
            Summary = $"{string.Join(" ", largest.Select(Sentence))} With all models: {ScalingText.Sentence(analysis.Fit.Law)}.",
            Figures = [.. largest.SelectMany(Figures), .. ScalingText.Figures(analysis)],
            Tables = [Prediction(largest, prediction), .. ScalingText.Tables(analysis), Runs(sweep)],
            Plots = ScalingPlots.Of(analysis),
        };
    }

    /// <summary>A row of the examples: the run, and what came of it.</summary>
    public static JsonObject Row(SweptRun done) => new()
    {
        ["id"] = done.Run.Name,
        ["task"] = "scale",
        ["parameters"] = done.Run.Parameters,
        ["tokens"] = done.Run.Tokens,
        ["operations"] = done.Run.Operations,
        ["budget"] = done.Run.Budget,
        ["scores"] = new JsonObject { ["loss"] = done.Loss, ["bits_per_byte"] = done.BitsPerByte },
    };

    private static string Sentence((PredictedLoss Predicted, SweptRun Measured) run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Predicted.Name} was foretold a loss of {run.Predicted.Loss:0.0000} ({ScalingText.Shown(run.Predicted.Interval)}) and has " +
        $"{run.Measured.Loss:0.0000}: {Off(run)} off.");

    private static string Off((PredictedLoss Predicted, SweptRun Measured) run) => Error(run).ToString("+0.00;−0.00", CultureInfo.InvariantCulture) + " %";

    private static double Error((PredictedLoss Predicted, SweptRun Measured) run) => 100 * ((run.Measured.Loss / run.Predicted.Loss) - 1);

    private static IEnumerable<Figure> Figures((PredictedLoss Predicted, SweptRun Measured) run)
    {
        yield return new Figure("predicted loss", run.Predicted.Loss) { Of = run.Predicted.Name, Interval = run.Predicted.Interval, Unit = "nats a token" };
        yield return new Figure("loss", run.Measured.Loss) { Of = run.Predicted.Name, Unit = "nats a token", LowerIsBetter = true };
        yield return new Figure("off", Error(run)) { Of = run.Predicted.Name, Unit = "%" };
    }

    private static DataTable Prediction((PredictedLoss Predicted, SweptRun Measured)[] largest, ScalingPrediction prediction) => new(
        FormattableString.Invariant($"Foretold from {prediction.Points} smaller models on {prediction.Made:d MMMM yyyy, HH:mm} UTC, then trained"),
        ["Model", ">Foretold loss", ">Interval", ">Measured", ">Off", ""],
        [.. largest.Select(run => (IReadOnlyList<string>)
        [
            run.Predicted.Name, Figure.Text(run.Predicted.Loss), ScalingText.Shown(run.Predicted.Interval), Figure.Text(run.Measured.Loss), Off(run),
            run.Predicted.Interval.Contains(run.Measured.Loss) ? "within the interval" : "outside the interval",
        ])]);

    private static DataTable Runs(ScalingSweep sweep) => new("The models",
        ["Model", ">N", ">in blocks", ">D", ">D/N", ">Rounds", ">C", ">C/ND", ">Loss", ">Bits a byte", ">Seconds"],
        [.. sweep.Done.Select(done => (IReadOnlyList<string>)
        [
            done.Run.Name, ScalingText.Short(done.Run.Parameters), ScalingText.Short(done.Run.BlockParameters), ScalingText.Short(done.Run.Tokens),
            Fixed((double)done.Run.Tokens / done.Run.Parameters, "0.0"), Fixed((double)done.Run.Tokens / sweep.TrainTokens, "0.00"),
            ScalingText.Operations(done.Run.Operations),
            Fixed(done.Run.Operations / ((double)done.Run.Parameters * done.Run.Tokens), "0.00"),
            Fixed(done.Loss, "0.0000"), Fixed(done.BitsPerByte, "0.000"), Fixed(done.Seconds, "0"),
        ])]);

    private static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
