namespace Grimoire.Tensors;

/// <content>Attention that never forms its pattern.</content>
public static partial class Ops
{
    /// <summary>
    /// y = softmax(scale · q kᵀ) v within each segment, in memory linear in the tokens (Dao et al. 2022, arXiv:2205.14135): q and y
    /// <c>[token, head, head_dim]</c>, k and v <c>[token, kv_head, head_dim]</c>, where head h reads kv_head h · kv_heads / heads. Equals
    /// <see cref="AttentionMix"/> of the <see cref="Softmax"/> of <see cref="AttentionScores"/>.
    /// </summary>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys of the same tokens.</param>
    /// <param name="v">Values of the same tokens.</param>
    /// <param name="segments">The sequences, which tile the token axis in order; kept until the backward pass, so not to be changed.</param>
    /// <param name="spec">Scale, mask and soft-cap.</param>
    /// <exception cref="ArgumentException">The sizes do not match, the segments do not tile the tokens, or a cache is too small.</exception>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, Segment[] segments, AttentionSpec spec)
    {
        Workspace workspace = Home(q, k, v);
        CheckAttention(workspace, q, k, spec);
        CheckType(workspace, v);
        CheckShape(v, k.Shape);
        CheckSegments(segments, q.Shape[0], k.Shape);
        bool isTracked = workspace.Tracks(q, k, v);
        CheckTape(isTracked, segments);
        Tensor y = workspace.New(q.Shape);
        Tensor? logSumExp = isTracked ? Exact(workspace.New((q.Shape[0], q.Shape[1]))) : null;
        workspace.Kernels.Attention(q, k, v, segments, spec, y, logSumExp);
        if (logSumExp is not null)
            workspace.Record(y, new AttentionNode(q, k, v, segments, spec, logSumExp));
        return y;
    }

    private static void CheckAttention(Workspace workspace, Tensor q, Tensor k, AttentionSpec spec)
    {
        CheckType(workspace, q);
        CheckType(workspace, k);
        CheckRank(q, 3);
        CheckRank(k, 3);
        CheckShape(k, (q.Shape[0], k.Shape[1], q.Shape[2]));
        if (k.Shape[1] == 0 || q.Shape[1] % k.Shape[1] != 0)
            Refuse(nameof(k), $"{q.Shape[1]} heads do not share {k.Shape[1]} key heads evenly");
        if (spec is { Window: > 0, Causal: false })
            Refuse(nameof(spec), "a window needs causal attention: it bounds how far back a token looks");
        if (spec.Window < 0 || spec.SoftCap < 0)
            Refuse(nameof(spec), $"window {spec.Window} and soft-cap {spec.SoftCap} are not negative; 0 means none");
    }

    /// <summary>Refuses segments that do not tile the tokens, and caches that do not hold the past; keys is <c>[token, kv_head, head_dim]</c>.</summary>
    private static void CheckSegments(Segment[] segments, int tokens, Shape keys, bool scores = false, bool mix = false)
    {
        int end = 0;
        foreach (ref readonly Segment segment in segments.AsSpan())
        {
            if (segment.Start != end || segment.Length < 1 || segment.Past < 0)
                Refuse(nameof(segments), $"the segment of {segment.Length} rows from {segment.Start} on (past {segment.Past}) does not follow row {end}");
            end += segment.Length;
            if (segment.Cached == 0)
                continue;
            if (!mix)
                CheckCache(segment.PastKeys, segment.Cached, keys);
            if (!scores)
                CheckCache(segment.PastValues, segment.Cached, keys);
        }

        if (end != tokens)
            Refuse(nameof(segments), $"the segments cover {end} rows of {tokens}");
    }

    /// <summary>Refuses to record what has no gradient: keys and values that were rounded into a cache.</summary>
    private static void CheckTape(bool isTracked, Segment[] segments)
    {
        if (isTracked && Array.Exists(segments, segment => segment.Written || segment.PastKeys?.DType is DType.F16 or DType.Q8_0))
            Refuse(nameof(segments),
                "a pass that is differentiated keeps its own keys and values out of the cache, and the cache in the type of its activations");
    }

    private static void CheckCache(Tensor? cache, int past, Shape keys)
    {
        if (cache is null || cache.Shape.Rank != 3 || cache.Shape[0] < past || cache.Shape.WithFirst(keys[0]) != keys)
            Refuse("segments", $"reading {past} positions needs a cache of as many rows {keys.WithFirst(past)}, not {cache?.Shape.ToString() ?? "none"}");
    }
}

file readonly struct AttentionNode(Tensor q, Tensor k, Tensor v, Segment[] segments, AttentionSpec spec, Tensor logSumExp) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        // Gradients that stay come before the mark, scratch for those that nobody wants after it.
        (Tensor? dq, Tensor? dk, Tensor? dv) = (q.WantedGrad(), k.WantedGrad(), v.WantedGrad());
        Workspace workspace = y.Workspace!;
        Workspace.Position mark = workspace.Mark();
        kernels.AttentionGrad(
            q, k, v, segments, spec, y, logSumExp, y.Grad!,
            dq ?? workspace.Zeros(q.Shape), dk ?? workspace.Zeros(k.Shape), dv ?? workspace.Zeros(v.Shape));
        workspace.Release(mark);
    }
}
