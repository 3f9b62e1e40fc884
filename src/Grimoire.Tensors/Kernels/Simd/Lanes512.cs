using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>16 floats in a register of 512 bits.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes512(Vector512<float> v) => this.v = v;

    internal Vector512<float> Vector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => v;
    }

    public static int Count => 16;

    public static bool ManyRegisters => true;

    public static Lanes512 Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512.CreateSequence(0f, 1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source, int count) =>
        Avx512F.IsSupported ? new(Avx512F.MaskLoad(source, First(count), Vector512<float>.Zero)) : Rest<Lanes512>.Load(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadHalf(ushort* source)
    {
        Vector512<uint> half = Widen(source);
        Vector512<uint> sign = (half & Vector512.Create(0x8000u)) << 16;
        Vector512<uint> magnitude = (half & Vector512.Create(0x7FFFu)) << 13;
        // A power of two moves the exponent's bias; it also normalises subnormal numbers. The largest exponent means infinity or not a number.
        Vector512<float> scaled = magnitude.AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x77800000));
        Vector512<uint> special = Vector512.GreaterThan(magnitude, Vector512.Create(0x0F7FFFFFu)) & Vector512.Create(0x7F800000u);
        return new((scaled.AsUInt32() | special | sign).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBFloat16(ushort* source) => new((Widen(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadFiniteHalf(ushort* source) => Finite(Widen(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadLowHalf(uint* source) => Finite(Vector512.Load(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadHighHalf(uint* source) => Finite(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadLowBFloat16(uint* source) => new((Vector512.Load(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadHighBFloat16(uint* source) => new((Vector512.Load(source) & Vector512.Create(0xFFFF0000u)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Widen(Vector128<sbyte> integers) =>
        new(Vector512.ConvertToSingle(Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(integers)
            : Vector512.WidenLower(Vector256.WidenLower(integers.ToVector256Unsafe()).ToVector512Unsafe())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, float c) => new(Vector512.MultiplyAddEstimate(a.v, b.v, Vector512.Create(c)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Uniform(ulong seed, ulong index)
    {
        Vector512<ulong> counts = Vector512.Create(index + 1) + Vector512<ulong>.Indices, next = counts + Vector512.Create((ulong)Vector512<ulong>.Count);
        Vector512<ulong> low = CountedRandom.Mix(Vector512.Create(seed) + (counts * Vector512.Create(CountedRandom.Golden)));
        Vector512<ulong> high = CountedRandom.Mix(Vector512.Create(seed) + (next * Vector512.Create(CountedRandom.Golden)));
        // Below 2²⁴: exact as a float, signed or not.
        Vector512<int> bits = Vector512.Narrow(low >>> 40, high >>> 40).AsInt32();
        return new(Vector512.ConvertToSingle(bits) * Vector512.Create(1f / (1 << 24)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 a) => new(Vector512.Abs(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 a) => new(Vector512.Sqrt(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Round(Lanes512 a) => new(Vector512.Round(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Lanes512 n) => new(((Vector512.ConvertToInt32Native(n.v) + Vector512.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Vector128<sbyte> n)
    {
        // The exponent's place, or, for the two numbers below the normal ones, its upper bits in the mantissa's: the larger is always the right one.
        Vector512<int> words = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(n)
            : Vector512.WidenLower(Vector256.WidenLower(n.ToVector256Unsafe()).ToVector512Unsafe());
        Vector512<int> exponent = words + Vector512.Create(127);
        return new(Vector512.Max(exponent << 23, (exponent + Vector512.Create(2)) << 21).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 TimesPowerOfTwo(Lanes512 a, Lanes512 n) =>
        Avx512F.IsSupported ? new(Avx512F.Scale(a.v, n.v)) : a * PowerOfTwo(Max(Create(-127), n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 CopySign(Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(Vector512.Create(-0f), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SwapPairs(Lanes512 a) => new(Vector512.Shuffle(a.v, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Greater(Lanes512 a, Lanes512 b) => new(Vector512.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Select(Lanes512 mask, Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 a) => Lanes256.Sum(new(a.v.GetLower() + a.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sums(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d)
    {
        if (!Avx512F.IsSupported)
            return Lanes256.Sums(new(a.v.GetLower() + a.v.GetUpper()), new(b.v.GetLower() + b.v.GetUpper()), new(c.v.GetLower() + c.v.GetUpper()),
                new(d.v.GetLower() + d.v.GetUpper()));
        Vector512<double> ab = (Avx512F.UnpackLow(a.v, b.v) + Avx512F.UnpackHigh(a.v, b.v)).AsDouble();
        Vector512<double> cd = (Avx512F.UnpackLow(c.v, d.v) + Avx512F.UnpackHigh(c.v, d.v)).AsDouble();
        Vector512<float> sums = Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle();
        Vector256<float> halves = sums.GetLower() + sums.GetUpper();
        return new(halves.GetLower() + halves.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(Lanes512 a) => Lanes256.MaxOf(Lanes256.Max(new(a.v.GetLower()), new(a.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination) => v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination, int count)
    {
        if (Avx512F.IsSupported)
            Avx512F.MaskStore(destination, First(count), v);
        else
            Rest<Lanes512>.Store(destination, this, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Widen(ushort* source) => Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe());

    /// <summary>All bits of the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement
    {
        if (!Avx512F.IsSupported)
        {
            InQuarters<T>(rows, from, to, step);
            return;
        }

        Four<T>(rows, from, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        Four<T>(rows + 4, from, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        Four<T>(rows + 8, from, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        Four<T>(rows + 12, from, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Quarters(
            Avx512F.Shuffle4x128(a0, b0, 0x44), Avx512F.Shuffle4x128(c0, d0, 0x44), Avx512F.Shuffle4x128(a1, b1, 0x44), Avx512F.Shuffle4x128(c1, d1, 0x44),
            Avx512F.Shuffle4x128(a2, b2, 0x44), Avx512F.Shuffle4x128(c2, d2, 0x44), Avx512F.Shuffle4x128(a3, b3, 0x44), Avx512F.Shuffle4x128(c3, d3, 0x44), to,
            step);
        Quarters(
            Avx512F.Shuffle4x128(a0, b0, 0xEE), Avx512F.Shuffle4x128(c0, d0, 0xEE), Avx512F.Shuffle4x128(a1, b1, 0xEE), Avx512F.Shuffle4x128(c1, d1, 0xEE),
            Avx512F.Shuffle4x128(a2, b2, 0xEE), Avx512F.Shuffle4x128(c2, d2, 0xEE), Avx512F.Shuffle4x128(a3, b3, 0xEE), Avx512F.Shuffle4x128(c3, d3, 0xEE),
            to + (8 * step), step);
    }

    /// <summary>Without the instructions of this width: four blocks of the next smaller one.</summary>
    private static void InQuarters<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement
    {
        float* block = stackalloc float[Count * Count];
        for (int i = 0; i < 4; i++)
            Lanes256.Transpose<T>(rows + (8 * (i % 2)), from + (8 * (i / 2)), block + (8 * (i % 2)) + (8 * (i / 2) * Count), Count);
        for (int j = 0; j < Count; j++)
            Load(block + (j * Count)).Store(to + (j * step));
    }

    /// <summary>Four rows, transposed in each 128 bits: register j holds columns j, j + 4, j + 8 and j + 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<T>(byte** rows, nint from, out Vector512<float> a, out Vector512<float> b, out Vector512<float> c, out Vector512<float> d)
        where T : struct, IElement
    {
        Vector512<float> r0 = T.Load<Lanes512>(rows[0], from).v, r1 = T.Load<Lanes512>(rows[1], from).v;
        Vector512<float> r2 = T.Load<Lanes512>(rows[2], from).v, r3 = T.Load<Lanes512>(rows[3], from).v;
        Vector512<float> low02 = Avx512F.UnpackLow(r0, r2), high02 = Avx512F.UnpackHigh(r0, r2), low13 = Avx512F.UnpackLow(r1, r3),
            high13 = Avx512F.UnpackHigh(r1, r3);
        (a, b, c, d) = (Avx512F.UnpackLow(low02, low13), Avx512F.UnpackHigh(low02, low13), Avx512F.UnpackLow(high02, high13),
            Avx512F.UnpackHigh(high02, high13));
    }

    /// <summary>Stores eight columns, the first first: of each two registers the even and the odd quarters make one column each, four columns apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(
        Vector512<float> a0, Vector512<float> b0, Vector512<float> a1, Vector512<float> b1,
        Vector512<float> a2, Vector512<float> b2, Vector512<float> a3, Vector512<float> b3, float* to, nint step)
    {
        Avx512F.Shuffle4x128(a0, b0, 0x88).Store(to);
        Avx512F.Shuffle4x128(a1, b1, 0x88).Store(to + step);
        Avx512F.Shuffle4x128(a2, b2, 0x88).Store(to + (2 * step));
        Avx512F.Shuffle4x128(a3, b3, 0x88).Store(to + (3 * step));
        Avx512F.Shuffle4x128(a0, b0, 0xDD).Store(to + (4 * step));
        Avx512F.Shuffle4x128(a1, b1, 0xDD).Store(to + (5 * step));
        Avx512F.Shuffle4x128(a2, b2, 0xDD).Store(to + (6 * step));
        Avx512F.Shuffle4x128(a3, b3, 0xDD).Store(to + (7 * step));
    }

    /// <summary>The finite binary16 numbers in the high halves: sign and exponent move to their places, a power of two moves the exponent's bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 Finite(Vector512<uint> high)
    {
        Vector512<uint> bits = (Vector512.AsInt32(high) >> 3).AsUInt32() & Vector512.Create(0x8FFFE000u);
        return new(bits.AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x77800000)));
    }
}
