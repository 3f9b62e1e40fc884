using Grimoire.Tensors;

namespace Grimoire.Training.Data;

/// <summary>
/// Chooses the sequences to train on. Sequence number n is a function of (seed, n) alone, so the whole cursor is one number, the count of sequences
/// drawn so far: save it, and training goes on with exactly the data that would have come.
/// </summary>
public abstract class SequenceSampler
{
    /// <summary>Sequences that together show the data once.</summary>
    public abstract long SequencesPerEpoch { get; }

    /// <summary>The sequences <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1, or fewer of them.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">The most sequences.</param>
    /// <param name="tokens">The most tokens, unless the first sequence alone has more.</param>
    public TrainingBatch Draw(long first, int count, int tokens = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        List<EncodedExample> drawn = [];
        for (long left = tokens; drawn.Count < count;)
        {
            EncodedExample next = Sequence(first + drawn.Count);
            if ((left -= next.Ids.Length - 1) < 0 && drawn.Count > 0)
                break;
            drawn.Add(next);
        }

        return TrainingBatch.Of(drawn);
    }

    /// <summary>Sequence <paramref name="number"/>, one token longer than it has targets.</summary>
    private protected abstract EncodedExample Sequence(long number);

    private protected static EncodedExample Read(TokenStore store, long start, long count)
    {
        int[] tokens = new int[count];
        store.Read(start, tokens);
        return EncodedExample.OfText(tokens);
    }

    /// <summary>The place of sequence <paramref name="number"/> when each epoch has its own shuffle; without a seed, in file order.</summary>
    private protected static long Shuffled(long number, long count, ulong? seed)
    {
        (long epoch, long place) = Math.DivRem(number, count);
        return seed is ulong s ? new Permutation(count, CountedRandom.Bits(s, (ulong)epoch))[place] : place;
    }
}
