using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>The nonlinearities and their slopes in registers.</summary>
internal static class ActivationMath<V>
    where V : unmanaged, ILanes<V>
{
    private const float RootTwoOverPi = 0.797884561f, Cubic = 0.044715f;

    /// <summary>σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value(Activation kind, V x) => kind switch
    {
        Activation.Sigmoid => VectorMath<V>.Sigmoid(x),
        Activation.Tanh => VectorMath<V>.Tanh(x),
        Activation.Relu => V.Max(V.Create(0), x),
        Activation.Gelu => x * VectorMath<V>.NormalDistribution(x, out _),
        // ½ (1 + tanh z) is sigmoid 2z, which does not cancel.
        Activation.GeluTanh => x * VectorMath<V>.Sigmoid(GeluAngle(x)),
        _ => x * VectorMath<V>.Sigmoid(x),
    };

    /// <summary>σ′(x), and σ(x) on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope(Activation kind, V x, out V value)
    {
        V one = V.Create(1), s;
        switch (kind)
        {
            case Activation.Sigmoid:
                value = VectorMath<V>.Sigmoid(x);
                return value * (one - value);
            case Activation.Tanh:
                value = VectorMath<V>.Tanh(x);
                return one - (value * value);
            case Activation.Relu:
                value = V.Max(V.Create(0), x);
                return V.Select(V.Greater(x, V.Create(0)), one, V.Create(0));
            case Activation.Gelu:
                s = VectorMath<V>.NormalDistribution(x, out V density);
                value = x * s;
                return V.MultiplyAdd(x, density, s);
            case Activation.GeluTanh:
                s = VectorMath<V>.Sigmoid(GeluAngle(x));
                value = x * s;
                return V.MultiplyAdd(value * (one - s), GeluAngleSlope(x), s);
            default:
                s = VectorMath<V>.Sigmoid(x);
                value = x * s;
                return V.MultiplyAdd(value, one - s, s);
        }
    }

    /// <summary>2 √(2/π) (x + 0.044715 x³).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluAngle(V x) => x * V.MultiplyAdd(x * x, V.Create(2 * RootTwoOverPi * Cubic), V.Create(2 * RootTwoOverPi));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V GeluAngleSlope(V x) => V.MultiplyAdd(x * x, V.Create(6 * RootTwoOverPi * Cubic), V.Create(2 * RootTwoOverPi));
}
