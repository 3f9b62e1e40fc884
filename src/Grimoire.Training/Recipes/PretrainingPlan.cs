using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>What is about to happen, to be read before it does.</summary>
public sealed record PretrainingPlan
{
    /// <summary>The run folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The recipe with nothing left open.</summary>
    public required PretrainRecipe Recipe { get; init; }

    /// <summary>The model's architecture.</summary>
    public required ModelConfig Model { get; init; }

    /// <summary>Training tokens on disk.</summary>
    public required long TrainTokens { get; init; }

    /// <summary>Bytes of training text.</summary>
    public required long TrainBytes { get; init; }

    /// <summary>Held-out tokens; 0 where nothing is held out.</summary>
    public required long ValidationTokens { get; init; }

    /// <summary>Optimizer steps in all.</summary>
    public required long Steps { get; init; }

    /// <summary>Tokens learned from in all.</summary>
    public required long Tokens { get; init; }

    /// <summary>Rounds over the training text.</summary>
    public double Epochs => (double)Tokens / TrainTokens;

    /// <summary>Floating-point operations of all training.</summary>
    public required double Operations { get; init; }

    /// <summary>Seconds it should take on this machine, validation and samples left out; from timed passes.</summary>
    public required double EstimatedSeconds { get; init; }

    /// <summary>Bytes of weights, gradients and optimizer state.</summary>
    public required long StateBytes { get; init; }

    /// <summary>The loss on the first batch before any step, nats per token; null in a resumed run.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>ln V: the loss of a model that knows nothing.</summary>
    public double UniformLoss => Math.Log(Model.Vocabulary);

    /// <summary>The beginning of one training sequence, decoded: every token after the first is a target.</summary>
    public required string Example { get; init; }

    /// <summary>The step from which a run is continued; null for a new one.</summary>
    public long? ResumedFrom { get; init; }

    /// <summary>Checkpoints that were damaged and passed over.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];
}
