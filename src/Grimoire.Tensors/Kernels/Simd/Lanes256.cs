using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>8 floats in a register of 256 bits.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes256(Vector256<float> v) => this.v = v;

    internal Vector256<float> Vector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => v;
    }

    public static int Count => 8;

    public static bool ManyRegisters => false;

    public static Lanes256 Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256.CreateSequence(0f, 1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source, int count) => Avx.IsSupported ? new(Avx.MaskLoad(source, First(count))) : Rest<Lanes256>.Load(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadHalf(ushort* source)
    {
        Vector256<uint> half = Widen(source);
        Vector256<uint> sign = (half & Vector256.Create(0x8000u)) << 16;
        Vector256<uint> magnitude = (half & Vector256.Create(0x7FFFu)) << 13;
        // A power of two moves the exponent's bias; it also normalises subnormal numbers. The largest exponent means infinity or not a number.
        Vector256<float> scaled = magnitude.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(0x77800000));
        Vector256<uint> special = Vector256.GreaterThan(magnitude, Vector256.Create(0x0F7FFFFFu)) & Vector256.Create(0x7F800000u);
        return new((scaled.AsUInt32() | special | sign).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBFloat16(ushort* source) => new((Widen(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadFiniteHalf(ushort* source) => Finite(Widen(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadLowHalf(uint* source) => Finite(Vector256.Load(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadHighHalf(uint* source) => Finite(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadLowBFloat16(uint* source) => new((Vector256.Load(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadHighBFloat16(uint* source) => new((Vector256.Load(source) & Vector256.Create(0xFFFF0000u)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Widen(Vector128<sbyte> integers) =>
        new(Vector256.ConvertToSingle(Avx2.IsSupported ? Avx2.ConvertToVector256Int32(integers)
            : Vector256.WidenLower(Vector128.WidenLower(integers).ToVector256Unsafe())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, float c) => new(Vector256.MultiplyAddEstimate(a.v, b.v, Vector256.Create(c)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Uniform(ulong seed, ulong index)
    {
        Vector256<ulong> counts = Vector256.Create(index + 1) + Vector256<ulong>.Indices, next = counts + Vector256.Create((ulong)Vector256<ulong>.Count);
        Vector256<ulong> low = CountedRandom.Mix(Vector256.Create(seed) + (counts * Vector256.Create(CountedRandom.Golden)));
        Vector256<ulong> high = CountedRandom.Mix(Vector256.Create(seed) + (next * Vector256.Create(CountedRandom.Golden)));
        // Below 2²⁴: exact as a float, signed or not.
        Vector256<int> bits = Vector256.Narrow(low >>> 40, high >>> 40).AsInt32();
        return new(Vector256.ConvertToSingle(bits) * Vector256.Create(1f / (1 << 24)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) => new(Vector256.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 a) => new(Vector256.Abs(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 a) => new(Vector256.Sqrt(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Round(Lanes256 a) => new(Vector256.Round(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 PowerOfTwo(Lanes256 n) => new(((Vector256.ConvertToInt32Native(n.v) + Vector256.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 PowerOfTwo(Vector128<sbyte> n)
    {
        // The exponent's place, or, for the two numbers below the normal ones, its upper bits in the mantissa's: the larger is always the right one.
        Vector256<int> words = Avx2.IsSupported ? Avx2.ConvertToVector256Int32(n) : Vector256.WidenLower(Vector128.WidenLower(n).ToVector256Unsafe());
        Vector256<int> exponent = words + Vector256.Create(127);
        return new(Vector256.Max(exponent << 23, (exponent + Vector256.Create(2)) << 21).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 TimesPowerOfTwo(Lanes256 a, Lanes256 n) => a * PowerOfTwo(Max(Create(-127), n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 CopySign(Lanes256 a, Lanes256 b) => new(Vector256.ConditionalSelect(Vector256.Create(-0f), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SwapPairs(Lanes256 a) => new(Vector256.Shuffle(a.v, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Greater(Lanes256 a, Lanes256 b) => new(Vector256.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 a, Lanes256 b) => new(Vector256.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 a) => Lanes128.Sum(new(a.v.GetLower() + a.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sums(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d)
    {
        if (!Avx.IsSupported)
            return Lanes128.Sums(new(a.v.GetLower() + a.v.GetUpper()), new(b.v.GetLower() + b.v.GetUpper()), new(c.v.GetLower() + c.v.GetUpper()),
                new(d.v.GetLower() + d.v.GetUpper()));
        Vector256<double> ab = (Avx.UnpackLow(a.v, b.v) + Avx.UnpackHigh(a.v, b.v)).AsDouble();
        Vector256<double> cd = (Avx.UnpackLow(c.v, d.v) + Avx.UnpackHigh(c.v, d.v)).AsDouble();
        Vector256<float> sums = Avx.UnpackLow(ab, cd).AsSingle() + Avx.UnpackHigh(ab, cd).AsSingle();
        return new(sums.GetLower() + sums.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(Lanes256 a) => Lanes128.MaxOf(Lanes128.Max(new(a.v.GetLower()), new(a.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination) => v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(destination, First(count), v);
        else
            Rest<Lanes256>.Store(destination, this, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Widen(ushort* source) => Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe());

    /// <summary>All bits of the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement
    {
        if (!Avx.IsSupported)
        {
            InQuarters<T>(rows, from, to, step);
            return;
        }

        Four<T>(rows, from, out Vector256<float> a0, out Vector256<float> a1, out Vector256<float> a2, out Vector256<float> a3);
        Four<T>(rows + 4, from, out Vector256<float> b0, out Vector256<float> b1, out Vector256<float> b2, out Vector256<float> b3);
        Avx.Permute2x128(a0, b0, 0x20).Store(to);
        Avx.Permute2x128(a1, b1, 0x20).Store(to + step);
        Avx.Permute2x128(a2, b2, 0x20).Store(to + (2 * step));
        Avx.Permute2x128(a3, b3, 0x20).Store(to + (3 * step));
        Avx.Permute2x128(a0, b0, 0x31).Store(to + (4 * step));
        Avx.Permute2x128(a1, b1, 0x31).Store(to + (5 * step));
        Avx.Permute2x128(a2, b2, 0x31).Store(to + (6 * step));
        Avx.Permute2x128(a3, b3, 0x31).Store(to + (7 * step));
    }

    /// <summary>Without the instructions of this width: four blocks of the next smaller one.</summary>
    private static void InQuarters<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement
    {
        float* block = stackalloc float[Count * Count];
        for (int i = 0; i < 4; i++)
            Lanes128.Transpose<T>(rows + (4 * (i % 2)), from + (4 * (i / 2)), block + (4 * (i % 2)) + (4 * (i / 2) * Count), Count);
        for (int j = 0; j < Count; j++)
            Load(block + (j * Count)).Store(to + (j * step));
    }

    /// <summary>Four rows, transposed in each 128 bits: register j holds columns j and j + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<T>(byte** rows, nint from, out Vector256<float> a, out Vector256<float> b, out Vector256<float> c, out Vector256<float> d)
        where T : struct, IElement
    {
        Vector256<float> r0 = T.Load<Lanes256>(rows[0], from).v, r1 = T.Load<Lanes256>(rows[1], from).v;
        Vector256<float> r2 = T.Load<Lanes256>(rows[2], from).v, r3 = T.Load<Lanes256>(rows[3], from).v;
        Vector256<float> low02 = Avx.UnpackLow(r0, r2), high02 = Avx.UnpackHigh(r0, r2), low13 = Avx.UnpackLow(r1, r3), high13 = Avx.UnpackHigh(r1, r3);
        (a, b, c, d) = (Avx.UnpackLow(low02, low13), Avx.UnpackHigh(low02, low13), Avx.UnpackLow(high02, high13), Avx.UnpackHigh(high02, high13));
    }

    /// <summary>The finite binary16 numbers in the high halves: sign and exponent move to their places, a power of two moves the exponent's bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 Finite(Vector256<uint> high)
    {
        Vector256<uint> bits = (Vector256.AsInt32(high) >> 3).AsUInt32() & Vector256.Create(0x8FFFE000u);
        return new(bits.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(0x77800000)));
    }
}
