using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.IQ4_XS"/>: 256 numbers in eight groups of 32, x = d · (s − 32) · grid[q] with the grid of <see cref="BlockIQ4_NL"/>, in 136 bytes: d as
/// binary16, the upper two bits of all s as one 16-bit number, four bytes with the lower four bits of two s each, and for each group 16 bytes of q as in
/// <see cref="BlockQ4_0"/>.
/// </summary>
internal readonly unsafe struct BlockIQ4_XS : IBlock
{
    private static BlockForm Form => new(8, Levels.Uneven, -32, 31, 0);

    public static int Size => 256;

    public static int Bytes => 136;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float d = Packed.Load(block);
        for (int group = 0; group < 8; group++)
        {
            V scale = V.Create(d * (Scale(block, group) - 32));
            Vector128<byte> q = Vector128.Load(block + 8 + (16 * group));
            Sixteen<V>.Put(Vector128.ShuffleNative(BlockIQ4_NL.Grid, Packed.Low4(q).AsSByte()), scale, values + (32 * group));
            Sixteen<V>.Put(Vector128.ShuffleNative(BlockIQ4_NL.Grid, Packed.High4(q).AsSByte()), scale, values + (32 * group) + 16);
        }
    }

    /// <summary>The s of a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Scale(byte* block, int group) =>
        ((block[4 + (group / 2)] >> (group % 2 * 4)) & 0xF) | (((*(ushort*)(block + 2) >> (2 * group)) & 3) << 4);

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        new Span<byte>(block, 8).Clear();
        int upper = 0;
        for (int group = 0; group < 8; group++)
        {
            int s = fit.Scales[group] + 32;
            block[4 + (group / 2)] |= (byte)((s & 0xF) << (group % 2 * 4));
            upper |= s >> 4 << (2 * group);
            Packed.StoreNibbles(fit.Codes + (32 * group), block + 8 + (16 * group));
        }

        Packed.Store(fit.Scale, block);
        *(ushort*)(block + 2) = (ushort)upper;
    }
}
