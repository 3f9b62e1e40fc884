using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>Sixteen small integers on their way to floats: what every type decodes to.</summary>
internal static unsafe class Sixteen<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>values[i] = scale · q[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(Vector128<sbyte> q, V scale, float* values)
    {
        (scale * V.Widen(q)).Store(values);
        if (V.Count <= 8)
            (scale * V.Widen(From(q, 8))).Store(values + 8);
        if (V.Count <= 4)
        {
            (scale * V.Widen(From(q, 4))).Store(values + 4);
            (scale * V.Widen(From(q, 12))).Store(values + 12);
        }
    }

    /// <summary>values[i] = scale · q[i] + offset, the product rounded first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(Vector128<sbyte> q, V scale, V offset, float* values)
    {
        ((scale * V.Widen(q)) + offset).Store(values);
        if (V.Count <= 8)
            ((scale * V.Widen(From(q, 8))) + offset).Store(values + 8);
        if (V.Count <= 4)
        {
            ((scale * V.Widen(From(q, 4))) + offset).Store(values + 4);
            ((scale * V.Widen(From(q, 12))) + offset).Store(values + 12);
        }
    }

    /// <summary>The integers from <paramref name="first"/> on, moved to the front.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> From(Vector128<sbyte> q, int first) => first switch
    {
        4 => Vector128.Shuffle(q.AsInt32(), Vector128.Create(1, 1, 1, 1)).AsSByte(),
        8 => Vector128.Shuffle(q.AsInt64(), Vector128.Create(1L, 1L)).AsSByte(),
        _ => Vector128.Shuffle(q.AsInt32(), Vector128.Create(3, 3, 3, 3)).AsSByte(),
    };
}

/// <summary>Parts of bytes that blocks pack their numbers into.</summary>
internal static unsafe class Packed
{
    /// <summary>A binary16 scale as a float; exact, and without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* bits)
    {
        uint half = *(ushort*)bits, magnitude = (half & 0x7FFF) << 13;
        uint scaled = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude) * BitConverter.UInt32BitsToSingle(0x77800000));
        // The largest exponent means infinity or not a number.
        return BitConverter.UInt32BitsToSingle(scaled | ((half & 0x8000) << 16) | (magnitude > 0x0F7FFFFF ? 0x7F800000u : 0));
    }

    /// <summary>The same where it is known to be finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadFinite(byte* bits) =>
        BitConverter.Int32BitsToSingle((*(short*)bits << 13) & unchecked((int)0x8FFFE000)) * BitConverter.UInt32BitsToSingle(0x77800000);

    /// <summary>As it will be read back from binary16.</summary>
    public static float Rounded(float value) => (float)(Half)value;

    /// <summary>Stores a scale as binary16.</summary>
    /// <exception cref="GrimoireException">It is too large.</exception>
    public static void Store(float value, byte* bits)
    {
        Half half = (Half)value;
        if (!Half.IsFinite(half))
            throw new GrimoireException($"a block's scale of {value} is beyond ±65504, what quantised types can store; keep this weight in F32 or BF16");
        *(Half*)bits = half;
    }

    /// <summary>Thirty-two numbers of four bits: number i below number i + 16.</summary>
    public static void StoreNibbles(byte* codes, byte* bytes)
    {
        for (int i = 0; i < 16; i++)
            bytes[i] = (byte)((codes[i] & 0xF) | (codes[i + 16] << 4));
    }

    /// <summary>The lower four bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low4(Vector128<byte> bytes) => bytes & Vector128.Create((byte)0xF);

    /// <summary>The upper four bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High4(Vector128<byte> bytes) => bytes >>> 4;

    /// <summary>The lower two bits of each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low2(Vector128<byte> bytes) => bytes & Vector128.Create((byte)3);

    /// <summary>One bit of each byte, as <paramref name="value"/> where it is set and 0 where not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bit(Vector128<byte> bytes, int bit, byte value)
    {
        Vector128<byte> mask = Vector128.Create((byte)(1 << bit));
        return Vector128.Equals(bytes & mask, mask) & Vector128.Create(value);
    }

    /// <summary>16 where one of sixteen bits is set, the first bit in the first byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> FifthBits(ushort bits)
    {
        Vector128<byte> mask = Vector128.Create(0x8040201008040201).AsByte();
        Vector128<byte> spread = Vector128.Shuffle(Vector128.Create(bits).AsByte(), Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        return Vector128.Equals(spread & mask, mask) & Vector128.Create((byte)16);
    }

    /// <summary>Unsigned integers below 128 less a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Less(this Vector128<byte> q, sbyte offset) => q.AsSByte() - Vector128.Create(offset);
}
