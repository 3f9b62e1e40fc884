using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Gates of some rows and columns of a matrix, in place: <c>gate = σ(gate) ⊙ up</c>.</summary>
internal static unsafe class GatedRows<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Multiplies rows <paramref name="stride"/> floats apart.</summary>
    public static void Multiply(Activation kind, float* gate, float* up, nint stride, int rows, int columns) =>
        ActivationMath<V>.Choose(kind, new Use(gate, up, stride, rows, columns));

    private readonly struct Use(float* gate, float* up, nint stride, int rows, int columns) : IActivationUse<V>
    {
        public void With<F>()
            where F : struct, IActivation<V>
        {
            nint at = 0;
            for (int row = 0; row < rows; row++, at += stride)
            {
                Whole<F>(gate + at, up + at, columns);
                int rest = columns % V.Count;
                if (rest > 0)
                    Rest<F>(gate + at + (columns - rest), up + at + (columns - rest), rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Whole<F>(float* gate, float* up, int columns)
            where F : struct, IActivation<V>
        {
            for (int i = 0; i <= columns - V.Count; i += V.Count)
                (F.Value(V.Load(gate + i)) * V.Load(up + i)).Store(gate + i);
        }

        /// <summary>Apart, so that the loop above has all of the compiler's patience with inlining.</summary>
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Rest<F>(float* gate, float* up, int count)
            where F : struct, IActivation<V>
        {
            var lanes = new Partial<V>(count);
            lanes.Store(gate, F.Value(lanes.Load(gate)) * lanes.Load(up));
        }
    }
}
