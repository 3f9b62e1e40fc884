using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>The nonlinearities, alone and as gates.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Activate(Activation kind, Tensor x, Tensor y) => Each(new ActivateOp(kind, Floats(x), Floats(y)), y.Shape.Count);

    public override void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx) =>
        Each(new ActivateGradOp(kind, Floats(x), Floats(dy), Floats(dx)), dx.Shape.Count);

    public override void Gate(Activation kind, Tensor gate, Tensor up, Tensor y) =>
        Each(new GateOp(kind, Floats(gate), Floats(up), Floats(y)), y.Shape.Count);

    public override void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup) =>
        Each(new GateGradOp(kind, Floats(gate), Floats(up), Floats(dy), FloatsOrNull(dgate), FloatsOrNull(dup)), dy.Shape.Count);

    private readonly struct ActivateOp(Activation kind, float* x, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, ActivationMath<V>.Value(kind, lanes.Load(x + i)));
    }

    private readonly struct ActivateGradOp(Activation kind, float* x, float* dy, float* dx) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V slope = ActivationMath<V>.Slope(kind, lanes.Load(x + i), out _);
            lanes.Store(dx + i, V.MultiplyAdd(lanes.Load(dy + i), slope, lanes.Load(dx + i)));
        }
    }

    private readonly struct GateOp(Activation kind, float* gate, float* up, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, ActivationMath<V>.Value(kind, lanes.Load(gate + i)) * lanes.Load(up + i));
    }

    private readonly struct GateGradOp(Activation kind, float* gate, float* up, float* dy, float* dgate, float* dup) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V dyi = lanes.Load(dy + i);
            V slope = ActivationMath<V>.Slope(kind, lanes.Load(gate + i), out V value);
            if (dgate != null)
                lanes.Store(dgate + i, V.MultiplyAdd(dyi * lanes.Load(up + i), slope, lanes.Load(dgate + i)));
            if (dup != null)
                lanes.Store(dup + i, V.MultiplyAdd(dyi, value, lanes.Load(dup + i)));
        }
    }
}
