using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>64 bytes, those of sixteen rows.</summary>
internal readonly unsafe struct Bytes512 : IBytes<Bytes512, Lanes512>
{
    /// <summary>(a &amp; b) | c as a table of truth.</summary>
    private const byte AndOr = 0xEA;

    private readonly Vector512<byte> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bytes512(Vector512<byte> v) => this.v = v;

    public static int Rows => 16;

    public static bool StartsInPairs => Avx512BW.IsSupported;

    private Bytes256 Lower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(v.GetLower());
    }

    private Bytes256 Upper
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(v.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Load(byte* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Create(byte value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 operator &(Bytes512 a, Bytes512 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 operator |(Bytes512 a, Bytes512 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 operator +(Bytes512 a, Bytes512 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Shift(Bytes512 bytes, int left, byte mask) =>
        new((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte() & Vector512.Create(mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 Shift(Bytes512 bytes, int left, byte mask, Bytes512 others) => Avx512F.IsSupported
        ? new(Avx512F.TernaryLogic((left < 0 ? bytes.v.AsUInt16() >>> -left : bytes.v.AsUInt16() << left).AsByte(), Vector512.Create(mask), others.v, AndOr))
        : Shift(bytes, left, mask) | others;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bytes512 LookUp(Vector128<byte> table, Bytes512 indices) => Avx512BW.IsSupported
        ? new(Avx512BW.Shuffle(FourTimes(table), indices.v))
        : new(Vector512.Create(Bytes256.LookUp(table, indices.Lower).Vector, Bytes256.LookUp(table, indices.Upper).Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, sbyte* x, int start, int largest) =>
        Floats(Add(Vector512.Create(start), c0, c1, c2, c3, x, largest));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(
        Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, Bytes512 c4, Bytes512 c5, Bytes512 c6, Bytes512 c7, sbyte* x, int start, int largest)
    {
        Vector512<int> sums = Vector512.Create(start);
        return Floats(Avx512BW.IsSupported && largest <= 15
            ? sums + Pairs(Products(c0, c1, c2, c3, x) + Products(c4, c5, c6, c7, x + 16))
            : Add(Add(sums, c0, c1, c2, c3, x, largest), c4, c5, c6, c7, x + 16, largest));
    }

    // No functions in these: eight of them make a tile, and the compiler's patience with inlining ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(
        Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, Bytes512 c4, Bytes512 c5, Bytes512 c6, Bytes512 c7, sbyte* x, int* start, int offset, int largest)
    {
        if (!Avx512BW.IsSupported)
            return Dot(c0, c1, c2, c3, c4, c5, c6, c7, x, offset == 0 ? 0 : *start, largest);
        int* words = (int*)x;
        Vector512<short> left =
            (Avx512BW.MultiplyAddAdjacent(c0.v, Vector512.Create(words[0]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c1.v, Vector512.Create(words[1]).AsSByte()))
            + (Avx512BW.MultiplyAddAdjacent(c2.v, Vector512.Create(words[2]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c3.v, Vector512.Create(words[3]).AsSByte()));
        Vector512<short> right =
            (Avx512BW.MultiplyAddAdjacent(c4.v, Vector512.Create(words[4]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c5.v, Vector512.Create(words[5]).AsSByte()))
            + (Avx512BW.MultiplyAddAdjacent(c6.v, Vector512.Create(words[6]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c7.v, Vector512.Create(words[7]).AsSByte()));
        if (offset != 0)
            left += Vector512.Create(*start).AsInt16();
        return new(Vector512.ConvertToSingle(offset == 0 && largest > 15
            ? Avx512BW.MultiplyAddAdjacent(left, Vector512<short>.One) + Avx512BW.MultiplyAddAdjacent(right, Vector512<short>.One)
            : Avx512BW.MultiplyAddAdjacent(left + right, Vector512<short>.One)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, sbyte* x, int* start, int offset, int largest)
    {
        if (!Avx512BW.IsSupported)
            return Dot(c0, c1, c2, c3, x, offset == 0 ? 0 : *start, largest);
        int* words = (int*)x;
        Vector512<short> sums =
            (Avx512BW.MultiplyAddAdjacent(c0.v, Vector512.Create(words[0]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c1.v, Vector512.Create(words[1]).AsSByte()))
            + (Avx512BW.MultiplyAddAdjacent(c2.v, Vector512.Create(words[2]).AsSByte())
            + Avx512BW.MultiplyAddAdjacent(c3.v, Vector512.Create(words[3]).AsSByte()));
        if (offset != 0)
            sums += Vector512.Create(*start).AsInt16();
        return new(Vector512.ConvertToSingle(Avx512BW.MultiplyAddAdjacent(sums, Vector512<short>.One)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(byte* codes, sbyte* x, int* start)
    {
        if (!AvxVnni.IsSupported)
        {
            return Dot(
                Load(codes), Load(codes + 64), Load(codes + 128), Load(codes + 192),
                Load(codes + 256), Load(codes + 320), Load(codes + 384), Load(codes + 448), x, *start, 255);
        }

        return HalvesDot(codes, (int*)x, *start);
    }

    /// <summary>
    /// Both halves of each quad while their activations are in a register: half after half, sixteen codes and eight activations do not fit into registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 HalvesDot(byte* codes, int* words, int start)
    {
        Vector256<int> low = Vector256.Create(start), high = low, low2 = Vector256<int>.Zero, high2 = low2;
        low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(codes), Vector256.Create(words[0]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(codes + 32), Vector256.Create(words[0]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, Vector256.Load(codes + 64), Vector256.Create(words[1]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, Vector256.Load(codes + 96), Vector256.Create(words[1]).AsSByte());
        low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(codes + 128), Vector256.Create(words[2]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(codes + 160), Vector256.Create(words[2]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, Vector256.Load(codes + 192), Vector256.Create(words[3]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, Vector256.Load(codes + 224), Vector256.Create(words[3]).AsSByte());
        low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(codes + 256), Vector256.Create(words[4]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(codes + 288), Vector256.Create(words[4]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, Vector256.Load(codes + 320), Vector256.Create(words[5]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, Vector256.Load(codes + 352), Vector256.Create(words[5]).AsSByte());
        low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(codes + 384), Vector256.Create(words[6]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(codes + 416), Vector256.Create(words[6]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, Vector256.Load(codes + 448), Vector256.Create(words[7]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, Vector256.Load(codes + 480), Vector256.Create(words[7]).AsSByte());
        return new(Vector512.ConvertToSingle((low + low2).ToVector512Unsafe().WithUpper(high + high2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WideDot<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock
    {
        if (AvxVnni.IsSupported && Avx512BW.IsSupported && (typeof(T) == typeof(PackedIQ4_NL) || typeof(T) == typeof(PackedIQ4_XS)))
            return LookUpDot(record + T.Bytes - (((T.Inputs / QuantizedRows.Size) - group) * 4 * Quads.Vector), PackedIQ4_NL.Shifted, (int*)x, start);
        if (AvxVnni.IsSupported && typeof(T) == typeof(PackedQ8_0))
            return HalvesDot(record + T.Bytes - Interleave.Codes, (int*)x, start);
        return Floats(Vector512.Create(Bytes256.WideSums<T>(record, group, lane, x, start), Bytes256.WideSums<T>(record, group, lane + Bytes256.Rows, x, start)));
    }

    /// <summary>
    /// The same for four vectors of <see cref="Interleave.Nibbles"/> that are places in a table: looked up in whole registers, multiplied in halves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 LookUpDot(byte* vectors, Vector128<byte> table, int* words, int start)
    {
        Vector512<byte> codes = FourTimes(table), four = Vector512.Create((byte)0xF);
        Vector256<int> low = Vector256.Create(start), high = low, low2 = Vector256<int>.Zero, high2 = low2;
        Vector512<byte> places0 = Vector512.Load(vectors), first0 = Avx512BW.Shuffle(codes, places0 & four);
        Vector512<byte> last0 = Avx512BW.Shuffle(codes, (places0.AsUInt16() >>> 4).AsByte() & four);
        low = AvxVnni.MultiplyWideningAndAdd(low, first0.GetLower(), Vector256.Create(words[0]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, first0.GetUpper(), Vector256.Create(words[0]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, last0.GetLower(), Vector256.Create(words[4]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, last0.GetUpper(), Vector256.Create(words[4]).AsSByte());
        Vector512<byte> places1 = Vector512.Load(vectors + 64), first1 = Avx512BW.Shuffle(codes, places1 & four);
        Vector512<byte> last1 = Avx512BW.Shuffle(codes, (places1.AsUInt16() >>> 4).AsByte() & four);
        low = AvxVnni.MultiplyWideningAndAdd(low, first1.GetLower(), Vector256.Create(words[1]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, first1.GetUpper(), Vector256.Create(words[1]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, last1.GetLower(), Vector256.Create(words[5]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, last1.GetUpper(), Vector256.Create(words[5]).AsSByte());
        Vector512<byte> places2 = Vector512.Load(vectors + 128), first2 = Avx512BW.Shuffle(codes, places2 & four);
        Vector512<byte> last2 = Avx512BW.Shuffle(codes, (places2.AsUInt16() >>> 4).AsByte() & four);
        low = AvxVnni.MultiplyWideningAndAdd(low, first2.GetLower(), Vector256.Create(words[2]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, first2.GetUpper(), Vector256.Create(words[2]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, last2.GetLower(), Vector256.Create(words[6]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, last2.GetUpper(), Vector256.Create(words[6]).AsSByte());
        Vector512<byte> places3 = Vector512.Load(vectors + 192), first3 = Avx512BW.Shuffle(codes, places3 & four);
        Vector512<byte> last3 = Avx512BW.Shuffle(codes, (places3.AsUInt16() >>> 4).AsByte() & four);
        low = AvxVnni.MultiplyWideningAndAdd(low, first3.GetLower(), Vector256.Create(words[3]).AsSByte());
        high = AvxVnni.MultiplyWideningAndAdd(high, first3.GetUpper(), Vector256.Create(words[3]).AsSByte());
        low2 = AvxVnni.MultiplyWideningAndAdd(low2, last3.GetLower(), Vector256.Create(words[7]).AsSByte());
        high2 = AvxVnni.MultiplyWideningAndAdd(high2, last3.GetUpper(), Vector256.Create(words[7]).AsSByte());
        return new(Vector512.ConvertToSingle((low + low2).ToVector512Unsafe().WithUpper(high + high2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 integers, sbyte* destination)
    {
        Vector512<int> wide = Vector512.ConvertToInt32Native(integers.Vector);
        Vector256<short> narrow = Vector256.Narrow(wide.GetLower(), wide.GetUpper());
        Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(destination);
    }

    /// <summary>As many products as fit are added in sixteen bits; there is no instruction of this width for larger codes, but one of half of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Add(Vector512<int> sums, Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, sbyte* x, int largest)
    {
        if (!Avx512BW.IsSupported || largest > 63)
        {
            return Vector512.Create(
                Bytes256.Add(sums.GetLower(), c0.Lower, c1.Lower, c2.Lower, c3.Lower, x, largest),
                Bytes256.Add(sums.GetUpper(), c0.Upper, c1.Upper, c2.Upper, c3.Upper, x, largest));
        }

        return largest > 31
            ? sums + Pairs(Product(c0, x) + Product(c1, x + 4)) + Pairs(Product(c2, x + 8) + Product(c3, x + 12))
            : sums + Pairs(Products(c0, c1, c2, c3, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Products(Bytes512 c0, Bytes512 c1, Bytes512 c2, Bytes512 c3, sbyte* x) =>
        Product(c0, x) + Product(c1, x + 4) + (Product(c2, x + 8) + Product(c3, x + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Product(Bytes512 codes, sbyte* x) => Avx512BW.MultiplyAddAdjacent(codes.v, Vector512.Create(*(int*)x).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Pairs(Vector512<short> sums) => Avx512BW.MultiplyAddAdjacent(sums, Vector512<short>.One);

    /// <summary>By one instruction: <c>Vector512.Create</c> inserts halves into what another register held, and waits for that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> FourTimes(Vector128<byte> table) =>
        Avx512F.Shuffle4x128(table.ToVector256Unsafe().ToVector512Unsafe().AsInt32(), table.ToVector256Unsafe().ToVector512Unsafe().AsInt32(), 0).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 Floats(Vector512<int> sums) => new(Vector512.ConvertToSingle(sums));
}
