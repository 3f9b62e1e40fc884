using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>Sixteen rows of something side by side: how a record of <see cref="IPackedBlock"/> is put together.</summary>
/// <remarks>Codes are those of 32 inputs, a byte each, row after row: eight 32-bit words a row, of which word i is what the row has in quad i.</remarks>
internal static unsafe class Interleave
{
    public const int Rows = 16;

    /// <summary>Bytes of the codes of one group of 32 inputs.</summary>
    public const int Codes = Rows * 32;

    /// <summary>Sixteen binary16 numbers, one of each row, the missing ones 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halves(byte* numbers, nint stride, int rows, byte* vector)
    {
        ushort* to = (ushort*)vector;
        for (int row = 0; row < rows; row++, numbers += stride)
            to[row] = *(ushort*)numbers;
        for (int row = rows; row < Rows; row++)
            to[row] = 0;
    }

    /// <summary>Bytes, <paramref name="count"/> a row: vector i, of sixteen bytes, has byte i of each row, the missing ones 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Single(byte* numbers, nint stride, int rows, int count, byte* vectors)
    {
        for (int i = 0; i < count; i++)
        {
            for (int row = 0; row < Rows; row++)
                vectors[(i * Rows) + row] = row < rows ? numbers[(row * stride) + i] : (byte)0;
        }
    }

    /// <summary>Codes of eight bits: vector i is quad i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bytes(byte* codes, byte* vectors)
    {
        for (int row = 0; row < Rows; row += 4, codes += 4 * 32)
        {
            Transpose(Vector128.Load(codes), Vector128.Load(codes + 32), Vector128.Load(codes + 64), Vector128.Load(codes + 96), (uint*)vectors + row);
            Transpose(Vector128.Load(codes + 16), Vector128.Load(codes + 48), Vector128.Load(codes + 80), Vector128.Load(codes + 112), (uint*)vectors + row + (4 * Rows));
        }
    }

    /// <summary>The lower four bits of codes: vector i has those of quad i below those of quad i + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Nibbles(byte* codes, byte* vectors)
    {
        for (int row = 0; row < Rows; row += 4, codes += 4 * 32)
            Transpose(Joined(codes), Joined(codes + 32), Joined(codes + 64), Joined(codes + 96), (uint*)vectors + row);
    }

    /// <summary>Two bits of codes from <paramref name="first"/> on: bits 2j and 2j + 1 of vector h are those of quad 4h + j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoBits(byte* codes, int first, byte* vectors)
    {
        uint* to = (uint*)vectors;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            for (int h = 0; h < 2; h++, from += 4)
                to[(h * Rows) + row] = Two(from[0], first) | (Two(from[1], first) << 2) | (Two(from[2], first) << 4) | (Two(from[3], first) << 6);
        }
    }

    /// <summary>One bit of codes: bit i of the vector is that of quad i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneBit(byte* codes, int bit, byte* vector)
    {
        uint* to = (uint*)vector;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            uint bits = 0;
            for (int i = 0; i < 8; i++)
                bits |= ((from[i] >> bit) & 0x01010101) << i;
            to[row] = bits;
        }
    }

    /// <summary>The lower four bits of sixteen codes below those of the next sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Joined(byte* codes) => Packed.Low4(Vector128.Load(codes)) | (Packed.Low4(Vector128.Load(codes + 16)).AsUInt16() << 4).AsByte();

    /// <summary>Four words of four rows: word i of each to the i-th of vectors of sixteen words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector128<byte> row0, Vector128<byte> row1, Vector128<byte> row2, Vector128<byte> row3, uint* to)
    {
        Vector128<ulong> low01 = Lower(row0.AsUInt32(), row1.AsUInt32()), high01 = Upper(row0.AsUInt32(), row1.AsUInt32());
        Vector128<ulong> low23 = Lower(row2.AsUInt32(), row3.AsUInt32()), high23 = Upper(row2.AsUInt32(), row3.AsUInt32());
        Store(low01, low23, to);
        Store(high01, high23, to + (2 * Rows));
    }

    /// <summary>a₀ b₀ a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Lower(Vector128<uint> a, Vector128<uint> b) => Sse2.IsSupported
        ? Sse2.UnpackLow(a, b).AsUInt64()
        : Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 32);

    /// <summary>a₂ b₂ a₃ b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Upper(Vector128<uint> a, Vector128<uint> b) => Sse2.IsSupported
        ? Sse2.UnpackHigh(a, b).AsUInt64()
        : Vector128.WidenUpper(a) | (Vector128.WidenUpper(b) << 32);

    /// <summary>a₀ b₀.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Lower(Vector128<ulong> a, Vector128<ulong> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0]);

    /// <summary>a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Upper(Vector128<ulong> a, Vector128<ulong> b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[1], b[1]);

    /// <summary>The first two words of four rows, then the last two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<ulong> left, Vector128<ulong> right, uint* to)
    {
        Lower(left, right).AsUInt32().Store(to);
        Upper(left, right).AsUInt32().Store(to + Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Two(uint codes, int first) => (codes >> first) & 0x03030303;
}
