using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Matrices of F32, F16 and BF16 in panels of 32 outputs, <c>[input][32]</c>, the last panel filled up with zeros. Numbers of 16 bits lie in words: output r of
/// a panel in the low half of word r, output r + 16 in its high half, so that a shift or a mask parts them. F16 must be finite.
/// </summary>
internal static unsafe class FloatPanels
{
    /// <summary>Outputs of a panel.</summary>
    public const int Width = 32;

    /// <summary>Outputs between the two that share a word.</summary>
    public const int Apart = 16;

    /// <summary>Whether there are panels of a type.</summary>
    public static bool Hold(DType type) => type is DType.F32 or DType.F16 or DType.BF16;

    /// <summary>Bytes that a matrix takes.</summary>
    public static long Size(DType type, int outputs, int inputs) => (outputs + Width - 1L) / Width * Width * inputs * type.Size();

    /// <summary>Packs a matrix into memory of <see cref="Size"/> bytes.</summary>
    public static void Pack(Tensor weight, byte* destination, int threads)
    {
        var job = new PackJob(weight.Data, weight.DType, weight.Shape[0], weight.Shape[1], destination);
        ThreadTeam.Shared.Run(ref job, (weight.Shape[0] + Width - 1) / Width, threads);
        GC.KeepAlive(weight);
    }

    /// <summary>Whether no number is infinite and each is one; asked of F16, where the others are given up for speed.</summary>
    public static bool Finite(Tensor weight, int threads)
    {
        bool infinite = false;
        var job = new FiniteJob((ushort*)weight.Data, weight.Shape.Count, &infinite);
        ThreadTeam.Shared.Run(ref job, (int)((weight.Shape.Count + FiniteJob.PieceSize - 1) / FiniteJob.PieceSize), threads);
        GC.KeepAlive(weight);
        return !Volatile.Read(ref infinite);
    }

    /// <summary>One panel.</summary>
    private readonly struct PackJob(byte* rows, DType type, int outputs, int inputs, byte* panels) : IJob
    {
        public void Run(int index)
        {
            int first = index * Width, count = Math.Min(Width, outputs - first);
            byte* from = rows + type.Bytes((long)first * inputs), to = panels + type.Bytes((long)first * inputs);
            if (type == DType.F32)
            {
                Packing<Lanes512>.Panel(Operand.AlongDepth(from, inputs), count, inputs, (float*)to, Width);
                return;
            }

            // Two rows of 16 bits become one of words, which moves like a row of floats.
            uint* words = (uint*)Scratch.Own((long)Apart * inputs);
            for (int r = 0; r < Math.Min(Apart, count); r++)
            {
                ushort* low = (ushort*)from + ((nint)r * inputs);
                Join(low, r + Apart < count ? low + ((nint)Apart * inputs) : null, words + ((nint)r * inputs));
            }

            Packing<Lanes512>.Panel(Operand.AlongDepth(words, inputs), Math.Min(Apart, count), inputs, (float*)to, Apart);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Join(ushort* low, ushort* high, uint* words)
        {
            int i = 0;
            for (; high != null && i <= inputs - Vector256<uint>.Count; i += Vector256<uint>.Count)
                (Widen(low + i) | (Widen(high + i) << 16)).Store(words + i);
            for (; i < inputs; i++)
                words[i] = low[i] | (high == null ? 0 : (uint)high[i] << 16);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Widen(ushort* source) => Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe());
    }

    private readonly struct FiniteJob(ushort* numbers, long count, bool* infinite) : IJob
    {
        public const int PieceSize = 1 << 20;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            const ushort Exponent = 0x7C00;
            nint i = (nint)index * PieceSize, end = (nint)Math.Min(count, i + (nint)PieceSize);
            Vector256<ushort> exponents = Vector256.Create(Exponent), found = Vector256<ushort>.Zero;
            for (; i <= end - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
                found |= Vector256.Equals(Vector256.Load(numbers + i) & exponents, exponents);
            bool any = found != Vector256<ushort>.Zero;
            for (; i < end; i++)
                any |= (numbers[i] & Exponent) == Exponent;
            if (any)
                *infinite = true;
        }
    }
}
