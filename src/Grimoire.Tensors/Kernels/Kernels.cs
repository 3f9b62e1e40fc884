using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// A device: the arithmetic under the ops. Outputs are given and overwritten; gradients (parameters named <c>dx</c>, <c>dw</c> …) are added to; where one is
/// zeros that are not in memory yet (<see cref="Tensor.Clear"/>) a kernel may write it without reading. A kernel reads nothing but its operands and gives the
/// same bits for any number of threads.
/// </summary>
/// <remarks>
/// "Rows" of a tensor are its elements grouped by the last axis. Activations and gradients of one call share one type (F32, or F64 in <see cref="Reference"/>);
/// weights may also be F16, BF16 or quantised where a kernel says so. Outputs never overlap inputs unless a kernel says so.
/// </remarks>
public abstract partial class Kernels
{
    /// <summary>Plain loops in any precision, one thread: what every other device is compared with.</summary>
    public static Kernels Reference { get; } = new ReferenceKernels();

    /// <summary>The widest registers of this machine on all its processors, in F32.</summary>
    public static Kernels Simd { get; } = CreateSimd(Environment.ProcessorCount);

    /// <summary>Kernels in vector registers, in F32. Their bits depend on the width, not on the number of threads.</summary>
    /// <param name="threads">How many threads may work on a kernel at once, the caller's among them.</param>
    /// <param name="vectorBits">512, 256 or 128; 0 for the widest that this machine has. Wider ones work too, slowly.</param>
    /// <exception cref="GrimoireException">There is no such number of threads or no such width.</exception>
    public static Kernels CreateSimd(int threads, int vectorBits = 0)
    {
        if (threads is < 1 or > 1024)
            throw new GrimoireException($"{threads} threads cannot compute; ask for 1 to 1024");
        int widest = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        return (vectorBits == 0 ? widest : vectorBits) switch
        {
            512 => new SimdKernels<Lanes512>(threads),
            256 => new SimdKernels<Lanes256>(threads),
            128 => new SimdKernels<Lanes128>(threads),
            _ => throw new GrimoireException($"there are no registers of {vectorBits} bits; choose 512, 256 or 128, or 0 for the widest"),
        };
    }

    /// <summary>How many threads may work at once, the caller's among them: what other work beside the kernels may use as well.</summary>
    public virtual int Threads => 1;

    // ---- elementwise ------------------------------------------------------------------------------------------------------------

    /// <summary>x = value.</summary>
    public abstract void Fill(Tensor x, double value);

    /// <summary>y = x, converted to y's type.</summary>
    public abstract void Copy(Tensor x, Tensor y);

    /// <summary>y = a + b; y may be a.</summary>
    public abstract void Add(Tensor a, Tensor b, Tensor y);

    /// <summary>y += factor · x: also the gradient of sums and scalings.</summary>
    public abstract void Accumulate(Tensor x, float factor, Tensor y);

    /// <summary>y = a ⊙ b.</summary>
    public abstract void Multiply(Tensor a, Tensor b, Tensor y);

    /// <summary>dx += dy ⊙ other: the gradient of a product.</summary>
    public abstract void MultiplyGrad(Tensor dy, Tensor other, Tensor dx);

    /// <summary>y = factor · x; y may be x.</summary>
    public abstract void Scale(Tensor x, float factor, Tensor y);

    /// <summary>y[r, c] = x[r, c] · factors[c] + shift[c]; factors and shift <c>[channel]</c>, shift may be null; y may be x.</summary>
    public abstract void ScaleColumns(Tensor x, Tensor factors, Tensor? shift, Tensor y);

    /// <summary>y = σ(x).</summary>
    public abstract void Activate(Activation kind, Tensor x, Tensor y);

    /// <summary>dx += dy · σ′(x).</summary>
    public abstract void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx);

    /// <summary>y = σ(gate) ⊙ up (Shazeer 2020, arXiv:2002.05202); y may be gate.</summary>
    public abstract void Gate(Activation kind, Tensor gate, Tensor up, Tensor y);

    /// <summary>dgate += dy ⊙ up ⊙ σ′(gate); dup += dy ⊙ σ(gate). Either may be null.</summary>
    public abstract void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup);

    /// <summary>
    /// y = x ⊙ m / (1 − rate), where the mask element m(i) ∈ {0, 1} is a hash of (seed, i): the same in a replay, in the gradient and for any thread count.
    /// </summary>
    public abstract void Dropout(Tensor x, float rate, ulong seed, Tensor y);

    /// <summary>dx += dy ⊙ m / (1 − rate) with the mask of <see cref="Dropout"/>.</summary>
    public abstract void DropoutGrad(Tensor dy, float rate, ulong seed, Tensor dx);

    // ---- reductions -------------------------------------------------------------------------------------------------------------

    /// <summary>y = Σ x, y of one element.</summary>
    public abstract void Sum(Tensor x, Tensor y);

    /// <summary>dx += dy for every element, dy of one element.</summary>
    public abstract void SumGrad(Tensor dy, Tensor dx);

    /// <summary>Σ x² in float64, summed in a fixed order.</summary>
    public abstract double SumOfSquares(Tensor x);

    /// <summary>Σ x² of several tensors together: one dispatch however many there are.</summary>
    public virtual double SumOfSquares(ReadOnlySpan<Tensor> xs)
    {
        double sum = 0;
        foreach (Tensor x in xs)
            sum += SumOfSquares(x);
        return sum;
    }

    /// <summary>Index of the largest element of each row (the first of equals), y <c>[rows]</c> of I32.</summary>
    public abstract void ArgMax(Tensor x, Tensor y);

    // ---- matrices ---------------------------------------------------------------------------------------------------------------

    /// <summary>y = x Wᵀ + b; x <c>[rows, in]</c>, weight <c>[out, in]</c> of any type but integers, bias <c>[out]</c> or null, y <c>[rows, out]</c>.</summary>
    public abstract void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>Several linear layers of the same rows, such as queries, keys and values: x is read, and the threads are called, once.</summary>
    public virtual void Linear(Tensor x, ReadOnlySpan<Projection> projections)
    {
        foreach (ref readonly Projection projection in projections)
            Linear(x, projection.Weight, projection.Bias, projection.Y);
    }

    /// <summary>
    /// Two linear layers of the same rows, of which one is the other's gate: y of the gate becomes σ(gate) ⊙ up; y of the other is working memory.
    /// </summary>
    public virtual void GatedLinear(Activation kind, Tensor x, in Projection gate, in Projection up)
    {
        Linear(x, [gate, up]);
        Gate(kind, gate.Y, up.Y, gate.Y);
    }

    /// <summary>
    /// Puts a matrix beside itself into the order that this device's linear layers read fastest; does nothing where there is none. Not for weights that change.
    /// The activations that enter a quantised matrix are then rounded to eight bits, a scale for every 32.
    /// </summary>
    public void Pack(Tensor weight) => new PackedWeights(this, [weight]).Pack();

    /// <summary>Bytes that a matrix takes when packed; 0 where it is read fastest as it is.</summary>
    internal virtual long PackedBytes(Tensor weight) => 0;

    /// <summary>
    /// Packs a matrix into as many bytes as <see cref="PackedBytes"/> says, which their owner keeps; leaves one alone whose numbers have no packed form.
    /// </summary>
    internal virtual unsafe void Pack(Tensor weight, byte* memory, object owner) => throw new NotSupportedException("this device packs nothing");

    /// <summary>dx += dy W; weight of any type but integers.</summary>
    public abstract void LinearInputGrad(Tensor dy, Tensor weight, Tensor dx);

    /// <summary>dw += dyᵀ x; dw <c>[out, in]</c>.</summary>
    public abstract void LinearWeightGrad(Tensor dy, Tensor x, Tensor dw);

    /// <summary>db += Σ_rows dy; db <c>[out]</c>.</summary>
    public abstract void LinearBiasGrad(Tensor dy, Tensor db);

    /// <summary>
    /// y = op(a) op(b), or y += with <paramref name="accumulate"/>; op transposes the last two axes where asked. Two axes, or three with
    /// equal leading batch: a <c>[batch, m, k]</c>, b <c>[batch, k, n]</c>, y <c>[batch, m, n]</c>.
    /// </summary>
    public abstract void MatMul(Tensor a, Tensor b, Tensor y, bool transposeA = false, bool transposeB = false, bool accumulate = false);

    // ---- rows -------------------------------------------------------------------------------------------------------------------

    /// <summary>y[i] = table[ids[i]]; table <c>[count, channel]</c> of any type but integers, ids <c>[row]</c>, y <c>[row, channel]</c>.</summary>
    public abstract void GatherRows(Tensor table, Tensor ids, Tensor y);

    /// <summary>dtable[ids[i]] += dy[i], in order of i.</summary>
    public abstract void ScatterRows(Tensor dy, Tensor ids, Tensor dtable);

    /// <summary>
    /// y[to + i] = x[from + i] for i &lt; count, rows of the first axis: the tail of a cache. Where y is of another type, the numbers are rounded to it: F16 to
    /// the nearest it has, at most 65504 in magnitude, a quantised type as <see cref="Quantization"/> does.
    /// </summary>
    public abstract void CopyRows(Tensor x, int from, int count, Tensor y, int to);

    /// <summary>
    /// Rows of square patches: image <c>[count, channel, height, width]</c> → y <c>[count · (height/size) · (width/size), channel · size · size]</c>.
    /// </summary>
    public abstract void Patches(Tensor image, int size, Tensor y);

    /// <summary>dimage += the patches put back in place.</summary>
    public abstract void PatchesGrad(Tensor dy, int size, Tensor dimage);

    // ---- norms ------------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// y = (x − mean) · rstd ⊙ weight + bias per row, rstd = 1/√(variance + eps); statistics <c>[rows, 2]</c> receive mean and rstd. Weight and bias
    /// <c>[channel]</c>; bias may be null (Ba et al. 2016, arXiv:1607.06450).
    /// </summary>
    public abstract void LayerNorm(Tensor x, Tensor weight, Tensor? bias, float eps, Tensor y, Tensor statistics);

    /// <summary>Gradients of <see cref="LayerNorm"/>; each of dx, dweight, dbias may be null.</summary>
    public abstract void LayerNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias);

    /// <summary>y = x / √(mean x² + eps) ⊙ weight per row; statistics <c>[rows]</c> receive 1/√(…) (Zhang and Sennrich 2019, arXiv:1910.07467).</summary>
    public abstract void RmsNorm(Tensor x, Tensor weight, float eps, Tensor y, Tensor statistics);

    /// <summary>Gradients of <see cref="RmsNorm"/>; dx and dweight may be null.</summary>
    public abstract void RmsNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight);

    // ---- positions --------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// table[t, i] = magnitude · (cos, sin)(positions[t] · frequencies[i]), angles in float64; table <c>[token, pair, 2]</c>.
    /// </summary>
    public abstract void RotaryTable(Tensor positions, ReadOnlySpan<double> frequencies, double magnitude, Tensor table);

    /// <summary>
    /// Rotates pairs of channels by the table's angles (Su et al. 2021, arXiv:2104.09864): x and y <c>[token, head, head_dim]</c>; the first
    /// 2 · pairs channels rotate, the rest are copied. Pairs are (2i, 2i+1) if interleaved, else (i, i + pairs); y may be x.
    /// </summary>
    public abstract void Rotary(Tensor x, Tensor table, bool interleaved, Tensor y);

    /// <summary>dx += the rotation of dy by the opposite angles.</summary>
    public abstract void RotaryGrad(Tensor dy, Tensor table, bool interleaved, Tensor dx);

    // ---- attention --------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// y = softmax(scale · q kᵀ) v within each segment, never forming the pattern (Dao et al. 2022, arXiv:2205.14135). q, y <c>[token, head, head_dim]</c>; k,
    /// v <c>[token, kv_head, head_dim]</c>, head h reads kv_head h / (heads / kv_heads); logSumExp <c>[token, head]</c> receives log Σ exp of each row's
    /// scores.
    /// </summary>
    public abstract void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor? logSumExp);

    /// <summary>Gradients of <see cref="Attention"/>, recomputing the pattern; cached keys and values are constants.</summary>
    public abstract void AttentionGrad(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk,
        Tensor dv);

    /// <summary>
    /// The scores before the softmax, <c>[head, token, key]</c>: scale · q·k, soft-capped, −∞ where a token may not look. Key j is position j of
    /// the token's own sequence; the last axis is the longest Past + Length.
    /// </summary>
    public abstract void AttentionScores(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores);

    /// <summary>Gradients of <see cref="AttentionScores"/> with respect to q and k.</summary>
    public abstract void AttentionScoresGrad(
        Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores, Tensor dscores, Tensor dq, Tensor dk);

    /// <summary>y[t, h] = Σ_j pattern[h, t, j] · v[j, h]: the pattern applied to the values.</summary>
    public abstract void AttentionMix(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor y);

    /// <summary>Gradients of <see cref="AttentionMix"/>.</summary>
    public abstract void AttentionMixGrad(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor dy, Tensor dpattern, Tensor dv);

    // ---- distributions ----------------------------------------------------------------------------------------------------------

    /// <summary>y = exp(x − max) / Σ exp(x − max) per row; −∞ gives 0.</summary>
    public abstract void Softmax(Tensor x, Tensor y);

    /// <summary>dx += y ⊙ (dy − ⟨dy, y⟩) per row.</summary>
    public abstract void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx);

    /// <summary>y = x − log Σ exp x per row.</summary>
    public abstract void LogSoftmax(Tensor x, Tensor y);

    /// <summary>dx += dy − exp(y) Σ dy per row.</summary>
    public abstract void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx);

    /// <summary>
    /// losses[i] = −Σ_v target_v log p_v + zloss · log²Z of row i; 0 where targets[i] &lt; 0. logits <c>[row, vocabulary]</c>, losses <c>[row]</c>.
    /// </summary>
    public abstract void CrossEntropy(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor losses);

    /// <summary>
    /// dlogits += dlosses[i] · ∂losses[i]/∂logits[i]; rows with an ignored target get nothing. Where dlogits is logits itself the gradient takes their place.
    /// </summary>
    public abstract void CrossEntropyGrad(Tensor logits, Tensor targets, CrossEntropySpec spec, Tensor dlosses, Tensor dlogits);

    // ---- optimizers -------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) with g = gradScale · grad: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
    /// parameter ← parameter · (1 − rate · decay) − rate · (m/c₁) / (√(v/c₂) + ε), where cᵢ = 1 − βᵢᵗ.
    /// </summary>
    public abstract void AdamW(Tensor parameter, Tensor grad, Tensor m, Tensor v, in AdamWStep step);

    /// <summary>The same step of many parameters, each with its own decay: one dispatch however many there are.</summary>
    public virtual void AdamW(ReadOnlySpan<AdamWPart> parts, in AdamWStep step)
    {
        foreach (ref readonly AdamWPart part in parts)
            AdamW(part.Parameter, part.Grad, part.Mean, part.Square, step with { Decay = part.Decay });
    }

    /// <summary>
    /// One step of gradient descent with g = gradScale · grad: velocity ← momentum · velocity + g (where there is one), parameter ←
    /// parameter · (1 − rate · decay) − rate · velocity (or g).
    /// </summary>
    public abstract void Sgd(Tensor parameter, Tensor grad, Tensor? velocity, float rate, float momentum, float decay, float gradScale);
}

/// <summary>The numbers of one AdamW step; see <see cref="Kernels.AdamW(Tensor, Tensor, Tensor, Tensor, in AdamWStep)"/>.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="Decay">Decoupled weight decay.</param>
/// <param name="Correction1">c₁ = 1 − β₁ᵗ.</param>
/// <param name="Correction2">c₂ = 1 − β₂ᵗ.</param>
/// <param name="GradScale">Multiplies the gradient first: clipping.</param>
public readonly record struct AdamWStep(
    float Rate, float Beta1, float Beta2, float Epsilon, float Decay, float Correction1, float Correction2, float GradScale);

/// <summary>One parameter of a step of AdamW, and all that belongs to it.</summary>
/// <param name="Parameter">What changes.</param>
/// <param name="Grad">Its gradient.</param>
/// <param name="Mean">The first moment m.</param>
/// <param name="Square">The second moment v.</param>
/// <param name="Decay">Its decoupled weight decay.</param>
public readonly record struct AdamWPart(Tensor Parameter, Tensor Grad, Tensor Mean, Tensor Square, float Decay);
