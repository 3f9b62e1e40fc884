using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Checks;

/// <summary>What can be wrong with kernels.</summary>
public enum Fault
{
    None,
    WeightGradients,
    SeesTheFuture,
    SeesNeighbours,
    ForgetsPositions,
    Inexact,
    WrongLoss,
    LearnsNothing,
}

/// <summary>Right kernels with one fault, for checks to find.</summary>
internal sealed class FaultyKernels(Kernels inner, Fault fault) : Kernels
{
    public override void LinearWeightGrad(Tensor dy, Tensor x, Tensor dw)
    {
        if (fault != Fault.WeightGradients)
            inner.LinearWeightGrad(dy, x, dw);
    }

    /// <summary>Every row also hears the last one; or a batch is one sequence.</summary>
    public override void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor? logSumExp)
    {
        inner.Attention(q, k, v, segments, spec, y, logSumExp);
        Span<float> values = y.Span<float>(), last = values[^(int)(values.Length / y.Shape[0])..];
        if (fault == Fault.SeesTheFuture)
            values[0] += 0.1f * last[0];
        if (fault == Fault.SeesNeighbours && segments.Length > 1)
            last[0] += 0.1f * values[0];
    }

    /// <summary>Positions start over in every pass.</summary>
    public override void RotaryTable(Tensor positions, ReadOnlySpan<double> frequencies, double magnitude, Tensor table)
    {
        if (fault == Fault.ForgetsPositions && positions.Shape[0] == 1)
            positions.Span<int>()[0] = 0;
        inner.RotaryTable(positions, frequencies, magnitude, table);
    }

    public override void ScaleColumns(Tensor x, Tensor factors, Tensor? shift, Tensor y) => inner.ScaleColumns(x, factors, shift, y);

    public override void Gate(Activation kind, Tensor gate, Tensor up, Tensor y)
    {
        inner.Gate(kind, gate, up, y);
        if (fault == Fault.Inexact)
            inner.Scale(y, 1.01f, y);
    }

    public override void CrossEntropy(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor losses)
    {
        inner.CrossEntropy(logits, targets, spec, losses);
        if (fault == Fault.WrongLoss)
            inner.Scale(losses, 1.1f, losses);
    }

    public override void AdamW(Tensor parameter, Tensor grad, Tensor m, Tensor v, in AdamWStep step) =>
        inner.AdamW(parameter, grad, m, v, fault == Fault.LearnsNothing ? step with { Rate = 0 } : step);

    // The rest is right.

    public override void Fill(Tensor x, double value) => inner.Fill(x, value);

    public override void Copy(Tensor x, Tensor y) => inner.Copy(x, y);

    public override void Add(Tensor a, Tensor b, Tensor y) => inner.Add(a, b, y);

    public override void Accumulate(Tensor x, float factor, Tensor y) => inner.Accumulate(x, factor, y);

    public override void Multiply(Tensor a, Tensor b, Tensor y) => inner.Multiply(a, b, y);

    public override void MultiplyGrad(Tensor dy, Tensor other, Tensor dx) => inner.MultiplyGrad(dy, other, dx);

    public override void Scale(Tensor x, float factor, Tensor y) => inner.Scale(x, factor, y);

    public override void Activate(Activation kind, Tensor x, Tensor y) => inner.Activate(kind, x, y);

    public override void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx) => inner.ActivateGrad(kind, x, dy, dx);

    public override void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup) => inner.GateGrad(kind, gate, up, dy, dgate, dup);

    public override void Dropout(Tensor x, float rate, ulong seed, Tensor y) => inner.Dropout(x, rate, seed, y);

    public override void DropoutGrad(Tensor dy, float rate, ulong seed, Tensor dx) => inner.DropoutGrad(dy, rate, seed, dx);

    public override void Sum(Tensor x, Tensor y) => inner.Sum(x, y);

    public override void SumGrad(Tensor dy, Tensor dx) => inner.SumGrad(dy, dx);

    public override double SumOfSquares(Tensor x) => inner.SumOfSquares(x);

    public override void ArgMax(Tensor x, Tensor y) => inner.ArgMax(x, y);

    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y) => inner.Linear(x, weight, bias, y);

    public override void LinearInputGrad(Tensor dy, Tensor weight, Tensor dx) => inner.LinearInputGrad(dy, weight, dx);

    public override void LinearBiasGrad(Tensor dy, Tensor db) => inner.LinearBiasGrad(dy, db);

    public override void MatMul(Tensor a, Tensor b, Tensor y, bool transposeA = false, bool transposeB = false, bool accumulate = false) =>
        inner.MatMul(a, b, y, transposeA, transposeB, accumulate);

    public override void GatherRows(Tensor table, Tensor ids, Tensor y) => inner.GatherRows(table, ids, y);

    public override void ScatterRows(Tensor dy, Tensor ids, Tensor dtable) => inner.ScatterRows(dy, ids, dtable);

    public override void TopK(Tensor x, Tensor ids) => inner.TopK(x, ids);

    public override void GatherColumns(Tensor x, Tensor ids, Tensor y) => inner.GatherColumns(x, ids, y);

    public override void GatherColumnsGrad(Tensor dy, Tensor ids, Tensor dx) => inner.GatherColumnsGrad(dy, ids, dx);

    public override void GroupRows(Tensor ids, Tensor rows, Tensor places, Tensor counts) => inner.GroupRows(ids, rows, places, counts);

    public override void MixRows(Tensor x, Tensor places, Tensor weights, Tensor y) => inner.MixRows(x, places, weights, y);

    public override void MixRowsGrad(Tensor x, Tensor places, Tensor weights, Tensor dy, Tensor? dx, Tensor? dweights) =>
        inner.MixRowsGrad(x, places, weights, dy, dx, dweights);

    public override void CopyRows(Tensor x, int from, int count, Tensor y, int to) => inner.CopyRows(x, from, count, y, to);

    public override void CopyColumns(Tensor x, int from, Tensor y, int to, int count, bool accumulate) => inner.CopyColumns(x, from, y, to, count, accumulate);

    public override void LstmCell(Tensor gates, Tensor? last, Tensor cell, Tensor hidden) => inner.LstmCell(gates, last, cell, hidden);

    public override void LstmCellGrad(Tensor gates, Tensor? last, Tensor cell, Tensor dhidden, Tensor dcell, Tensor dgates, Tensor? dlast) =>
        inner.LstmCellGrad(gates, last, cell, dhidden, dcell, dgates, dlast);

    public override void Patches(Tensor image, int size, Tensor y) => inner.Patches(image, size, y);

    public override void PatchesGrad(Tensor dy, int size, Tensor dimage) => inner.PatchesGrad(dy, size, dimage);

    public override void LayerNorm(Tensor x, Tensor weight, Tensor? bias, float eps, Tensor y, Tensor statistics) => inner.LayerNorm(x, weight, bias, eps, y, statistics);

    public override void LayerNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias) =>
        inner.LayerNormGrad(x, weight, statistics, dy, dx, dweight, dbias);

    public override void RmsNorm(Tensor x, Tensor weight, float eps, Tensor y, Tensor statistics) => inner.RmsNorm(x, weight, eps, y, statistics);

    public override void RmsNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight) =>
        inner.RmsNormGrad(x, weight, statistics, dy, dx, dweight);

    public override void Rotary(Tensor x, Tensor table, bool interleaved, Tensor y) => inner.Rotary(x, table, interleaved, y);

    public override void RotaryGrad(Tensor dy, Tensor table, bool interleaved, Tensor dx) => inner.RotaryGrad(dy, table, interleaved, dx);

    public override void AttentionGrad(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv) =>
        inner.AttentionGrad(q, k, v, segments, spec, y, logSumExp, dy, dq, dk, dv);

    public override void AttentionScores(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores) =>
        inner.AttentionScores(q, k, segments, spec, scores);

    public override void AttentionScoresGrad(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores, Tensor dscores, Tensor dq, Tensor dk) =>
        inner.AttentionScoresGrad(q, k, segments, spec, scores, dscores, dq, dk);

    public override void AttentionMix(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor y) => inner.AttentionMix(pattern, v, segments, y);

    public override void AttentionMixGrad(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor dy, Tensor dpattern, Tensor dv) =>
        inner.AttentionMixGrad(pattern, v, segments, dy, dpattern, dv);

    public override void Softmax(Tensor x, Tensor y) => inner.Softmax(x, y);

    public override void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) => inner.SoftmaxGrad(y, dy, dx);

    public override void LogSoftmax(Tensor x, Tensor y) => inner.LogSoftmax(x, y);

    public override void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) => inner.LogSoftmaxGrad(y, dy, dx);

    public override void CrossEntropyGrad(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor dlosses, Tensor dlogits) =>
        inner.CrossEntropyGrad(logits, targets, spec, dlosses, dlogits);

    public override void Sgd(Tensor parameter, Tensor grad, Tensor? velocity, float rate, float momentum, float decay, float gradScale) =>
        inner.Sgd(parameter, grad, velocity, rate, momentum, decay, gradScale);
}
