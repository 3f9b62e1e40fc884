using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>One optimizer step on some of a round's answers: the mean loss over all their tokens, in passes of a few answers.</summary>
internal sealed class PpoStep(Transformer model, Head value, PpoRound round, IReadOnlyList<PpoAnswer> answers, int sequences, int batch, PpoSettings settings)
    : StepWork
{
    private readonly PpoAnswer[][] passes = [.. answers.Chunk(batch)];

    /// <summary>The answers of a pass.</summary>
    public IReadOnlyList<PpoAnswer> Answers(int pass) => passes[pass];

    public override int Passes => passes.Length;

    public override int Sequences => sequences;

    public override int Tokens { get; } = answers.Sum(answer => answer.Advantages.Length);

    public override IReadOnlyList<(string Name, double Value)> Metrics => round.Metrics;

    public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
    {
        TrainingBatch packed = TrainingBatch.Of([.. passes[pass].Select(answer => answer.Encoded)]);
        PolicyReading reading = PolicyReading.Of(model, value, packed, workspace, options);
        var loss = new PpoLoss(passes[pass], reading.LogProbabilities.Span<float>(), reading.Values.Span<float>(), settings);
        if (workspace.Tape is not null)
            round.Count(loss);
        Tensor root = Ops.Sum(reading.LogProbabilities * workspace.From(packed.TargetCount, loss.PolicySlopes))
            + Ops.Sum(reading.Values * workspace.From(packed.TargetCount, loss.ValueSlopes));
        return new PassLoss(root, 1f / Tokens, loss.Value / Tokens);
    }
}
