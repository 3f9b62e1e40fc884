namespace Grimoire.Training.Data;

/// <summary>Examples in an order shuffled anew each epoch; without a seed in the order of their files.</summary>
public sealed class ExampleSampler : SequenceSampler
{
    private readonly IReadOnlyList<EncodedExample> examples;
    private readonly ulong? seed;

    /// <summary>A sampler of some examples.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public ExampleSampler(IReadOnlyList<EncodedExample> examples, ulong? seed)
    {
        if (examples.Count == 0)
            throw new ArgumentException("There are no examples to draw from.", nameof(examples));
        (this.examples, this.seed) = (examples, seed);
    }

    /// <inheritdoc/>
    public override long SequencesPerEpoch => examples.Count;

    private protected override EncodedExample Sequence(long number) => examples[(int)Shuffled(number, examples.Count, seed)];
}
