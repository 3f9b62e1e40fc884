using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Group-relative policy optimisation (Shao et al. 2024, arXiv:2402.03300): a round draws a group of answers to each of some prompts; answers better than their
/// group become likelier, worse ones less likely. The loss is the mean over the tokens of a step (Yu et al. 2025, arXiv:2503.14476), so long answers are not
/// let off lightly.
/// </summary>
public sealed class GrpoObjective : Objective
{
    // Resampling must end even where a model always, or never, earns its reward.
    private const int MostDraws = 4;

    private readonly Transformer model;
    private readonly ReferencePolicy? reference;
    private readonly GroupSource source;
    private readonly GrpoSettings settings;
    private readonly int batch;
    private readonly ulong seed;
    private readonly RoundSlices slices;
    private Drawn? drawn;

    /// <summary>An objective for a model.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="reference">What it is to stay near; asked only where <see cref="GrpoSettings.Kl"/> is above 0.</param>
    /// <param name="source">Where its answers and their rewards come from.</param>
    /// <param name="settings">How it learns.</param>
    /// <param name="batch">Answers a pass.</param>
    /// <param name="seed">Chooses answers and minibatches.</param>
    public GrpoObjective(Transformer model, ReferencePolicy? reference, GroupSource source, GrpoSettings settings, int batch, ulong seed)
    {
        if (settings.Kl > 0)
            ArgumentNullException.ThrowIfNull(reference);
        (this.model, this.reference, this.source) = (model, settings.Kl > 0 ? reference : null, source);
        (this.settings, this.batch, this.seed) = (settings, batch, seed);
        slices = new RoundSlices(settings.Epochs, settings.Minibatches, seed);
    }

    /// <inheritdoc/>
    public override int Round => slices.Steps;

    /// <inheritdoc/>
    public override bool LossFalls => false;

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        bool begins = slices.Begins(state.Step);
        if (begins || drawn is null)
            drawn = Draw(state, workspace);
        return new GrpoStep(model, slices.Of(state.Step, drawn.Answers), begins ? drawn.Prompts : 0, batch, settings.Loss, drawn.Metrics);
    }

    private sealed record Drawn(int Prompts, GrpoAnswer[] Answers, IReadOnlyList<(string Name, double Value)> Metrics);

    private Drawn Draw(TrainerState state, Workspace workspace)
    {
        var round = new GrpoRound(settings);
        for (int draw = 0; draw < MostDraws && round.Missing > 0; draw++)
        {
            int missing = round.Missing;
            round.Add(missing, source.Draw(state.Sequences + round.Prompts, missing, CountedRandom.Bits(seed, (ulong)state.Step, (ulong)draw), Stop));
        }

        GrpoAnswer[] answers = Refer(round.Learned, workspace);
        IEnumerable<GrpoAnswer> referred = answers.Where(answer => answer.Reference.Length > 0);
        double[] divergences = [.. referred.Select(answer => answer.Old.Zip(answer.Reference, (a, b) => (double)a - b).Sum())];
        return new Drawn(round.Prompts, answers, divergences.Length == 0 ? round.Metrics() : [.. round.Metrics(), (Metric.Kl, divergences.Average())]);
    }

    /// <summary>The answers with what the reference thinks of their tokens.</summary>
    private GrpoAnswer[] Refer(IReadOnlyList<(Rollout Rollout, double Advantage)> learned, Workspace workspace)
    {
        var answers = new List<GrpoAnswer>();
        foreach ((Rollout Rollout, double Advantage)[] some in learned.Chunk(batch))
        {
            EncodedExample[] encoded = [.. some.Select(answer => answer.Rollout.Encoded)];
            float[] held = [];
            if (reference is not null)
            {
                workspace.Reset();
                held = reference.LogProbabilities(TrainingBatch.Of(encoded), workspace);
            }

            int at = 0;
            for (int i = 0; i < some.Length; i++)
            {
                int tokens = reference is null ? 0 : encoded[i].TrainedCount;
                answers.Add(new GrpoAnswer(encoded[i], some[i].Advantage, some[i].Rollout.LogProbabilities, held[at..(at += tokens)]));
            }
        }

        return [.. answers];
    }
}
