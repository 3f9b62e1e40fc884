namespace Grimoire.Tensors;

/// <summary>
/// A quantised type: how a run of numbers becomes a block of bytes and back. Decoding gives the same bits as ggml does, in registers of any width: integers
/// are turned into floats, multiplied by a scale and moved by an offset, each step rounded on its own.
/// </summary>
internal unsafe interface IBlock
{
    /// <summary>Numbers in a block.</summary>
    static abstract int Size { get; }

    /// <summary>Bytes of a block.</summary>
    static abstract int Bytes { get; }

    static abstract void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>;

    /// <summary>
    /// Finds the block of least Σ weight · (value − decoded)². Without weights (null) the five types that ggml only rounds are rounded likewise, to the same
    /// bytes.
    /// </summary>
    /// <exception cref="GrimoireException">A scale is too large for its field.</exception>
    static abstract void Encode(float* values, float* weights, byte* block);
}
