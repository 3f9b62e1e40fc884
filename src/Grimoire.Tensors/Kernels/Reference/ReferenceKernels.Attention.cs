namespace Grimoire.Tensors;

/// <summary>Attention, fused and composed.</summary>
internal sealed partial class ReferenceKernels
{
    public override void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor? logSumExp)
    {
        Elements ys = new(y), logSums = new(logSumExp ?? y);
        int heads = q.Shape[1], channels = q.Shape[2], share = heads / k.Shape[1];
        Fill(y, 0);
        foreach (ref readonly Segment segment in segments)
        {
            Rows queries = Rows.Of(q, segment), keys = Rows.WithPast(k, segment.PastKeys, segment), values = Rows.WithPast(v, segment.PastValues, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                for (int head = 0; head < heads; head++)
                {
                    Visible(i, segment, spec, out int first, out int end);
                    double max = double.NegativeInfinity, sum = 0;
                    for (int j = first; j < end; j++)
                        max = Math.Max(max, Score(queries, keys, i, j, head, head / share, spec));
                    for (int j = first; j < end; j++)
                        sum += Math.Exp(Score(queries, keys, i, j, head, head / share, spec) - max);
                    double logSum = max + Math.Log(sum);
                    long row = ((long)(segment.Start + i - segment.Past) * heads) + head;
                    if (logSumExp is not null)
                        logSums[row] = logSum;
                    for (int j = first; j < end; j++)
                    {
                        double probability = Math.Exp(Score(queries, keys, i, j, head, head / share, spec) - logSum);
                        for (int channel = 0; channel < channels; channel++)
                            ys[(row * channels) + channel] += probability * values[j, head / share, channel];
                    }
                }
            }
        }
    }

    public override void AttentionGrad(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp,
        Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        Elements logSums = new(logSumExp);
        int heads = q.Shape[1], share = heads / k.Shape[1];
        foreach (ref readonly Segment segment in segments)
        {
            Rows queries = Rows.Of(q, segment), keys = Rows.WithPast(k, segment.PastKeys, segment), values = Rows.WithPast(v, segment.PastValues, segment);
            Rows outputs = Rows.Of(y, segment), doutputs = Rows.Of(dy, segment);
            Rows dqueries = Rows.Of(dq, segment), dkeys = Rows.Of(dk, segment), dvalues = Rows.Of(dv, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                for (int head = 0; head < heads; head++)
                {
                    Visible(i, segment, spec, out int first, out int end);
                    double logSum = logSums[((long)(segment.Start + i - segment.Past) * heads) + head];
                    double mean = doutputs.Dot(i, head, outputs, i, head);
                    for (int j = first; j < end; j++)
                    {
                        double score = Score(queries, keys, i, j, head, head / share, spec);
                        double probability = Math.Exp(score - logSum);
                        double dscore = probability * (doutputs.Dot(i, head, values, j, head / share) - mean);
                        double dproduct = dscore * ScoreSlope(score, spec);
                        dqueries.Add(i, head, dproduct, keys, j, head / share);
                        if (j < segment.Past)
                            continue;
                        dkeys.Add(j, head / share, dproduct, queries, i, head);
                        dvalues.Add(j, head / share, probability, doutputs, i, head);
                    }
                }
            }
        }
    }

    public override void AttentionScores(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores)
    {
        Elements results = new(scores);
        int heads = q.Shape[1], share = heads / k.Shape[1];
        Fill(scores, double.NegativeInfinity);
        foreach (ref readonly Segment segment in segments)
        {
            Rows queries = Rows.Of(q, segment), keys = Rows.WithPast(k, segment.PastKeys, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                Visible(i, segment, spec, out int first, out int end);
                for (int head = 0; head < heads; head++)
                {
                    long row = PatternRow(scores.Shape, head, i, segment);
                    for (int j = first; j < end; j++)
                        results[row + j] = Score(queries, keys, i, j, head, head / share, spec);
                }
            }
        }
    }

    public override void AttentionScoresGrad(
        Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores, Tensor dscores, Tensor dq, Tensor dk)
    {
        Elements results = new(scores), dresults = new(dscores);
        int heads = q.Shape[1], share = heads / k.Shape[1];
        foreach (ref readonly Segment segment in segments)
        {
            Rows queries = Rows.Of(q, segment), keys = Rows.WithPast(k, segment.PastKeys, segment);
            Rows dqueries = Rows.Of(dq, segment), dkeys = Rows.Of(dk, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                Visible(i, segment, spec, out int first, out int end);
                for (int head = 0; head < heads; head++)
                {
                    long row = PatternRow(scores.Shape, head, i, segment);
                    for (int j = first; j < end; j++)
                    {
                        double dproduct = dresults[row + j] * ScoreSlope(results[row + j], spec);
                        dqueries.Add(i, head, dproduct, keys, j, head / share);
                        if (j >= segment.Past)
                            dkeys.Add(j, head / share, dproduct, queries, i, head);
                    }
                }
            }
        }
    }

    public override void AttentionMix(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor y)
    {
        Elements patterns = new(pattern);
        int heads = y.Shape[1], share = heads / v.Shape[1];
        Fill(y, 0);
        foreach (ref readonly Segment segment in segments)
        {
            Rows values = Rows.WithPast(v, segment.PastValues, segment), outputs = Rows.Of(y, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                for (int head = 0; head < heads; head++)
                {
                    long row = PatternRow(pattern.Shape, head, i, segment);
                    for (int j = 0; j < segment.Past + segment.Length; j++)
                        outputs.Add(i, head, patterns[row + j], values, j, head / share);
                }
            }
        }
    }

    public override void AttentionMixGrad(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor dy, Tensor dpattern, Tensor dv)
    {
        Elements patterns = new(pattern), dpatterns = new(dpattern);
        int heads = dy.Shape[1], share = heads / v.Shape[1];
        foreach (ref readonly Segment segment in segments)
        {
            Rows values = Rows.WithPast(v, segment.PastValues, segment), dvalues = Rows.Of(dv, segment), doutputs = Rows.Of(dy, segment);
            for (int i = segment.Past; i < segment.Past + segment.Length; i++)
            {
                for (int head = 0; head < heads; head++)
                {
                    long row = PatternRow(pattern.Shape, head, i, segment);
                    for (int j = 0; j < segment.Past + segment.Length; j++)
                    {
                        dpatterns[row + j] += doutputs.Dot(i, head, values, j, head / share);
                        if (j >= segment.Past)
                            dvalues.Add(j, head / share, patterns[row + j], doutputs, i, head);
                    }
                }
            }
        }
    }

    /// <summary>The positions <paramref name="first"/> … <paramref name="end"/> − 1 that position <paramref name="i"/> of a segment sees.</summary>
    private static void Visible(int i, in Segment segment, AttentionSpec spec, out int first, out int end)
    {
        first = spec.Window > 0 ? Math.Max(0, i - spec.Window + 1) : 0;
        end = spec.Causal ? i + 1 : segment.Past + segment.Length;
    }

    private static double Score(Rows queries, Rows keys, int i, int j, int head, int keyHead, AttentionSpec spec)
    {
        double score = spec.Scale * queries.Dot(i, head, keys, j, keyHead);
        return spec.SoftCap > 0 ? spec.SoftCap * Math.Tanh(score / spec.SoftCap) : score;
    }

    /// <summary>∂score / ∂(q·k), from the score.</summary>
    private static double ScoreSlope(double score, AttentionSpec spec)
    {
        double tanh = spec.SoftCap > 0 ? score / spec.SoftCap : 0;
        return spec.Scale * (1 - (tanh * tanh));
    }

    /// <summary>Where row [head, token of position i] of <c>[head, token, key]</c> starts.</summary>
    private static long PatternRow(Shape pattern, int head, int i, in Segment segment) =>
        (((long)head * pattern[1]) + segment.Start + i - segment.Past) * pattern[2];
}
