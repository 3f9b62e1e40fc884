using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>How a run stands in its folder: not begun, begun, or with a checkpoint to go on from.</summary>
/// <param name="Begun">Whether the folder holds the run already.</param>
/// <param name="Checkpoint">The newest undamaged checkpoint, or null.</param>
/// <param name="State">Where training stood there.</param>
/// <param name="Damaged">What is wrong with newer checkpoints, which were passed over.</param>
internal sealed record Standing(bool Begun, string? Checkpoint, TrainerState State, IReadOnlyList<string> Damaged)
{
    /// <summary>The step to go on from; null where no step was saved.</summary>
    public long? ResumedFrom => Checkpoint is null ? null : State.Step;

    /// <summary>Seconds a step has taken so far, if any was taken.</summary>
    public double? SecondsPerStep => State.Step > 0 ? State.Seconds / State.Step : null;

    public static Standing Read(string folder)
    {
        bool begun = Run.Exists(folder);
        var damaged = new List<string>();
        string? checkpoint = begun ? Training.Checkpoint.Newest(folder, damaged.Add) : null;
        return new Standing(begun, checkpoint, checkpoint is null ? new TrainerState() : Training.Checkpoint.ReadState(checkpoint), damaged);
    }
}
