using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>A nonlinearity in registers. Each is a type, so that the loop it stands in is compiled for it alone.</summary>
internal interface IActivation<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>σ(x).</summary>
    static abstract V Value(V x);

    /// <summary>σ′(x), and σ(x) on the way.</summary>
    static abstract V Slope(V x, out V value);
}

/// <summary>What is done with a nonlinearity once it is known which.</summary>
internal interface IActivationUse<V>
    where V : unmanaged, ILanes<V>
{
    void With<F>()
        where F : struct, IActivation<V>;
}

/// <summary>The nonlinearities of <see cref="Activation"/>.</summary>
internal static class ActivationMath<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Goes on with the type that computes a nonlinearity.</summary>
    public static void Choose<TUse>(Activation kind, TUse use)
        where TUse : struct, IActivationUse<V>
    {
        switch (kind)
        {
            case Activation.Sigmoid: use.With<Sigmoid>(); break;
            case Activation.Tanh: use.With<Tanh>(); break;
            case Activation.Relu: use.With<Relu>(); break;
            case Activation.Gelu: use.With<Gelu>(); break;
            case Activation.GeluTanh: use.With<GeluTanh>(); break;
            case Activation.Silu: use.With<Silu>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private readonly struct Sigmoid : IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => VectorMath<V>.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            value = VectorMath<V>.Sigmoid(x);
            return value * (V.Create(1) - value);
        }
    }

    private readonly struct Tanh : IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => VectorMath<V>.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            value = VectorMath<V>.Tanh(x);
            return V.Create(1) - (value * value);
        }
    }

    private readonly struct Relu : IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => V.Max(V.Create(0), x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            value = V.Max(V.Create(0), x);
            return V.Select(V.Greater(x, V.Create(0)), V.Create(1), V.Create(0));
        }
    }

    private readonly struct Gelu : IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => x * VectorMath<V>.NormalDistribution(x, out _);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            V below = VectorMath<V>.NormalDistribution(x, out V density);
            value = x * below;
            return V.MultiplyAdd(x, density, below);
        }
    }

    /// <summary>½ (1 + tanh z) is sigmoid 2z, which does not cancel.</summary>
    private readonly struct GeluTanh : IActivation<V>
    {
        private const float Twice = 2 * 0.797884561f, Cubic = 0.044715f; // 2 √(2/π)

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => x * VectorMath<V>.Sigmoid(Angle(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            V s = VectorMath<V>.Sigmoid(Angle(x)), turn = V.MultiplyAdd(x * x, V.Create(3 * Twice * Cubic), Twice);
            value = x * s;
            return V.MultiplyAdd(value * (V.Create(1) - s), turn, s);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Angle(V x) => x * V.MultiplyAdd(x * x, V.Create(Twice * Cubic), Twice);
    }

    private readonly struct Silu : IActivation<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value(V x) => x * VectorMath<V>.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope(V x, out V value)
        {
            V s = VectorMath<V>.Sigmoid(x);
            value = x * s;
            return V.MultiplyAdd(value, V.Create(1) - s, s);
        }
    }
}
