using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Something that happened while training, for whoever shows progress.</summary>
/// <param name="Step">Optimizer steps done.</param>
public abstract record TrainingEvent(long Step)
{
    /// <summary>A step was taken.</summary>
    /// <param name="Step">Optimizer steps done.</param>
    /// <param name="Loss">The step's loss.</param>
    /// <param name="Rate">Learning rate.</param>
    /// <param name="GradientNorm">Before clipping.</param>
    /// <param name="Tokens">Targets of the step.</param>
    /// <param name="Seconds">What it took.</param>
    /// <param name="Metrics">What else the objective measured.</param>
    public sealed record Stepped(
        long Step, double Loss, double Rate, double GradientNorm, int Tokens, double Seconds, IReadOnlyList<(string Name, double Value)> Metrics)
        : TrainingEvent(Step);

    /// <summary>Held-out data were measured.</summary>
    /// <param name="Step">Optimizer steps done.</param>
    /// <param name="Result">What was found.</param>
    /// <param name="Best">Whether its loss is the lowest so far.</param>
    public sealed record Validated(long Step, ValidationResult Result, bool Best) : TrainingEvent(Step);

    /// <summary>The model wrote something.</summary>
    /// <param name="Sample">Prompt and text.</param>
    public sealed record Sampled(TextSample Sample) : TrainingEvent(Sample.Step);

    /// <summary>A checkpoint was written.</summary>
    /// <param name="Step">Optimizer steps done.</param>
    /// <param name="Folder">Where.</param>
    public sealed record Saved(long Step, string Folder) : TrainingEvent(Step);
}

/// <summary>How training ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps are done.</summary>
    Finished,

    /// <summary>It was asked to stop, and has saved where it stands.</summary>
    Stopped,
}
