using Grimoire.Tensors;

namespace Grimoire.Training.Data;

/// <summary>Windows of a fixed length at random places, as nanoGPT draws them.</summary>
public sealed class WindowSampler : SequenceSampler
{
    private readonly TokenStore store;
    private readonly int context;
    private readonly ulong seed;

    /// <summary>Windows of <paramref name="context"/> tokens.</summary>
    /// <exception cref="GrimoireException">The data is shorter than one window and its target.</exception>
    public WindowSampler(TokenStore store, int context, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        if (store.Length <= context)
            throw new GrimoireException($"The data has {store.Length} tokens, too few for one window of {context}: give more text or a smaller context.");
        (this.store, this.context, this.seed) = (store, context, seed);
    }

    /// <inheritdoc/>
    public override long SequencesPerEpoch => (store.Length + context - 1) / context;

    private protected override EncodedExample Sequence(long number) =>
        Read(store, CountedRandom.Below(store.Length - context, seed, (ulong)number), context + 1);
}
