using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>One optimizer step on some of a round's answers: the mean loss over all their tokens, in passes of a few answers.</summary>
internal sealed class GrpoStep(
    Transformer model, IReadOnlyList<GrpoAnswer> answers, int prompts, int batch, GrpoLoss loss, IReadOnlyList<(string Name, double Value)> measured) : StepWork
{
    private readonly GrpoAnswer[][] passes = [.. answers.Chunk(batch)];
    private int clipped;

    public override int Passes => passes.Length;

    public override int Sequences => prompts;

    public override int Tokens { get; } = answers.Sum(answer => answer.Old.Length);

    public override IReadOnlyList<(string Name, double Value)> Metrics => [.. measured, (Metric.ClipFraction, (double)clipped / Math.Max(1, Tokens))];

    public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
    {
        TrainingBatch packed = TrainingBatch.Of([.. passes[pass].Select(answer => answer.Encoded)]);
        Tensor logs = TokenLogProbabilities.Of(model, model.Begin(workspace, packed.ToBatch(), options), packed);
        var slopes = new float[packed.TargetCount];
        double sum = 0;
        int at = 0;
        foreach (GrpoAnswer answer in passes[pass])
        {
            int tokens = answer.Old.Length;
            (double value, int held) = loss.Of(logs.Span<float>().Slice(at, tokens), answer.Old, answer.Reference, answer.Advantage, slopes.AsSpan(at, tokens));
            sum += value;
            clipped += workspace.Tape is null ? 0 : held;
            at += tokens;
        }

        return new PassLoss(Ops.Sum(logs * workspace.From(logs.Shape, slopes)), 1f / Tokens, sum / Tokens);
    }
}
