using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// Direct preference optimisation and its kin: makes the better answer of each pair likelier than the worse one, as seen from a reference. The loss is the mean
/// over the pairs of a step: ln 2 at the start for the logistic losses.
/// </summary>
public sealed class DpoObjective : Objective
{
    private readonly Transformer model;
    private readonly IReadOnlyList<EncodedExample[]> pairs;
    private readonly PreferenceSettings settings;
    private readonly Draws draws;
    private readonly ReferenceScores? reference;
    private readonly int batch, accumulate;

    /// <summary>Learns pairs by a loss.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="reference">What it started from; not asked by losses that need none.</param>
    /// <param name="pairs">The answers with their prompt.</param>
    /// <param name="settings">The loss.</param>
    /// <param name="batch">Pairs a pass.</param>
    /// <param name="accumulate">Passes a step.</param>
    /// <param name="seed">Chooses the order of the pairs.</param>
    public DpoObjective(
        Transformer model, ReferencePolicy? reference, IReadOnlyList<(EncodedExample Chosen, EncodedExample Rejected)> pairs, PreferenceSettings settings,
        int batch, int accumulate = 1, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfZero(pairs.Count);
        if (settings.NeedsReference)
            ArgumentNullException.ThrowIfNull(reference);
        (this.model, this.settings, this.batch, this.accumulate) = (model, settings, batch, accumulate);
        this.pairs = [.. pairs.Select(pair => new[] { pair.Chosen, pair.Rejected })];
        draws = new Draws(pairs.Count, seed);
        if (settings.NeedsReference)
            this.reference = new ReferenceScores(reference!, this.pairs, draws, batch);
    }

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        int[] drawn = draws.Range(state.Sequences, batch * accumulate);
        double[][] references = [.. drawn.Select(pair => reference?.Of(pair, workspace) ?? [0, 0])];
        return new PairWork(model, [.. drawn.Select(pair => pairs[pair])], references, settings, batch);
    }
}

/// <summary>A step on some pairs.</summary>
/// <param name="model">What is trained.</param>
/// <param name="pairs">Chosen and rejected answers.</param>
/// <param name="references">Their ln ρ.</param>
/// <param name="settings">The loss.</param>
/// <param name="batch">Pairs a pass.</param>
internal sealed class PairWork(Transformer model, EncodedExample[][] pairs, double[][] references, PreferenceSettings settings, int batch) : StepWork
{
    private readonly PreferenceStatistics statistics = new();

    public override int Passes => (pairs.Length + batch - 1) / batch;

    public override int Sequences => pairs.Length;

    public override int Tokens { get; } = pairs.Sum(pair => pair.Sum(answer => answer.TrainedCount));

    public override IReadOnlyList<(string Name, double Value)> Metrics => statistics.Metrics;

    public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
    {
        int first = pass * batch, count = Math.Min(batch, pairs.Length - first);
        // Both answers of a pair are sequences of their own on the one axis of tokens; each carries the prompt.
        EncodedExample[] answers = [.. pairs.Skip(first).Take(count).SelectMany(pair => pair)];
        TrainingBatch packed = TrainingBatch.Of(answers);
        Tensor logs = TokenLogProbabilities.Of(model, model.Begin(workspace, packed.ToBatch(), options), packed);
        double[] sums = AnswerSums.Of(logs.Span<float>(), answers), slopes = new double[answers.Length];
        double loss = 0;
        for (int i = 0; i < count; i++)
        {
            var chosen = new AnswerScore(sums[2 * i], references[first + i][0], answers[2 * i].TrainedCount);
            var rejected = new AnswerScore(sums[(2 * i) + 1], references[first + i][1], answers[(2 * i) + 1].TrainedCount);
            PairLoss pair = settings.Of(chosen, rejected);
            loss += pair.Value / pairs.Length;
            (slopes[2 * i], slopes[(2 * i) + 1]) = (pair.Chosen / pairs.Length, pair.Rejected / pairs.Length);
            statistics.Add(chosen, rejected, settings);
        }

        return new PassLoss(AnswerSums.Root(logs, slopes, answers), 1, loss);
    }
}
