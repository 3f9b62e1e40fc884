using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>32 bytes, those of eight rows.</summary>
internal readonly unsafe struct Bytes256 : IBytes<Bytes256, Lanes256>
{
    private readonly Vector256<byte> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Bytes256(Vector256<byte> v) => this.v = v;

    public static int Rows => 8;

    public static bool StartsInPairs => false;

    internal Vector256<byte> Vector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => v;
    }

    private Bytes128 Lower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(v.GetLower());
    }

    private Bytes128 Upper
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(v.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Load(byte* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Create(byte value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 operator &(Bytes256 a, Bytes256 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 operator |(Bytes256 a, Bytes256 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 operator +(Bytes256 a, Bytes256 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Shift(Bytes256 bytes, int left, byte mask) =>
        new((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte() & Vector256.Create(mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 Shift(Bytes256 bytes, int left, byte mask, Bytes256 others) =>
        new(((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte() & Vector256.Create(mask)) | others.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes256 LookUp(Vector128<byte> table, Bytes256 indices) => Avx2.IsSupported
        ? new(Avx2.Shuffle(Vector256.Create(table), indices.v))
        : new(Vector256.Create(Bytes128.LookUp(table, indices.Lower).Vector, Bytes128.LookUp(table, indices.Upper).Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(Bytes256 c0, Bytes256 c1, Bytes256 c2, Bytes256 c3, sbyte* x, int start, int largest) =>
        new(Vector256.ConvertToSingle(Add(Vector256.Create(start), c0, c1, c2, c3, x, largest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(
        Bytes256 c0, Bytes256 c1, Bytes256 c2, Bytes256 c3, Bytes256 c4, Bytes256 c5, Bytes256 c6, Bytes256 c7, sbyte* x, int start, int largest) =>
        new(Vector256.ConvertToSingle(Add(Add(Vector256.Create(start), c0, c1, c2, c3, x, largest), c4, c5, c6, c7, x + 16, largest)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(
        Bytes256 c0, Bytes256 c1, Bytes256 c2, Bytes256 c3, Bytes256 c4, Bytes256 c5, Bytes256 c6, Bytes256 c7, sbyte* x, int* start, int offset, int largest) =>
        Dot(c0, c1, c2, c3, c4, c5, c6, c7, x, offset == 0 ? 0 : *start, largest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(Bytes256 c0, Bytes256 c1, Bytes256 c2, Bytes256 c3, sbyte* x, int* start, int offset, int largest) =>
        Dot(c0, c1, c2, c3, x, offset == 0 ? 0 : *start, largest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(byte* codes, sbyte* x, int* start) => Dot(
        Load(codes), Load(codes + 64), Load(codes + 128), Load(codes + 192), Load(codes + 256), Load(codes + 320), Load(codes + 384), Load(codes + 448), x, *start, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WideDot<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock => new(Vector256.ConvertToSingle(WideSums<T>(record, group, lane, x, start)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 integers, sbyte* destination)
    {
        Vector256<int> wide = Vector256.ConvertToInt32Native(integers.Vector);
        Vector128<short> narrow = Vector128.Narrow(wide.GetLower(), wide.GetUpper());
        *(ulong*)destination = Vector128.Narrow(narrow, narrow).AsUInt64().ToScalar();
    }

    /// <summary>start + Σ code · x over 32 inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> WideSums<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock
    {
        // Not as a loop: where quads are looked up the compiler does not unroll it.
        Bytes256 c0 = T.Quad<Bytes256>(record, group, 0, lane), c1 = T.Quad<Bytes256>(record, group, 1, lane);
        Bytes256 c2 = T.Quad<Bytes256>(record, group, 2, lane), c3 = T.Quad<Bytes256>(record, group, 3, lane);
        Vector256<int> sums = Add(Vector256.Create(start), c0, c1, c2, c3, x, T.LargestCode);
        Bytes256 c4 = T.Quad<Bytes256>(record, group, 4, lane), c5 = T.Quad<Bytes256>(record, group, 5, lane);
        Bytes256 c6 = T.Quad<Bytes256>(record, group, 6, lane), c7 = T.Quad<Bytes256>(record, group, 7, lane);
        return Add(sums, c4, c5, c6, c7, x + 16, T.LargestCode);
    }

    /// <summary>sums + Σ code · x over 16 inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Add(Vector256<int> sums, Bytes256 c0, Bytes256 c1, Bytes256 c2, Bytes256 c3, sbyte* x, int largest)
    {
        if (!Avx2.IsSupported)
        {
            return Vector256.Create(
                Bytes128.Add(sums.GetLower(), c0.Lower, c1.Lower, c2.Lower, c3.Lower, x, largest),
                Bytes128.Add(sums.GetUpper(), c0.Upper, c1.Upper, c2.Upper, c3.Upper, x, largest));
        }

        if (AvxVnni.IsSupported)
        {
            sums = AvxVnni.MultiplyWideningAndAdd(sums, c0.v, Four(x));
            sums = AvxVnni.MultiplyWideningAndAdd(sums, c1.v, Four(x + 4));
            sums = AvxVnni.MultiplyWideningAndAdd(sums, c2.v, Four(x + 8));
            return AvxVnni.MultiplyWideningAndAdd(sums, c3.v, Four(x + 12));
        }

        if (largest > 63)
            return sums + Wide(c0, x) + Wide(c1, x + 4) + Wide(c2, x + 8) + Wide(c3, x + 12);
        Vector256<short> left = Product(c0.v, x) + Product(c1.v, x + 4), right = Product(c2.v, x + 8) + Product(c3.v, x + 12);
        return largest > 31 ? sums + Pairs(left) + Pairs(right) : sums + Pairs(left + right);
    }

    /// <summary>Two products of the lower seven bits fit into sixteen bits, and so do two of the eighth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Wide(Bytes256 codes, sbyte* x) =>
        Pairs(Product(codes.v & Vector256.Create((byte)0x7F), x)) + Pairs(Product(codes.v & Vector256.Create((byte)0x80), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Product(Vector256<byte> codes, sbyte* x) => Avx2.MultiplyAddAdjacent(codes, Four(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pairs(Vector256<short> sums) => Avx2.MultiplyAddAdjacent(sums, Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Four(sbyte* x) => Vector256.Create(*(int*)x).AsSByte();
}
