using System.Collections;
using System.Runtime.CompilerServices;

namespace Grimoire.Models;

/// <summary>
/// An immutable list that equals another of the same elements, so that records which hold one stay comparable. Written <c>[a, b, c]</c>; the default is
/// empty.
/// </summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Of))]
public readonly struct ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[]? items;

    internal ValueList(T[] items) => this.items = items;

    /// <summary>The number of elements.</summary>
    public int Count => items?.Length ?? 0;

    /// <summary>An element.</summary>
    public T this[int index] => Span[index];

    /// <summary>The elements, in order.</summary>
    public ReadOnlySpan<T> Span => items;

    /// <summary>Whether two lists hold equal elements in the same order.</summary>
    public static bool operator ==(ValueList<T> a, ValueList<T> b) => a.Equals(b);

    /// <summary>Whether two lists differ.</summary>
    public static bool operator !=(ValueList<T> a, ValueList<T> b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(ValueList<T> other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (T item in Span)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(items ?? [])).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", this)}]";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes a <see cref="ValueList{T}"/>: what <c>[a, b, c]</c> calls.</summary>
public static class ValueList
{
    /// <summary>A list of copies of the elements.</summary>
    public static ValueList<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
