using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>The nonlinearities, alone and as gates.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Activate(Activation kind, Tensor x, Tensor y) =>
        ActivationMath<V>.Choose(kind, new ActivateUse(this, Floats(x), Floats(y), y.Shape.Count));

    public override void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx) =>
        ActivationMath<V>.Choose(kind, new ActivateGradUse(this, Floats(x), Floats(dy), Floats(dx), dx.Shape.Count));

    public override void Gate(Activation kind, Tensor gate, Tensor up, Tensor y) =>
        ActivationMath<V>.Choose(kind, new GateUse(this, Floats(gate), Floats(up), Floats(y), y.Shape.Count));

    public override void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup) =>
        ActivationMath<V>.Choose(kind, new GateGradUse(this, Floats(gate), Floats(up), Floats(dy), FloatsOrNull(dgate), FloatsOrNull(dup), dy.Shape.Count));

    private readonly struct ActivateUse(SimdKernels<V> kernels, float* x, float* y, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new ActivateOp<F>(x, y), count);
    }

    private readonly struct ActivateGradUse(SimdKernels<V> kernels, float* x, float* dy, float* dx, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new ActivateGradOp<F>(x, dy, dx), count);
    }

    private readonly struct GateUse(SimdKernels<V> kernels, float* gate, float* up, float* y, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new GateOp<F>(gate, up, y), count);
    }

    private readonly struct GateGradUse(SimdKernels<V> kernels, float* gate, float* up, float* dy, float* dgate, float* dup, long count) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V> => kernels.Each(new GateGradOp<F>(gate, up, dy, dgate, dup), count);
    }

    private readonly struct ActivateOp<F>(float* x, float* y) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, F.Value(lanes.Load(x + i)));
    }

    private readonly struct ActivateGradOp<F>(float* x, float* dy, float* dx) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V slope = F.Slope(lanes.Load(x + i), out _);
            lanes.Store(dx + i, V.MultiplyAdd(lanes.Load(dy + i), slope, lanes.Load(dx + i)));
        }
    }

    private readonly struct GateOp<F>(float* gate, float* up, float* y) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, F.Value(lanes.Load(gate + i)) * lanes.Load(up + i));
    }

    private readonly struct GateGradOp<F>(float* gate, float* up, float* dy, float* dgate, float* dup) : IElementwise<V>
        where F : struct, IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V dyi = lanes.Load(dy + i);
            V slope = F.Slope(lanes.Load(gate + i), out V value);
            if (dgate != null)
                lanes.Store(dgate + i, V.MultiplyAdd(dyi * lanes.Load(up + i), slope, lanes.Load(dgate + i)));
            if (dup != null)
                lanes.Store(dup + i, V.MultiplyAdd(dyi, value, lanes.Load(dup + i)));
        }
    }
}
