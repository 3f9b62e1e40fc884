using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Rotary positions.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void RotaryTable(Tensor positions, ReadOnlySpan<double> frequencies, double magnitude, Tensor table)
    {
        // A sine costs as much as some twenty elements of other kernels.
        fixed (double* waves = frequencies)
            EachRow(new RotaryTableOp(Ids(positions), waves, frequencies.Length, magnitude, Floats(table)), table.Shape[0], 20L * frequencies.Length);
    }

    public override void Rotary(Tensor x, Tensor table, bool interleaved, Tensor y) => Rotate(x, table, interleaved, y, back: false);

    public override void RotaryGrad(Tensor dy, Tensor table, bool interleaved, Tensor dx) => Rotate(dy, table, interleaved, dx, back: true);

    private void Rotate(Tensor x, Tensor table, bool interleaved, Tensor y, bool back)
    {
        bool onto = false;
        float* to = back ? Gradient(y, out onto) : Floats(y);
        var op = new RotaryOp(Floats(x), Floats(table), to, onto, x.Shape[1], x.Shape[2], table.Shape[1], interleaved, back);
        EachRow(op, x.Shape[0], (long)x.Shape[1] * x.Shape[2]);
    }

    private readonly struct RotaryTableOp(int* positions, double* frequencies, int pairs, double magnitude, float* table) : IRowwise
    {
        public void Row(int row)
        {
            float* to = table + (2 * (nint)row * pairs);
            for (int pair = 0; pair < pairs; pair++)
            {
                (double sin, double cos) = Math.SinCos(positions[row] * frequencies[pair]);
                to[2 * pair] = (float)(magnitude * cos);
                to[(2 * pair) + 1] = (float)(magnitude * sin);
            }
        }
    }

    /// <summary>One token: all its heads turn by the same angles, or turn back.</summary>
    private readonly struct RotaryOp(
        float* x, float* table, float* y, bool onto, int heads, int channels, int pairs, bool interleaved, bool back) : IRowwise
    {
        public void Row(int row)
        {
            float* cos = Scratch.Own(4 * pairs), sin = cos + (2 * pairs);
            Angles(table + (2 * (nint)row * pairs), cos, sin);
            for (int head = 0; head < heads; head++)
            {
                nint at = (((nint)row * heads) + head) * channels;
                if (interleaved)
                    TurnNeighbours(x + at, cos, sin, y + at);
                else
                    TurnHalves(x + at, cos, sin, y + at);
                for (nint i = at + (2 * pairs); i < at + channels; i++)
                    y[i] = onto ? y[i] + x[i] : x[i];
            }
        }

        /// <summary>Cosines and sines one after the other; for neighbours each twice, the first sine negated.</summary>
        private void Angles(float* angles, float* cos, float* sin)
        {
            float direction = back ? -1 : 1;
            for (int pair = 0; pair < pairs; pair++)
            {
                float c = angles[2 * pair], s = direction * angles[(2 * pair) + 1];
                if (interleaved)
                {
                    (cos[2 * pair], cos[(2 * pair) + 1]) = (c, c);
                    (sin[2 * pair], sin[(2 * pair) + 1]) = (-s, s);
                }
                else
                {
                    (cos[pair], sin[pair]) = (c, s);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TurnHalves(float* from, float* cos, float* sin, float* to)
        {
            int i = 0;
            for (; i <= pairs - V.Count; i += V.Count)
                TurnHalves(from + i, cos + i, sin + i, to + i, default(Whole<V>));
            if (i < pairs)
                TurnHalves(from + i, cos + i, sin + i, to + i, new Partial<V>(pairs - i));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void TurnHalves<A>(float* from, float* cos, float* sin, float* to, A lanes)
            where A : struct, IAccess<V>
        {
            V a = lanes.Load(from), b = lanes.Load(from + pairs), c = lanes.Load(cos), s = lanes.Load(sin);
            V first = (a * c) - (b * s), second = V.MultiplyAdd(a, s, b * c);
            lanes.Store(to, onto ? lanes.Load(to) + first : first);
            lanes.Store(to + pairs, onto ? lanes.Load(to + pairs) + second : second);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TurnNeighbours(float* from, float* cos, float* sin, float* to)
        {
            int i = 0, rotated = 2 * pairs;
            for (; i <= rotated - V.Count; i += V.Count)
                TurnNeighbours(from + i, cos + i, sin + i, to + i, default(Whole<V>));
            if (i < rotated)
                TurnNeighbours(from + i, cos + i, sin + i, to + i, new Partial<V>(rotated - i));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void TurnNeighbours<A>(float* from, float* cos, float* sin, float* to, A lanes)
            where A : struct, IAccess<V>
        {
            V a = lanes.Load(from);
            V turned = V.MultiplyAdd(a, lanes.Load(cos), V.SwapPairs(a) * lanes.Load(sin));
            lanes.Store(to, onto ? lanes.Load(to) + turned : turned);
        }
    }
}
