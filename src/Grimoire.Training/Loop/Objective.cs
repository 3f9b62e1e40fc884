using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>
/// What is learned: which data a step takes, and what their loss is. The data are a function of (seed, state, model) alone, so that preparing a step twice
/// gives the same work, and a resumed run repeats what would have come.
/// </summary>
public abstract class Objective
{
    /// <summary>
    /// Steps that share what was drawn, such as the epochs over a roll-out: a round begins where <see cref="TrainerState.Step"/> is a multiple of it.
    /// Checkpoints and validations fall only between rounds.
    /// </summary>
    public virtual int Round => 1;

    /// <summary>Whether its loss is one that falls as the model learns, so that a lasting rise tells of divergence.</summary>
    public virtual bool LossFalls => true;

    /// <summary>What it remembers from round to round, such as an adaptive coefficient; kept in checkpoints and given back on resume.</summary>
    public virtual IReadOnlyDictionary<string, double> Memory
    {
        get => new Dictionary<string, double>();
        set
        {
            // An objective without memory has nothing to take back.
        }
    }

    /// <summary>
    /// Asks for an end while training: a long preparation, such as roll-outs, then throws <see cref="OperationCanceledException"/> and has changed nothing.
    /// </summary>
    public CancellationToken Stop { get; set; }

    /// <summary>Draws the data of the step that comes after <paramref name="state"/>: roll-outs and reference scores belong here.</summary>
    /// <param name="state">Where training stands; <see cref="TrainerState.Sequences"/> is the data's cursor.</param>
    /// <param name="workspace">Without a tape; may be reset.</param>
    public abstract StepWork Prepare(TrainerState state, Workspace workspace);
}

/// <summary>What one step does: passes whose gradients add up.</summary>
public abstract class StepWork
{
    /// <summary>Number of passes.</summary>
    public abstract int Passes { get; }

    /// <summary>How far the step moves <see cref="TrainerState.Sequences"/>.</summary>
    public abstract int Sequences { get; }

    /// <summary>Tokens learned from.</summary>
    public abstract int Tokens { get; }

    /// <summary>What was measured along the way, logged beside the loss; asked for once, after all passes.</summary>
    public virtual IReadOnlyList<(string Name, double Value)> Metrics => [];

    /// <summary>The loss of one pass.</summary>
    /// <param name="pass">Its number, from 0.</param>
    /// <param name="workspace">Fresh; with a tape when training, without one when only measuring.</param>
    /// <param name="options">For <see cref="Transformer.Begin"/>.</param>
    public abstract PassLoss Loss(int pass, Workspace workspace, PassOptions options);
}

/// <summary>The loss of one pass of a step.</summary>
/// <param name="Root">A scalar <c>[]</c> on the tape.</param>
/// <param name="Scale">The gradient of the root times this is the pass's share of the step's gradient.</param>
/// <param name="Value">The pass's share of the step's loss, for the log.</param>
public readonly record struct PassLoss(Tensor Root, float Scale, double Value);
