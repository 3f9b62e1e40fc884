using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>The nonlinearities, alone and as gates.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Activate(Activation kind, Tensor x, Tensor y) =>
        ActivationMath<V>.Choose(kind, new ActivateUse(this, Floats(x), Floats(y), y.Shape.Count));

    public override void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx) =>
        ActivationMath<V>.Choose(kind, new ActivateGradUse(this, Floats(x), Floats(dy), dx));

    public override void Gate(Activation kind, Tensor gate, Tensor up, Tensor y) =>
        ActivationMath<V>.Choose(kind, new GateUse(this, Floats(gate), Floats(up), Floats(y), y.Shape.Count));

    public override void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup) =>
        ActivationMath<V>.Choose(kind, new GateGradUse(this, Floats(gate), Floats(up), dy, dgate, dup));

    private readonly struct ActivateUse(SimdKernels<V> kernels, float* x, float* y, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new ActivateOp<F>(x, y), count);
    }

    private readonly struct ActivateGradUse(SimdKernels<V> kernels, float* x, float* dy, Tensor dx) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new ActivateGradOp<F>(x, dy, Gradient(dx, out bool onto), onto), dx.Shape.Count);
    }

    private readonly struct GateUse(SimdKernels<V> kernels, float* gate, float* up, float* y, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new GateOp<F>(gate, up, y), count);
    }

    private readonly struct GateGradUse(SimdKernels<V> kernels, float* gate, float* up, Tensor dy, Tensor? dgate, Tensor? dup) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V>
        {
            bool ontoGate = false, ontoUp = false;
            float* dgates = dgate is null ? null : Gradient(dgate, out ontoGate), dups = dup is null ? null : Gradient(dup, out ontoUp);
            kernels.Each(new GateGradOp<F>(gate, up, Floats(dy), dgates, ontoGate, dups, ontoUp), dy.Shape.Count);
        }
    }

    private readonly struct ActivateOp<F>(float* x, float* y) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, F.Value(lanes.Load(x + i)));
    }

    private readonly struct ActivateGradOp<F>(float* x, float* dy, float* dx, bool onto) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V slope = F.Slope(lanes.Load(x + i), out _);
            lanes.Store(dx + i, V.MultiplyAdd(lanes.Load(dy + i), slope, onto ? lanes.Load(dx + i) : V.Create(0)));
        }
    }

    private readonly struct GateOp<F>(float* gate, float* up, float* y) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, F.Value(lanes.Load(gate + i)) * lanes.Load(up + i));
    }

    private readonly struct GateGradOp<F>(float* gate, float* up, float* dy, float* dgate, bool ontoGate, float* dup, bool ontoUp) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V dyi = lanes.Load(dy + i);
            V slope = F.Slope(lanes.Load(gate + i), out V value);
            if (dgate != null)
                lanes.Store(dgate + i, V.MultiplyAdd(dyi * lanes.Load(up + i), slope, ontoGate ? lanes.Load(dgate + i) : V.Create(0)));
            if (dup != null)
                lanes.Store(dup + i, V.MultiplyAdd(dyi, value, ontoUp ? lanes.Load(dup + i) : V.Create(0)));
        }
    }
}
