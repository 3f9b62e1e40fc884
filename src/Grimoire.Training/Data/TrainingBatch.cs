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

    /// <summary>The inputs as the model takes them.</summary>
    public Batch ToBatch()
    {
        var batch = new Batch();
        int start = 0;
        foreach (int length in Lengths)
        {
            batch.Add(Tokens.AsSpan(start, length));
            start += length;
        }

        return batch;
    }
}
