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
    private Drawn? drawn;

    /// <inheritdoc/>
    public override int Round => settings.Epochs * settings.Minibatches;

    // Each round has other answers, and surer ones.
    /// <inheritdoc/>
    public override bool LossFalls => false;

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        (int epoch, int part) = Math.DivRem((int)(state.Step % Round), settings.Minibatches);
        bool begins = (epoch, part) == (0, 0);
        if (begins || drawn is null)
            drawn = Draw(state);
        int count = drawn.Answers.Length, first = (int)((long)part * count / settings.Minibatches), end = (int)((long)(part + 1) * count / settings.Minibatches);
        var order = new Permutation(Math.Max(1, count), CountedRandom.Bits(seed, (ulong)(state.Step / Round), (ulong)epoch));
        var chosen = new EncodedExample[end - first];
        for (int i = 0; i < chosen.Length; i++)
            chosen[i] = drawn.Answers[(int)order[first + i]];
        return new Step(model, chosen, begins ? settings.Prompts : 0, batch, drawn.Metrics);
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

    /// <summary>Next-token prediction on some of the kept answers.</summary>
    private sealed class Step(Transformer model, IReadOnlyList<EncodedExample> answers, int prompts, int batch, IReadOnlyList<(string, double)> measured) : StepWork
    {
        private readonly EncodedExample[][] passes = [.. answers.Chunk(batch)];

        public override int Passes => passes.Length;

        public override int Sequences => prompts;

        public override int Tokens { get; } = answers.Sum(answer => answer.TrainedCount);

        public override IReadOnlyList<(string Name, double Value)> Metrics => measured;

        public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
        {
            TrainingBatch packed = TrainingBatch.Of(passes[pass]);
            Tensor logs = TokenLogProbabilities.Of(model, model.Begin(workspace, packed.ToBatch(), options), packed);
            Tensor loss = Ops.Sum(logs) * -1;
            return new PassLoss(loss, 1f / Tokens, loss.Item() / Tokens);
        }
    }
}
