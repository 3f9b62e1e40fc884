using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// How likely, and how open, the model finds the tokens of a batch that have a target, at temperature 1. Only their rows are unembedded, a chunk at a time:
/// prompts cost no logits, and all logits never exist at once.
/// </summary>
public static class TokenLogProbabilities
{
    private const int LogitsAtOnce = 1 << 22;

    /// <summary>ln p(target) in nats of every target of the batch, in order, <c>[trained token]</c>; differentiable where the workspace has a tape.</summary>
    public static Tensor Of(Transformer model, Pass pass, TrainingBatch batch) => Of(model, model.Stream(pass, model.Embed(pass)), batch);

    /// <summary>The same from hidden states <c>[token, channel]</c> that <see cref="Transformer.Stream"/> gave, for losses that read them twice.</summary>
    public static Tensor Of(Transformer model, Tensor hidden, TrainingBatch batch)
    {
        int[] rows = TrainedRows(batch);
        Workspace workspace = hidden.Workspace!;
        Tensor taken = rows.Length == batch.Targets.Length ? hidden : Ops.GatherRows(hidden, workspace.From(rows));
        Tensor targets = workspace.From(Array.ConvertAll(rows, row => batch.Targets[row]));
        return model.Losses(taken, targets) * -1;
    }

    /// <summary>
    /// −Σ p ln p in nats of the distribution from which each target of the batch came, in order, <c>[trained token]</c>. Nothing is recorded.
    /// </summary>
    public static float[] Entropies(Transformer model, Tensor hidden, TrainingBatch batch)
    {
        int[] rows = TrainedRows(batch);
        var entropies = new float[rows.Length];
        Workspace workspace = hidden.Workspace!;
        Tape? tape = workspace.Exchange(null);
        Workspace.Position mark = workspace.Mark();
        int vocabulary = model.Config.Vocabulary;
        int done = 0;
        foreach (int[] chunk in rows.Chunk(Math.Max(1, LogitsAtOnce / vocabulary)))
        {
            Span<float> logits = model.Unembed(Ops.GatherRows(hidden, workspace.From(chunk))).Span<float>();
            for (int i = 0; i < chunk.Length; i++)
                entropies[done++] = (float)TokenScore.Of(logits.Slice(i * vocabulary, vocabulary), token: 0).Entropy;
            workspace.Release(mark);
        }

        workspace.Exchange(tape);
        return entropies;
    }

    /// <summary>The rows that have a target, in order.</summary>
    public static int[] TrainedRows(TrainingBatch batch) => LanguageModeling.TrainedRows(batch.Targets);
}
