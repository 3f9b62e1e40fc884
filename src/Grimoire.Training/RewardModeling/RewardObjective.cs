using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Learns which of two answers is preferred. The loss is the mean of <see cref="BradleyTerry"/> over the pairs of the step: ln 2 under a new head.
/// </summary>
/// <param name="model">The reward model; what of it requires gradients is trained.</param>
/// <param name="pairs">The pairs; each epoch has its own order.</param>
/// <param name="seed">Chooses the orders.</param>
/// <param name="batch">Pairs per pass.</param>
/// <param name="accumulate">Passes per step.</param>
/// <param name="centering">Weight of (r_c + r_r)².</param>
public sealed class RewardObjective(RewardModel model, IReadOnlyList<RewardPair> pairs, ulong seed, int batch, int accumulate = 1, double centering = 0)
    : Objective
{
    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace) =>
        new Work(model, [.. Enumerable.Range(0, batch * accumulate).Select(i => Pair(state.Sequences + i)).Chunk(batch)], centering);

    private RewardPair Pair(long place)
    {
        (long epoch, long at) = Math.DivRem(place, pairs.Count);
        return pairs[(int)new Permutation(pairs.Count, CountedRandom.Bits(seed, (ulong)epoch))[at]];
    }

    private sealed class Work(RewardModel model, RewardPair[][] passes, double centering) : StepWork
    {
        private readonly List<double> differences = [];

        public override int Passes => passes.Length;

        public override int Sequences { get; } = passes.Sum(pass => pass.Length);

        public override int Tokens { get; } = passes.Sum(pass => pass.Sum(pair => pair.Chosen.Length + pair.Rejected.Length));

        public override IReadOnlyList<(string Name, double Value)> Metrics =>
        [
            (Metric.RewardAccuracy, differences.Average(d => d > 0 ? 1 : d < 0 ? 0 : 0.5)), (Metric.RewardMargin, differences.Average()),
        ];

        public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
        {
            var both = new Batch();
            foreach (RewardPair pair in passes[pass])
                both.Add(pair.Chosen).Add(pair.Rejected);
            Tensor rewards = model.Forward(model.Model.Transformer.Begin(workspace, both, options));
            var slopes = new float[2 * passes[pass].Length];
            double sum = 0;
            for (int i = 0; i < passes[pass].Length; i++)
            {
                (double chosen, double rejected) = (rewards.Span<float>()[2 * i], rewards.Span<float>()[(2 * i) + 1]);
                PairLoss loss = BradleyTerry.Loss(chosen, rejected, passes[pass][i].Margin, centering);
                sum += loss.Value;
                (slopes[2 * i], slopes[(2 * i) + 1]) = ((float)(loss.Chosen / Sequences), (float)(loss.Rejected / Sequences));
                differences.Add(chosen - rejected);
            }

            return new PassLoss(Ops.Sum(rewards * workspace.From(rewards.Shape, slopes)), 1, sum / Sequences);
        }
    }
}
