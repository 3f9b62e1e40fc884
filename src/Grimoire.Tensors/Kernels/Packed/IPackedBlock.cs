using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// A quantised type in the order that <c>y = x Wᵀ</c> reads: sixteen rows of a weight side by side, block after block. A record is one block of each of the
/// sixteen.
/// </summary>
/// <remarks>
/// Numbers are unsigned codes, x = scale · (code − <see cref="Offset"/>) + minimum. Four inputs of all sixteen rows are a quad: 64 bytes, bytes 4r … 4r + 3 of
/// row r, so that one instruction adds four products to the sum of each row and no sum ever crosses lanes. Thirty-two inputs are eight quads. What is read in
/// registers narrower than sixteen rows names its first row as <c>lane</c>.
/// </remarks>
internal unsafe interface IPackedBlock
{
    /// <summary>Inputs of a record: 32 or 256.</summary>
    static virtual int Inputs => 32;

    /// <summary>Bytes of a record.</summary>
    static abstract int Bytes { get; }

    /// <summary>The largest code: how many products fit into sixteen bits.</summary>
    static abstract int LargestCode { get; }

    /// <summary>The code that stands for 0.</summary>
    static abstract int Offset { get; }

    /// <summary>Inputs that share a scale: 16 or 32.</summary>
    static virtual int Part => 32;

    /// <summary>Whether a minimum is added.</summary>
    static virtual bool HasMinimum => false;

    /// <summary>Writes a whole record.</summary>
    /// <param name="blocks">The first row's block.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="rows">How many rows there are, 1 to 16; the others become zeros.</param>
    /// <param name="record">Where to.</param>
    static abstract void Pack(byte* blocks, nint stride, int rows, byte* record);

    /// <summary>The codes of inputs 32 · group + 4 · quad … + 3.</summary>
    static abstract B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B>;

    /// <summary>The scale of each row's block: what those of its parts are multiples of.</summary>
    static abstract V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V>;

    /// <summary>The scales of a part, for units read before; the unit itself where a block is one part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Scale<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> => unit;

    /// <summary>The same for minima; not asked for where there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> => default;

    /// <summary>What is added to the numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Minimum<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> => unit;
}
