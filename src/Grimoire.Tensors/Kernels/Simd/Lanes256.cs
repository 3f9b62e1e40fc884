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
    public static Lanes256 Widen(Vector128<sbyte> integers) =>
        new(Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.WidenLower(integers).ToVector256Unsafe())));

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
}
