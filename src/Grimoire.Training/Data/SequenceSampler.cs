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

    /// <summary>The sequences <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    public TrainingBatch Draw(long first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var tokens = new List<int>();
        var targets = new List<int>();
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            // Inputs and targets overlap in all but one token, so a sequence is read once.
            int[] run = Sequence(first + i);
            lengths[i] = run.Length - 1;
            tokens.AddRange(run.AsSpan(0, run.Length - 1));
            targets.AddRange(run.AsSpan(1));
        }

        return new TrainingBatch([.. tokens], [.. targets], lengths);
    }

    /// <summary>The tokens of sequence <paramref name="number"/>, one more than it has targets.</summary>
    private protected abstract int[] Sequence(long number);

    private protected static int[] Read(TokenStore store, long start, long count)
    {
        int[] tokens = new int[count];
        store.Read(start, tokens);
        return tokens;
    }

    /// <summary>The place of sequence <paramref name="number"/> when each epoch has its own shuffle; without a seed, in file order.</summary>
    private protected static long Shuffled(long number, long count, ulong? seed)
    {
        (long epoch, long place) = Math.DivRem(number, count);
        return seed is ulong s ? new Permutation(count, CountedRandom.Bits(s, (ulong)epoch))[place] : place;
    }
}
