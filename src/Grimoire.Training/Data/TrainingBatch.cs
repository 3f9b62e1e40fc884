using Grimoire.Models;

namespace Grimoire.Training.Data;

/// <summary>
/// Sequences packed one after another on one token axis, without padding: after <c>Tokens[t]</c> the model shall say <c>Targets[t]</c>.
/// </summary>
/// <param name="Tokens">Inputs, <c>[token]</c>.</param>
/// <param name="Targets">What comes next, <c>[token]</c>; negative where nothing is asked.</param>
/// <param name="Lengths">Tokens of each sequence, in order; they add up to the number of tokens.</param>
public sealed record TrainingBatch(int[] Tokens, int[] Targets, int[] Lengths)
{
    /// <summary>Tokens of which something is asked: targets that are not negative.</summary>
    public int TargetCount { get; } = Targets.Count(t => t >= 0);

    /// <summary>Examples one after another; nothing is asked where they are not trained.</summary>
    public static TrainingBatch Of(IReadOnlyList<EncodedExample> examples)
    {
        int count = examples.Sum(example => example.Ids.Length - 1), at = 0;
        int[] tokens = new int[count], targets = new int[count];
        foreach (EncodedExample example in examples)
        {
            int length = example.Ids.Length - 1;
            example.Ids.AsSpan(0, length).CopyTo(tokens.AsSpan(at));
            for (int i = 0; i < length; i++)
                targets[at + i] = example.Trained[i + 1] ? example.Ids[i + 1] : -1;
            at += length;
        }

        return new TrainingBatch(tokens, targets, [.. examples.Select(example => example.Ids.Length - 1)]);
    }

    /// <summary>The inputs as the model takes them.</summary>
    public Batch ToBatch() => AddTo(new Batch());

    /// <summary>Adds the inputs to what a model takes.</summary>
    internal Batch AddTo(Batch batch)
    {
        int start = 0;
        foreach (int length in Lengths)
        {
            batch.Add(Tokens.AsSpan(start, length));
            start += length;
        }

        return batch;
    }
}
