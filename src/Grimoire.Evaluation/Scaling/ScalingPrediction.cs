using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>The loss foretold of a run.</summary>
/// <param name="Name">The run.</param>
/// <param name="Loss">What the law gives, nats a token.</param>
/// <param name="Interval">Where the loss may lie.</param>
public sealed record PredictedLoss(string Name, double Loss, Interval Interval);

/// <summary>What the smaller models of a sweep say of the largest, written down before those are trained and never changed.</summary>
/// <param name="Made">When, UTC.</param>
/// <param name="Points">How many models the law was fitted to.</param>
/// <param name="Law">The law.</param>
/// <param name="Runs">What it says of each of the largest.</param>
public sealed record ScalingPrediction(DateTime Made, int Points, ScalingLaw Law, IReadOnlyList<PredictedLoss> Runs)
{
    /// <summary>The file's name in the sweep's folder.</summary>
    public const string FileName = "prediction.json";

    /// <summary>What a fit says of runs.</summary>
    public static ScalingPrediction Of(ScalingFit fit, IEnumerable<SweepRun> runs)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new ScalingPrediction(DateTime.UtcNow, fit.Points.Count, fit.Law, [.. runs.Select(run =>
        {
            (double loss, Interval interval) = fit.Predict(run.Parameters, run.Tokens);
            return new PredictedLoss(run.Name, loss, interval);
        })]);
    }

    /// <summary>Reads it; null where the folder has none.</summary>
    /// <exception cref="GrimoireException">The file is damaged.</exception>
    public static ScalingPrediction? Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return Read(JsonNode.Parse(File.ReadAllBytes(path))!);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or NullReferenceException)
        {
            string why = e.Message.Split(". ")[0].TrimEnd('.');
            throw new GrimoireException($"{path}: cannot be read ({why}); a sweep whose prediction is lost begins anew in another folder.", e);
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public void Write(string folder)
    {
        var json = new JsonObject
        {
            ["made"] = Made,
            ["points"] = Points,
            ["law"] = new JsonObject
            {
                ["e"] = JsonLines.Number(Law.E),
                ["log_a"] = JsonLines.Number(Law.LogA),
                ["log_b"] = JsonLines.Number(Law.LogB),
                ["alpha"] = JsonLines.Number(Law.Alpha),
                ["beta"] = JsonLines.Number(Law.Beta),
            },
            ["runs"] = new JsonArray([.. Runs.Select(run => new JsonObject
            {
                ["name"] = run.Name,
                ["loss"] = JsonLines.Number(run.Loss),
                ["lower"] = JsonLines.Number(run.Interval.Lower),
                ["upper"] = JsonLines.Number(run.Interval.Upper),
                ["level"] = JsonLines.Number(run.Interval.Level),
            })]),
        };
        AtomicFile.WriteText(Path.Combine(folder, FileName), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static ScalingPrediction Read(JsonNode json)
    {
        double Law(string number) => JsonLines.ToDouble(json["law"]![number]);
        return new ScalingPrediction(
            json["made"]!.GetValue<DateTime>(), json["points"]!.GetValue<int>(),
            new ScalingLaw(Law("e"), Law("log_a"), Law("log_b"), Law("alpha"), Law("beta")),
            [.. json["runs"]!.AsArray().Select(run => new PredictedLoss(run!["name"]!.GetValue<string>(), JsonLines.ToDouble(run["loss"]),
                new Interval(JsonLines.ToDouble(run["lower"]), JsonLines.ToDouble(run["upper"]), JsonLines.ToDouble(run["level"]))))]);
    }
}
