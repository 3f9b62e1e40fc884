using System.Numerics;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Equality, order and membership, as Python has them.</summary>
internal static class Comparing
{
    public static bool AreEqual(Value a, Value b, Execution run)
    {
        run.Step();
        return (a, b) switch
        {
            (Text x, Text y) => x.Chars == y.Chars,
            (None, None) or (Undefined, Undefined) => true,
            (Sequence x, Sequence y) => x.Type == y.Type && x.Items.Count == y.Items.Count
                && x.Items.Zip(y.Items).All(pair => AreEqual(pair.First, pair.Second, run)),
            (Map x, Map y) => x.Count == y.Count && x.Entries.All(entry => y.TryGet(entry.Key, out Value? other) && AreEqual(entry.Value, other, run)),
            _ when Number.Of(a) is { } x && Number.Of(b) is { } y => Number.Order(x, y) == 0,
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>Less than, equal to or greater than 0, as <paramref name="a"/> comes before, with or after <paramref name="b"/>.</summary>
    public static int Order(Value a, Value b, Execution run)
    {
        run.Step();
        if (a is Text x && b is Text y)
            return Order(x.Chars, y.Chars);
        if (Number.Of(a) is { } m && Number.Of(b) is { } n)
            return Number.Order(m, n) ?? throw run.Error("NaN has no order");
        if (a is Sequence left && b is Sequence right && left.Type == right.Type)
            return Order(left.Items, right.Items, run);
        throw run.Error(a is Undefined nothing || (nothing = (b as Undefined)!) is not null
            ? $"{nothing.What} is undefined and cannot be compared"
            : $"a {a.Kind} and a {b.Kind} have no order");
    }

    /// <summary>The order of characters by code point.</summary>
    public static int Order(string a, string b)
    {
        int length = Math.Min(a.Length, b.Length);
        for (int i = 0; i < length; i++)
        {
            if (a[i] != b[i])
                return char.IsSurrogate(a[i]) != char.IsSurrogate(b[i]) ? (char.IsSurrogate(a[i]) ? 1 : -1) : a[i].CompareTo(b[i]);
        }

        return a.Length.CompareTo(b.Length);
    }

    /// <summary><c>item in container</c>.</summary>
    public static bool Contains(Value container, Value item, Execution run) => container switch
    {
        Text text => item is Text part ? text.Chars.Contains(part.Chars, StringComparison.Ordinal)
            : throw run.Error($"a {item.Kind} cannot be looked for in a text"),
        Sequence sequence => sequence.Items.Any(other => AreEqual(other, item, run)),
        Map when item is Undefined or Sequence { Type: SequenceKind.Tuple } => false,
        Map map => Map.CanBeKey(item) ? map.TryGet(item, out _) : throw run.Error($"a {item.Kind} cannot be a key"),
        Undefined => false,
        _ => throw run.Error($"a {container.Kind} has no items to look in"),
    };

    private static int Order(IReadOnlyList<Value> a, IReadOnlyList<Value> b, Execution run)
    {
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (!AreEqual(a[i], b[i], run))
                return Order(a[i], b[i], run);
        }

        return a.Count.CompareTo(b.Count);
    }
}

/// <summary>A value in arithmetic: whole or in floating point.</summary>
internal readonly record struct Number(BigInteger Whole, double Real, bool IsWhole)
{
    public double AsReal => IsWhole ? (double)Whole : Real;

    /// <summary>The number a value is, or null.</summary>
    public static Number? Of(Value value) => value switch
    {
        Int n => new Number(n.Number, 0, true),
        Float n => new Number(default, n.Number, false),
        Bool b => new Number(b.IsTrue ? 1 : 0, 0, true),
        _ => null,
    };

    /// <summary>The order of two numbers; null where one is NaN.</summary>
    public static int? Order(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
            return a.Whole.CompareTo(b.Whole);
        double x = a.AsReal, y = b.AsReal;
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }
}
