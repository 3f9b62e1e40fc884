using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Where training stands between two steps. With the model and the optimizer it determines everything that follows.</summary>
public sealed record TrainerState
{
    /// <summary>Optimizer steps done.</summary>
    public long Step { get; init; }

    /// <summary>Sequences drawn: the data's cursor.</summary>
    public long Sequences { get; init; }

    /// <summary>Targets learned from.</summary>
    public long Tokens { get; init; }

    /// <summary>Seconds of training, pauses left out.</summary>
    public double Seconds { get; init; }

    /// <summary>The lowest validation loss so far; infinite before the first.</summary>
    public double BestLoss { get; init; } = double.PositiveInfinity;

    /// <summary>The step of the lowest validation loss.</summary>
    public long BestStep { get; init; }

    /// <summary>What the watchdog remembers.</summary>
    public WatchdogState Watchdog { get; init; } = new();

    /// <summary>What the objective remembers, see <see cref="Objective.Memory"/>.</summary>
    public ValueList<KeyValuePair<string, double>> Memory { get; init; }

    internal JsonObject ToJson() => new()
    {
        ["step"] = Step,
        ["sequences"] = Sequences,
        ["tokens"] = Tokens,
        ["seconds"] = Seconds,
        ["best_loss"] = double.IsFinite(BestLoss) ? BestLoss : null,
        ["best_step"] = BestStep,
        ["watchdog"] = new JsonObject
        {
            ["smoothed"] = double.IsFinite(Watchdog.Smoothed) ? Watchdog.Smoothed : null,
            ["lowest"] = double.IsFinite(Watchdog.Lowest) ? Watchdog.Lowest : null,
            ["strikes"] = Watchdog.Strikes,
        },
        ["memory"] = new JsonObject(Memory.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)JsonLines.Number(m.Value)))),
    };

    internal static TrainerState FromJson(JsonObject json) => new()
    {
        Step = json["step"]!.GetValue<long>(),
        Sequences = json["sequences"]!.GetValue<long>(),
        Tokens = json["tokens"]!.GetValue<long>(),
        Seconds = json["seconds"]!.GetValue<double>(),
        BestLoss = json["best_loss"]?.GetValue<double>() ?? double.PositiveInfinity,
        BestStep = json["best_step"]!.GetValue<long>(),
        Watchdog = new WatchdogState(
            json["watchdog"]!["smoothed"]?.GetValue<double>() ?? double.NaN,
            json["watchdog"]!["lowest"]?.GetValue<double>() ?? double.PositiveInfinity,
            json["watchdog"]!["strikes"]!.GetValue<int>()),
        Memory = [.. (json["memory"] as JsonObject ?? []).Select(m => KeyValuePair.Create(m.Key, JsonLines.ToDouble(m.Value)))],
    };
}
