namespace Grimoire.Training.Data;

/// <summary>
/// Consecutive blocks that together cover every token once an epoch, shuffled anew each epoch; without a seed in file order, as a measurement wants.
/// The last block is shorter where the data does not divide.
/// </summary>
public sealed class BlockSampler : SequenceSampler
{
    private readonly TokenStore store;
    private readonly int context;
    private readonly ulong? seed;

    /// <summary>Blocks of <paramref name="context"/> tokens.</summary>
    /// <exception cref="GrimoireException">The data has fewer than two tokens.</exception>
    public BlockSampler(TokenStore store, int context, ulong? seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        if (store.Length < 2)
            throw new GrimoireException("The data has a single token, so there is nothing to predict: give more text.");
        (this.store, this.context, this.seed) = (store, context, seed);
    }

    /// <inheritdoc/>
    public override long SequencesPerEpoch => (store.Length - 1 + context - 1) / context;

    private protected override EncodedExample Sequence(long number)
    {
        long start = Shuffled(number, SequencesPerEpoch, seed) * context;
        return Read(store, start, Math.Min(context + 1, store.Length - start));
    }
}
