namespace Grimoire.Training.Worlds;

/// <summary>
/// A counted generator (SplitMix64; Steele, Lea and Flood 2014): number <c>n</c> of a stream is a hash of key and <c>n</c>, the same on every platform. Each
/// document has its own stream, so document 1000 needs none of those before it. It is a class because a copied struct would throw the same numbers twice.
/// </summary>
internal sealed class Dice(ulong key)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = key;

    /// <summary>The stream of one document: named by kind, part and index.</summary>
    public static Dice For(ulong seed, string kind, Split split, long index) =>
        new(Mix(Mix(seed + Golden) ^ Hash(kind)) ^ Mix((((ulong)index << 2) | (uint)split) + Golden));

    /// <summary>FNV-1a over the characters, then mixed so that the low digits are as good as the high ones.</summary>
    public static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return Mix(hash);
    }

    public ulong Next() => Mix(_state += Golden);

    /// <summary>A whole number from 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(((Next() >> 32) * (uint)count) >> 32);

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A shuffled copy (Fisher–Yates).</summary>
    public T[] Shuffle<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
