using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>What is about to happen in a stage, to be read before it does.</summary>
public sealed record StagePlan
{
    /// <summary>The run folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The words that ask for the stage.</summary>
    public required string Kind { get; init; }

    /// <summary>The settings with nothing left open.</summary>
    public required StageSettings Settings { get; init; }

    /// <summary>The model that it began as; <c>newborn</c> where it began as none.</summary>
    public string BeganAs => Settings.Model.Length > 0 ? Settings.Model : "newborn";

    /// <summary>What the stage says of its data and itself.</summary>
    public required IReadOnlyList<Fact> Facts { get; init; }

    /// <summary>Examples with the trained tokens marked.</summary>
    public required IReadOnlyList<MarkedText> Examples { get; init; }

    /// <summary>Memory and parameters.</summary>
    public required TrainingMemory Memory { get; init; }

    /// <summary>Optimizer steps in all.</summary>
    public long Steps => Settings.Steps!.Value;

    /// <summary>Rounds over the data; null where that means nothing.</summary>
    public double? Epochs { get; init; }

    /// <summary>Seconds it should still take on this machine, validation and samples left out; from timed steps.</summary>
    public required double EstimatedSeconds { get; init; }

    /// <summary>The loss of the first step's data before any change; null in a resumed run, or where it tells nothing.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>What the first loss must be; null where theory does not say.</summary>
    public KnownLoss? KnownLoss { get; init; }

    /// <summary>The step from which a run is continued; null for a new one.</summary>
    public long? ResumedFrom { get; init; }

    /// <summary>Checkpoints that were damaged and passed over.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];
}
