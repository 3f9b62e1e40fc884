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
    public static Lanes512 Load(float* source, int count) => Avx512F.IsSupported ? new(Avx512F.MaskLoad(source, First(count), Vector512<float>.Zero)) : Rest<Lanes512>.Load(source, count);

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
    public static Lanes512 Widen(Vector128<sbyte> integers) =>
        new(Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(integers.ToVector256Unsafe()).ToVector512Unsafe())));

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
}
