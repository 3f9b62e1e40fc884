namespace Grimoire.Tensors;

/// <content>Attention in steps, for those who look at its pattern or change it.</content>
public static partial class Ops
{
    /// <summary>
    /// The scores before the softmax, <c>[head, token, key]</c>: scale · q·k, soft-capped, −∞ where a token may not look. Key j is position j of
    /// the token's own sequence; the last axis is the longest past + length. Operands as for <see cref="Attention"/>.
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Attention"/>.</exception>
    public static Tensor AttentionScores(Tensor q, Tensor k, Segment[] segments, AttentionSpec spec)
    {
        Workspace workspace = Home(q, k);
        CheckAttention(workspace, q, k, spec);
        CheckSegments(segments, q.Shape[0], k.Shape, scores: true);
        Tensor scores = workspace.New((q.Shape[1], q.Shape[0], LongestHistory(segments)));
        workspace.Kernels.AttentionScores(q, k, segments, spec, scores);
        if (workspace.Tracks(q, k))
            workspace.Record(scores, new AttentionScoresNode(q, k, segments, spec));
        return scores;
    }

    /// <summary>
    /// y[t, h] = Σ_j pattern[h, t, j] · v[j, h]: pattern <c>[head, token, key]</c> as from the <see cref="Softmax"/> of <see cref="AttentionScores"/>,
    /// v <c>[token, kv_head, head_dim]</c>, y <c>[token, head, head_dim]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match, the segments do not tile the tokens, or a cache is too small.</exception>
    public static Tensor AttentionMix(Tensor pattern, Tensor v, Segment[] segments)
    {
        Workspace workspace = Home(pattern, v);
        CheckType(workspace, pattern);
        CheckType(workspace, v);
        CheckRank(pattern, 3);
        CheckRank(v, 3);
        CheckSegments(segments, v.Shape[0], v.Shape, mix: true);
        CheckShape(pattern, (pattern.Shape[0], v.Shape[0], LongestHistory(segments)));
        if (v.Shape[1] == 0 || pattern.Shape[0] % v.Shape[1] != 0)
            Refuse(nameof(v), $"{pattern.Shape[0]} heads do not share {v.Shape[1]} value heads evenly");
        Tensor y = workspace.New((v.Shape[0], pattern.Shape[0], v.Shape[2]));
        workspace.Kernels.AttentionMix(pattern, v, segments, y);
        if (workspace.Tracks(pattern, v))
            workspace.Record(y, new AttentionMixNode(pattern, v, segments));
        return y;
    }

    private static int LongestHistory(Segment[] segments)
    {
        int longest = 0;
        foreach (ref readonly Segment segment in segments.AsSpan())
            longest = Math.Max(longest, segment.Past + segment.Length);
        return longest;
    }
}

file readonly struct AttentionScoresNode(Tensor q, Tensor k, Segment[] segments, AttentionSpec spec) : INode
{
    public void Backward(Tensor scores, Kernels kernels)
    {
        (Tensor? dq, Tensor? dk) = (q.WantedGrad(), k.WantedGrad());
        Workspace workspace = scores.Workspace!;
        Workspace.Position mark = workspace.Mark();
        kernels.AttentionScoresGrad(q, k, segments, spec, scores, scores.Grad!, dq ?? workspace.Zeros(q.Shape), dk ?? workspace.Zeros(k.Shape));
        workspace.Release(mark);
    }
}

file readonly struct AttentionMixNode(Tensor pattern, Tensor v, Segment[] segments) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        (Tensor? dpattern, Tensor? dv) = (pattern.WantedGrad(), v.WantedGrad());
        Workspace workspace = y.Workspace!;
        Workspace.Position mark = workspace.Mark();
        kernels.AttentionMixGrad(pattern, v, segments, y.Grad!, dpattern ?? workspace.Zeros(pattern.Shape), dv ?? workspace.Zeros(v.Shape));
        workspace.Release(mark);
    }
}
