using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>16 bytes, those of four rows.</summary>
internal readonly unsafe struct Bytes128 : IBytes<Bytes128, Lanes128>
{
    private readonly Vector128<byte> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Bytes128(Vector128<byte> v) => this.v = v;

    public static int Rows => 4;

    public static bool StartsInPairs => false;

    internal Vector128<byte> Vector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Load(byte* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Create(byte value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 operator &(Bytes128 a, Bytes128 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 operator |(Bytes128 a, Bytes128 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 operator ^(Bytes128 a, Bytes128 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 operator +(Bytes128 a, Bytes128 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Shift(Bytes128 bytes, int left, byte mask) =>
        new((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte() & Vector128.Create(mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 Shift(Bytes128 bytes, int left, byte mask, Bytes128 others) =>
        new(((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte() & Vector128.Create(mask)) | others.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes128 LookUp(Vector128<byte> table, Bytes128 indices) => new(Vector128.ShuffleNative(table, indices.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, sbyte* x, int start, int largest) =>
        new(Vector128.ConvertToSingle(Add(Vector128.Create(start), c0, c1, c2, c3, x, largest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(
        Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, Bytes128 c4, Bytes128 c5, Bytes128 c6, Bytes128 c7, sbyte* x, int start, int largest) =>
        new(Vector128.ConvertToSingle(Add(Add(Vector128.Create(start), c0, c1, c2, c3, x, largest), c4, c5, c6, c7, x + 16, largest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(
        Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, Bytes128 c4, Bytes128 c5, Bytes128 c6, Bytes128 c7, sbyte* x, int* start, int offset, int largest) =>
        Dp.IsSupported && largest <= 127
        ? new(Vector128.ConvertToSingle(Dots(Dots(Vector128.Create(offset == 0 ? 0 : *start), c0, c1, c2, c3, Vector128.Load(x)), c4, c5, c6, c7, Vector128.Load(x + 16))))
        : Dot(c0, c1, c2, c3, c4, c5, c6, c7, x, offset == 0 ? 0 : *start, largest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, sbyte* x, int* start, int offset, int largest) =>
        Dp.IsSupported && largest <= 127
        ? new(Vector128.ConvertToSingle(Dots(Vector128.Create(offset == 0 ? 0 : *start), c0, c1, c2, c3, Vector128.Load(x))))
        : Dot(c0, c1, c2, c3, x, offset == 0 ? 0 : *start, largest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(byte* codes, sbyte* x, int* start)
    {
        if (!Dp.IsSupported)
            return Dot(
        Load(codes), Load(codes + 64), Load(codes + 128), Load(codes + 192), Load(codes + 256), Load(codes + 320), Load(codes + 384), Load(codes + 448), x, *start, 255);
        Vector128<byte> top = Vector128.Create((byte)0x80);
        Vector128<sbyte> left = Vector128.Load(x), right = Vector128.Load(x + 16);
        Vector128<int> sums = Dp.DotProductBySelectedQuadruplet(Vector128<int>.Zero, (Vector128.Load(codes) ^ top).AsSByte(), left, 0);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 64) ^ top).AsSByte(), left, 1);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 128) ^ top).AsSByte(), left, 2);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 192) ^ top).AsSByte(), left, 3);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 256) ^ top).AsSByte(), right, 0);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 320) ^ top).AsSByte(), right, 1);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 384) ^ top).AsSByte(), right, 2);
        sums = Dp.DotProductBySelectedQuadruplet(sums, (Vector128.Load(codes + 448) ^ top).AsSByte(), right, 3);
        return new(Vector128.ConvertToSingle(sums));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WideDot<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock => new(Vector128.ConvertToSingle(WideSums<T>(record, group, lane, x, start)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 integers, sbyte* destination)
    {
        Vector128<int> wide = Vector128.ConvertToInt32Native(integers.Vector);
        Vector128<short> narrow = Vector128.Narrow(wide, wide);
        *(uint*)destination = Vector128.Narrow(narrow, narrow).AsUInt32().ToScalar();
    }

    /// <summary>start + Σ code · x over 32 inputs. The start is −offset · Σ x, so that signed codes need none where the offset is 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> WideSums<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock
    {
        // Not as a loop: where quads are looked up the compiler does not unroll it.
        Bytes128 c0 = T.Quad<Bytes128>(record, group, 0, lane), c1 = T.Quad<Bytes128>(record, group, 1, lane);
        Bytes128 c2 = T.Quad<Bytes128>(record, group, 2, lane), c3 = T.Quad<Bytes128>(record, group, 3, lane);
        if (Dp.IsSupported && T.Offset == 128)
        {
            Bytes128 top = new(Vector128.Create((byte)0x80));
            Vector128<int> signed = Dots(Vector128<int>.Zero, c0 ^ top, c1 ^ top, c2 ^ top, c3 ^ top, Vector128.Load(x));
            return Dots(
                signed, T.Quad<Bytes128>(record, group, 4, lane) ^ top, T.Quad<Bytes128>(record, group, 5, lane) ^ top,
                T.Quad<Bytes128>(record, group, 6, lane) ^ top, T.Quad<Bytes128>(record, group, 7, lane) ^ top, Vector128.Load(x + 16));
        }

        Vector128<int> sums = Add(Vector128.Create(start), c0, c1, c2, c3, x, T.LargestCode);
        Bytes128 c4 = T.Quad<Bytes128>(record, group, 4, lane), c5 = T.Quad<Bytes128>(record, group, 5, lane);
        Bytes128 c6 = T.Quad<Bytes128>(record, group, 6, lane), c7 = T.Quad<Bytes128>(record, group, 7, lane);
        return Add(sums, c4, c5, c6, c7, x + 16, T.LargestCode);
    }

    /// <summary>sums + Σ code · x over 16 inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Add(Vector128<int> sums, Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, sbyte* x, int largest)
    {
        if (Dp.IsSupported && largest <= 127)
            return Dots(sums, c0, c1, c2, c3, Vector128.Load(x));
        if (!Ssse3.IsSupported || largest > 63)
            return Step(Step(Step(Step(sums, c0.v, Four(x), largest), c1.v, Four(x + 4), largest), c2.v, Four(x + 8), largest), c3.v, Four(x + 12), largest);
        Vector128<short> left = Product(c0.v, x) + Product(c1.v, x + 4), right = Product(c2.v, x + 8) + Product(c3.v, x + 12);
        return largest > 31 ? sums + Pairs(left) + Pairs(right) : sums + Pairs(left + right);
    }

    /// <summary>
    /// sums + Σ code · x over 16 inputs, for codes of at most seven bits or signed ones, where the machine has this instruction; activations stay in one
    /// register.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dots(Vector128<int> sums, Bytes128 c0, Bytes128 c1, Bytes128 c2, Bytes128 c3, Vector128<sbyte> x)
    {
        sums = Dp.DotProductBySelectedQuadruplet(sums, c0.v.AsSByte(), x, 0);
        sums = Dp.DotProductBySelectedQuadruplet(sums, c1.v.AsSByte(), x, 1);
        sums = Dp.DotProductBySelectedQuadruplet(sums, c2.v.AsSByte(), x, 2);
        return Dp.DotProductBySelectedQuadruplet(sums, c3.v.AsSByte(), x, 3);
    }

    /// <summary>sums + Σ code · x over four inputs, for codes of any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Step(Vector128<int> sums, Vector128<byte> codes, Vector128<sbyte> x, int largest)
    {
        if (AvxVnni.IsSupported)
            return AvxVnni.MultiplyWideningAndAdd(sums, codes, x);
        if (Dp.IsSupported)
            return SignedDot(sums, codes, x);
        // Bytes of even and of odd place as sixteen bits: 255 · 127 still fits.
        Vector128<short> even = (codes.AsUInt16() & Vector128.Create((ushort)0xFF)).AsInt16() * ((x.AsInt16() << 8) >> 8);
        Vector128<short> odd = (codes.AsUInt16() >>> 8).AsInt16() * (x.AsInt16() >> 8);
        return sums + ((even.AsInt32() << 16) >> 16) + (even.AsInt32() >> 16) + ((odd.AsInt32() << 16) >> 16) + (odd.AsInt32() >> 16);
    }

    /// <summary>The instruction takes signed bytes only: code · x = (code − 128) · x + 128 · x, the last in two halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SignedDot(Vector128<int> sums, Vector128<byte> codes, Vector128<sbyte> x)
    {
        Vector128<sbyte> half = Vector128.Create((sbyte)64);
        sums = Dp.DotProduct(sums, (codes ^ Vector128.Create((byte)0x80)).AsSByte(), x);
        return Dp.DotProduct(Dp.DotProduct(sums, half, x), half, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Product(Vector128<byte> codes, sbyte* x) => Ssse3.MultiplyAddAdjacent(codes, Four(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pairs(Vector128<short> sums) => Sse2.MultiplyAddAdjacent(sums, Vector128<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Four(sbyte* x) => Vector128.Create(*(int*)x).AsSByte();
}
