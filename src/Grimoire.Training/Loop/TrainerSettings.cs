using Grimoire.Models;

namespace Grimoire.Training;

/// <summary>What the training loop needs to know beyond what is trained, on what, and how.</summary>
public sealed record TrainerSettings
{
    /// <summary>Optimizer steps in all.</summary>
    public required long Steps { get; init; }

    /// <summary>Largest gradient norm; 0 for none.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Share of activations dropped.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether blocks are computed again in the backward pass rather than remembered: less memory, a third more time, the same result.</summary>
    public bool Recompute { get; init; }

    /// <summary>How activations wait for the backward pass where they are remembered.</summary>
    public SavedActivations SavedActivations { get; init; }

    /// <summary>Chooses dropout masks.</summary>
    public ulong Seed { get; init; }

    /// <summary>Steps between rows of metrics.</summary>
    public int LogInterval { get; init; } = 10;

    /// <summary>Steps between validations.</summary>
    public int EvaluationInterval { get; init; } = 250;

    /// <summary>Steps between samples; 0 for none.</summary>
    public int SampleInterval { get; init; }

    /// <summary>Steps between checkpoints; 0 for only the first, the best and the last.</summary>
    public int CheckpointInterval { get; init; } = 250;

    /// <summary>Checkpoints kept beside the best one.</summary>
    public int Keep { get; init; } = 2;
}
