namespace Grimoire.Training.Data;

/// <summary>
/// Sequences packed one after another on one token axis, without padding: after <c>Tokens[t]</c> the model shall say <c>Targets[t]</c>.
/// </summary>
/// <param name="Tokens">Inputs, <c>[token]</c>.</param>
/// <param name="Targets">What comes next, <c>[token]</c>.</param>
/// <param name="Lengths">Tokens of each sequence, in order; they add up to the number of tokens.</param>
public sealed record TrainingBatch(int[] Tokens, int[] Targets, int[] Lengths);
