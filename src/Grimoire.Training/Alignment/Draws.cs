using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>Which example is drawn when: all of them once in each epoch, each epoch in another order. The place is one number.</summary>
/// <param name="count">Examples.</param>
/// <param name="seed">Chooses the orders.</param>
internal sealed class Draws(int count, ulong seed)
{
    /// <summary>The n-th example drawn.</summary>
    public int this[long n] => (int)new Permutation(count, CountedRandom.Bits(seed, (ulong)(n / count)))[n % count];

    /// <summary>The examples of a step that begins at a place.</summary>
    public int[] Range(long first, int length) => [.. Enumerable.Range(0, length).Select(i => this[first + i])];

    /// <summary>When each example is drawn for the first time.</summary>
    public int[] Places()
    {
        var places = new int[count];
        for (int n = 0; n < count; n++)
            places[this[n]] = n;
        return places;
    }
}
