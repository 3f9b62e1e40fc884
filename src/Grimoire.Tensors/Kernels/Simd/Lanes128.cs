using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>4 floats in a register of 128 bits.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes128(Vector128<float> v) => this.v = v;

    internal Vector128<float> Vector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => v;
    }

    public static int Count => 4;

    public static bool ManyRegisters => AdvSimd.IsSupported;

    public static Lanes128 Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128.CreateSequence(0f, 1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source, int count) => Avx.IsSupported ? new(Avx.MaskLoad(source, First(count))) : Rest<Lanes128>.Load(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadHalf(ushort* source)
    {
        Vector128<uint> half = Widen(source);
        Vector128<uint> sign = (half & Vector128.Create(0x8000u)) << 16;
        Vector128<uint> magnitude = (half & Vector128.Create(0x7FFFu)) << 13;
        // A power of two moves the exponent's bias; it also normalises subnormal numbers. The largest exponent means infinity or not a number.
        Vector128<float> scaled = magnitude.AsSingle() * Vector128.Create(BitConverter.UInt32BitsToSingle(0x77800000));
        Vector128<uint> special = Vector128.GreaterThan(magnitude, Vector128.Create(0x0F7FFFFFu)) & Vector128.Create(0x7F800000u);
        return new((scaled.AsUInt32() | special | sign).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBFloat16(ushort* source) => new((Widen(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadFiniteHalf(ushort* source) => Finite(Widen(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadLowHalf(uint* source) => Finite(Vector128.Load(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadHighHalf(uint* source) => Finite(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadLowBFloat16(uint* source) => new((Vector128.Load(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadHighBFloat16(uint* source) => new((Vector128.Load(source) & Vector128.Create(0xFFFF0000u)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Widen(Vector128<sbyte> integers) =>
        new(Vector128.ConvertToSingle(Sse41.IsSupported ? Sse41.ConvertToVector128Int32(integers) : Vector128.WidenLower(Vector128.WidenLower(integers))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, float c) => new(Vector128.MultiplyAddEstimate(a.v, b.v, Vector128.Create(c)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Uniform(ulong seed, ulong index)
    {
        Vector128<ulong> counts = Vector128.Create(index + 1) + Vector128<ulong>.Indices, next = counts + Vector128.Create((ulong)Vector128<ulong>.Count);
        Vector128<ulong> low = CountedRandom.Mix(Vector128.Create(seed) + (counts * Vector128.Create(CountedRandom.Golden)));
        Vector128<ulong> high = CountedRandom.Mix(Vector128.Create(seed) + (next * Vector128.Create(CountedRandom.Golden)));
        // Below 2²⁴: exact as a float, signed or not.
        Vector128<int> bits = Vector128.Narrow(low >>> 40, high >>> 40).AsInt32();
        return new(Vector128.ConvertToSingle(bits) * Vector128.Create(1f / (1 << 24)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 a, Lanes128 b) => new(Vector128.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) => new(Vector128.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 a) => new(Vector128.Abs(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 a) => new(Vector128.Sqrt(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Round(Lanes128 a) => new(Vector128.Round(a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwo(Lanes128 n) => new(((Vector128.ConvertToInt32Native(n.v) + Vector128.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwo(Vector128<sbyte> n)
    {
        // The exponent's place, or, for the two numbers below the normal ones, its upper bits in the mantissa's: the larger is always the right one.
        Vector128<int> words = Sse41.IsSupported ? Sse41.ConvertToVector128Int32(n) : Vector128.WidenLower(Vector128.WidenLower(n));
        Vector128<int> exponent = words + Vector128.Create(127);
        return new(Vector128.Max(exponent << 23, (exponent + Vector128.Create(2)) << 21).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 TimesPowerOfTwo(Lanes128 a, Lanes128 n) => a * PowerOfTwo(Max(Create(-127), n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CopySign(Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(Vector128.Create(-0f), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SwapPairs(Lanes128 a) => new(Vector128.Shuffle(a.v, Vector128.Create(1, 0, 3, 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Greater(Lanes128 a, Lanes128 b) => new(Vector128.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 mask, Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 a) => Vector128.Sum(a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sums(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d)
    {
        Transpose(ref a, ref b, ref c, ref d);
        return (a + b) + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(Lanes128 a)
    {
        Vector128<float> pairs = Vector128.MaxNative(a.v, Vector128.Shuffle(a.v, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>Exchanges rows and columns of the four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(ref Lanes128 a, ref Lanes128 b, ref Lanes128 c, ref Lanes128 d)
    {
        Vector128<float> acLow = ZipLow(a.v, c.v), acHigh = ZipHigh(a.v, c.v), bdLow = ZipLow(b.v, d.v), bdHigh = ZipHigh(b.v, d.v);
        a = new(ZipLow(acLow, bdLow));
        b = new(ZipHigh(acLow, bdLow));
        c = new(ZipLow(acHigh, bdHigh));
        d = new(ZipHigh(acHigh, bdHigh));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination) => v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(destination, First(count), v);
        else
            Rest<Lanes128>.Store(destination, this, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Widen(ushort* source) => Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe());

    /// <summary>a₀ b₀ a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a₂ b₂ a₃ b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    /// <summary>All bits of the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> First(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement
    {
        Lanes128 a = T.Load<Lanes128>(rows[0], from), b = T.Load<Lanes128>(rows[1], from), c = T.Load<Lanes128>(rows[2], from),
            d = T.Load<Lanes128>(rows[3], from);
        Transpose(ref a, ref b, ref c, ref d);
        a.Store(to);
        b.Store(to + step);
        c.Store(to + (2 * step));
        d.Store(to + (3 * step));
    }

    /// <summary>The finite binary16 numbers in the high halves: sign and exponent move to their places, a power of two moves the exponent's bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128 Finite(Vector128<uint> high)
    {
        Vector128<uint> bits = (Vector128.AsInt32(high) >> 3).AsUInt32() & Vector128.Create(0x8FFFE000u);
        return new(bits.AsSingle() * Vector128.Create(BitConverter.UInt32BitsToSingle(0x77800000)));
    }
}
