using System.Collections;

namespace Grimoire.Training.Worlds;

/// <summary>An endless series of documents. Each is made when asked for and depends on its index alone; take as many as wanted.</summary>
/// <typeparam name="T">What the documents are.</typeparam>
public sealed class Series<T> : IEnumerable<T>
{
    private readonly Func<long, T> _make;

    internal Series(Func<long, T> make) => _make = make;

    /// <summary>Document number <paramref name="index"/>, the same whatever was asked for before.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public T this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            return _make(index);
        }
    }

    /// <summary>Documents 0, 1, 2, … without end.</summary>
    public IEnumerator<T> GetEnumerator()
    {
        for (var index = 0L; ; index++) yield return _make(index);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
