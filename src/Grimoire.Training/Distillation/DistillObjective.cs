using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Expert iteration (Anthony et al. 2017, arXiv:1705.08439; rejection sampling as in Touvron et al. 2023, arXiv:2307.09288): a round draws answers to some
/// prompts, keeps the best, and is an ordinary fine-tuning on those. The next round draws from what has come of it.
/// </summary>
/// <param name="model">What answers and learns.</param>
/// <param name="source">Where its answers and their rewards come from.</param>
/// <param name="settings">How.</param>
/// <param name="batch">Answers a pass.</param>
/// <param name="seed">Chooses answers and minibatches.</param>
public sealed class DistillObjective(Transformer model, GroupSource source, DistillSettings settings, int batch, ulong seed) : Objective
{
    private readonly BatchPass reading = new(model);
    private readonly RoundSlices slices = new(settings.Epochs, settings.Minibatches, seed);
    private Drawn? drawn;

    /// <inheritdoc/>
    public override int Round => slices.Steps;

    // Each round has other answers, and surer ones.
    /// <inheritdoc/>
    public override bool LossFalls => false;

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        bool begins = slices.Begins(state.Step);
        if (begins || drawn is null)
            drawn = Draw(state);
        TrainingBatch[] batches = [.. slices.Of(state.Step, drawn.Answers).Chunk(batch).Select(TrainingBatch.Of)];
        return new LanguageModelingStep(reading, batches, begins ? settings.Prompts : 0, measured: drawn.Metrics);
    }

    private Drawn Draw(TrainerState state)
    {
        IReadOnlyList<AnswerGroup> groups = source.Draw(state.Sequences, settings.Prompts, CountedRandom.Bits(seed, (ulong)state.Step), Stop);
        List<EncodedExample> answers = [];
        double earned = 0;
        foreach (AnswerGroup group in groups)
        {
            foreach (int kept in settings.Kept(group.Rewards))
            {
                answers.Add(group.Answers[kept].Encoded);
                earned += group.Rewards[kept];
            }
        }

        return new Drawn([.. answers],
        [
            .. GroupMetrics.Of(groups), (Metric.Kept, answers.Count), .. answers.Count == 0 ? [] : new[] { (Metric.KeptReward, earned / answers.Count) },
        ]);
    }

    private sealed record Drawn(EncodedExample[] Answers, IReadOnlyList<(string Name, double Value)> Metrics);
}
