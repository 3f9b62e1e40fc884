using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Says how well a model foresaw each token of a text: for perplexity, for choosing among answers, for colouring a text by surprise.
/// Texts of any length; only the logits of a few rows exist at a time. A scorer belongs to one thread at a time.
/// </summary>
public sealed class Scorer(Transformer model, Kernels kernels)
{
    private const int ChunkRows = 512;
    private const int LogitsAtOnce = 1 << 22;

    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private Pass? pass;

    /// <summary>
    /// Scores every token but the first, which nothing precedes (put an end of text before it to have it scored): entry i is about
    /// <c>tokens[i + 1]</c>. A text longer than the context is read in windows that each score <paramref name="stride"/> new tokens, so
    /// that every token past the first window sees at least context − stride + 1 others.
    /// </summary>
    /// <param name="tokens">The text.</param>
    /// <param name="stride">From 1 (slowest, each token sees the most) to the context's length; 0 for half the context.</param>
    /// <exception cref="GrimoireException">A token is not in the vocabulary, or the stride is out of range.</exception>
    public TokenScore[] Score(ReadOnlySpan<int> tokens, int stride = 0)
    {
        int context = model.Config.Context;
        if (stride < 0 || stride > context)
            throw new GrimoireException($"scoring: the stride is {stride}; it must be from 1 to the model's context of {context}, or 0 for half of it.");
        stride = stride == 0 ? Math.Max(context / 2, 1) : stride;
        var scores = new TokenScore[Math.Max(tokens.Length - 1, 0)];
        for (int scored = 0, size = context; scored < scores.Length; size = stride)
        {
            int end = Math.Min(scored + size, scores.Length);
            ScoreWindow(tokens, Math.Max(0, end - context), scored, end, scores);
            scored = end;
        }

        return scores;
    }

    /// <summary>Reads the rows begin … end − 1 and scores what the rows from <paramref name="first"/> on predict.</summary>
    private void ScoreWindow(ReadOnlySpan<int> tokens, int begin, int first, int end, TokenScore[] scores)
    {
        var cache = new KeyValueCache(model.Config);
        for (int row = begin; row < end; row += ChunkRows)
        {
            int count = Math.Min(ChunkRows, end - row);
            Tensor hidden = Read(tokens.Slice(row, count), cache);
            if (row + count > first)
                ScoreRows(hidden, row, Math.Max(row, first), row + count, tokens, scores);
        }
    }

    private Tensor Read(ReadOnlySpan<int> tokens, KeyValueCache cache)
    {
        workspace.Reset();
        batch.Clear().Add(tokens, cache);
        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        return model.Stream(pass, model.Embed(pass));
    }

    private void ScoreRows(Tensor hidden, int offset, int first, int end, ReadOnlySpan<int> tokens, TokenScore[] scores)
    {
        int vocabulary = model.Config.Vocabulary;
        int atOnce = Math.Max(1, LogitsAtOnce / vocabulary);
        Workspace.Position mark = workspace.Mark();
        for (int row = first; row < end; row += atOnce)
        {
            int[] rows = [.. Enumerable.Range(row - offset, Math.Min(atOnce, end - row))];
            Span<float> logits = model.Unembed(Ops.GatherRows(hidden, workspace.From(rows))).Span<float>();
            for (int i = 0; i < rows.Length; i++)
                scores[row + i] = TokenScore.Of(logits.Slice(i * vocabulary, vocabulary), tokens[row + i + 1]);
            workspace.Release(mark);
        }
    }
}
