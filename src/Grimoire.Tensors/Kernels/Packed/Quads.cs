using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Codes out of the vectors that <see cref="Interleave"/> makes.</summary>
/// <remarks>In as few methods as can be: a loop over a record is some two hundred inlined calls, and the compiler stops inlining not far above that.</remarks>
internal static unsafe class Quads
{
    /// <summary>Bytes of one vector.</summary>
    public const int Vector = 64;

    /// <summary>Quad i of <see cref="Interleave.Bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Byte<B>(byte* vectors, int quad, int lane)
        where B : unmanaged, IBytes<B> => B.Load(vectors + (quad * Vector) + (4 * lane));

    /// <summary>Quad i of <see cref="Interleave.Nibbles"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Nibble<B>(byte* vectors, int quad, int lane)
        where B : unmanaged, IBytes<B> => quad < 4
        ? B.Load(vectors + (quad * Vector) + (4 * lane)) & B.Create(0xF)
        : B.Shift(B.Load(vectors + ((quad - 4) * Vector) + (4 * lane)), -4, 0xF);

    /// <summary>The same with bits above them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Nibble<B>(byte* vectors, int quad, int lane, B above)
        where B : unmanaged, IBytes<B> => B.Shift(B.Load(vectors + (quad % 4 * Vector) + (4 * lane)), quad < 4 ? 0 : -4, 0xF, above);

    /// <summary>Quad i of <see cref="Interleave.TwoBits"/>, from bit <paramref name="place"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B TwoBits<B>(byte* vectors, int quad, int lane, int place)
        where B : unmanaged, IBytes<B> => B.Shift(B.Load(vectors + (quad / 4 * Vector) + (4 * lane)), place - (quad % 4 * 2), (byte)(3 << place));

    /// <summary>The same from bit 0 on, with bits above them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B TwoBits<B>(byte* vectors, int quad, int lane, B above)
        where B : unmanaged, IBytes<B> => B.Shift(B.Load(vectors + (quad / 4 * Vector) + (4 * lane)), -(quad % 4 * 2), 3, above);

    /// <summary>Quad i of <see cref="Interleave.OneBit"/>, at bit <paramref name="place"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B OneBit<B>(byte* vector, int quad, int lane, int place)
        where B : unmanaged, IBytes<B> => B.Shift(B.Load(vector + (4 * lane)), place - quad, (byte)(1 << place));

    /// <summary>Sixteen binary16 numbers, one of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Halves<V>(byte* numbers, int lane)
        where V : unmanaged, ILanes<V> => V.LoadHalf((ushort*)numbers + lane);

    /// <summary>Sixteen signed bytes, one of each row; what follows them in the record is read too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Integers<V>(byte* numbers, int lane)
        where V : unmanaged, ILanes<V> => V.Widen(System.Runtime.Intrinsics.Vector128.Load((sbyte*)numbers + lane));
}
