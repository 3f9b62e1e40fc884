using System.Text.Json;
using System.Text.Json.Serialization;

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

    // A law of few points may have an A beyond all numbers, and an interval without an end.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

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
            return JsonSerializer.Deserialize<ScalingPrediction>(File.ReadAllBytes(path), Readable) is { Law: not null, Runs: not null } read
                ? read : throw new JsonException("something is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            string why = e.Message.Split(". ")[0].TrimEnd('.');
            throw new GrimoireException($"{path}: cannot be read ({why}); a sweep whose prediction is lost begins anew in another folder.", e);
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Readable));
}
