using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Steps of optimizers: every number is read and written once.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void AdamW(Tensor parameter, Tensor grad, Tensor m, Tensor v, in AdamWStep step) =>
        Each(new AdamWOp(Floats(parameter), Floats(grad), Floats(m), Floats(v), step), parameter.Shape.Count);

    public override void AdamW(ReadOnlySpan<AdamWPart> parts, in AdamWStep step)
    {
        var joined = new JoinedJobs<Sweep<AdamWOp>>(Scratch.Plan(JoinedJobs<Sweep<AdamWOp>>.Size(parts.Length)));
        foreach (ref readonly AdamWPart part in parts)
        {
            var op = new AdamWOp(Floats(part.Parameter), Floats(part.Grad), Floats(part.Mean), Floats(part.Square), step with { Decay = part.Decay });
            joined.Add(new(op, part.Parameter.Shape.Count, PieceSize), Pieces(part.Parameter.Shape.Count));
        }

        Team(ref joined, joined.Pieces);
    }

    public override void Sgd(Tensor parameter, Tensor grad, Tensor? velocity, float rate, float momentum, float decay, float gradScale) =>
        Each(new SgdOp(Floats(parameter), Floats(grad), FloatsOrNull(velocity), rate, momentum, decay, gradScale), parameter.Shape.Count);

    private readonly struct AdamWOp(float* parameter, float* grad, float* m, float* v, AdamWStep step) : IElementwise<V>
    {
        // (m/c₁) / (√(v/c₂) + ε) = m · (√c₂/c₁) / (√v + ε √c₂)
        private readonly float keep = (float)(1 - ((double)step.Rate * step.Decay));
        private readonly float factor = (float)(-step.Rate * Math.Sqrt(step.Correction2) / step.Correction1);
        private readonly float epsilon = (float)(step.Epsilon * Math.Sqrt(step.Correction2));
        private readonly float gain1 = (float)((1 - (double)step.Beta1) * step.GradScale);
        private readonly float gain2 = (float)((1 - (double)step.Beta2) * step.GradScale * step.GradScale);
        private readonly float beta1 = step.Beta1;
        private readonly float beta2 = step.Beta2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V g = lanes.Load(grad + i);
            V first = V.MultiplyAdd(V.Create(beta1), lanes.Load(m + i), V.Create(gain1) * g);
            V second = V.MultiplyAdd(V.Create(beta2), lanes.Load(v + i), V.Create(gain2) * g * g);
            V update = V.Create(factor) * first / (V.Sqrt(second) + V.Create(epsilon));
            lanes.Store(parameter + i, V.MultiplyAdd(lanes.Load(parameter + i), V.Create(keep), update));
            lanes.Store(m + i, first);
            lanes.Store(v + i, second);
        }
    }

    private readonly struct SgdOp(
        float* parameter, float* grad, float* velocity, float rate, float momentum, float decay, float gradScale) : IElementwise<V>
    {
        private readonly float keep = (float)(1 - ((double)rate * decay));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V update = V.Create(gradScale) * lanes.Load(grad + i);
            if (velocity != null)
            {
                update = V.MultiplyAdd(V.Create(momentum), lanes.Load(velocity + i), update);
                lanes.Store(velocity + i, update);
            }

            lanes.Store(parameter + i, V.MultiplyAdd(lanes.Load(parameter + i), V.Create(keep), V.Create(-rate) * update));
        }
    }
}
