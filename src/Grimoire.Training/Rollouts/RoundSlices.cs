using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Rollouts;

/// <summary>How the answers of a round are gone through: some epochs, each in another order and in so many minibatches of nearly equal size.</summary>
/// <param name="Epochs">How often each answer is learned from.</param>
/// <param name="Minibatches">Steps an epoch.</param>
/// <param name="Seed">Chooses the orders.</param>
internal readonly record struct RoundSlices(int Epochs, int Minibatches, ulong Seed)
{
    /// <summary>Steps of a round.</summary>
    public int Steps => Epochs * Minibatches;

    /// <summary>Whether a round begins with the step that comes after so many.</summary>
    public bool Begins(long step) => step % Steps == 0;

    /// <summary>
    /// The share of a round's answers that the step after <paramref name="step"/> learns from; perhaps none, where there are fewer than minibatches.
    /// </summary>
    public T[] Of<T>(long step, IReadOnlyList<T> answers)
    {
        (int epoch, int part) = Math.DivRem((int)(step % Steps), Minibatches);
        int first = (int)((long)part * answers.Count / Minibatches), end = (int)((long)(part + 1) * answers.Count / Minibatches);
        var order = new Permutation(Math.Max(1, answers.Count), CountedRandom.Bits(Seed, (ulong)(step / Steps), (ulong)epoch));
        return [.. Enumerable.Range(first, end - first).Select(i => answers[(int)order[i]])];
    }
}
