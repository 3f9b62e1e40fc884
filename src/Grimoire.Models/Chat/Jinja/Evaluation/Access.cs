using System.Numerics;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary><c>a.name</c>: a method of the value, else its entry of that name.</summary>
internal sealed class Member(Place place, Expression subject, string name) : Expression(place)
{
    private readonly Text key = new(name);

    protected override Value Compute(Scope scope)
    {
        Value value = subject.Evaluate(scope);
        Execution run = Here(scope);
        return Members.Attribute(value, name, run) ?? Members.Item(value, key, run) ?? Members.Missing(value, key, run);
    }
}

/// <summary><c>a[b]</c>: the entry, else the method of that name.</summary>
internal sealed class Subscript(Place place, Expression subject, Expression index) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        Value value = subject.Evaluate(scope), key = index.Evaluate(scope);
        Execution run = Here(scope);
        run.Scan(value);
        run.Scan(key);
        return Members.Item(value, key, run) ?? (key is Text name ? Members.Attribute(value, name.Chars, run) : null) ?? Members.Missing(value, key, run);
    }
}

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class Slice(Place place, Expression subject, Expression? start, Expression? stop, Expression? step) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        Value value = subject.Evaluate(scope);
        scope.Run.Scan(value);
        Value? from = start?.Evaluate(scope), to = stop?.Evaluate(scope), by = step?.Evaluate(scope);
        Execution run = Here(scope);
        return value switch
        {
            Text text => Cut(text, from, to, by, run),
            Sequence { Type: not SequenceKind.Generator } items =>
                new Sequence([.. Indices(items.Items.Count, from, to, by, run).Select(i => items.Items[i])], items.Type),
            Undefined undefined => throw run.Error($"{undefined.What} is undefined"),
            _ => throw run.Error($"a {value.Kind} cannot be cut with [ : ]"),
        };
    }

    private static Text Cut(Text text, Value? from, Value? to, Value? by, Execution run)
    {
        int[] starts = Python.CharacterStarts(text.Chars);
        var cut = new TextBuilder();
        foreach (int i in Indices(starts.Length - 1, from, to, by, run))
            cut.Append(text, starts[i], starts[i + 1]);
        return cut.ToText();
    }

    private static List<int> Indices(int length, Value? from, Value? to, Value? by, Execution run)
    {
        int step = by is null or None ? 1 : Clamp(by, run);
        if (step == 0)
            throw run.Error("the step of a slice is 0");
        int first = from is null or None ? (step > 0 ? 0 : length - 1) : Bound(Clamp(from, run), length, step);
        int last = to is null or None ? (step > 0 ? length : -1) : Bound(Clamp(to, run), length, step);
        List<int> indices = [];
        for (long i = first; step > 0 ? i < last : i > last; i += step)
            indices.Add((int)i);
        run.MakeItems(indices.Count);
        return indices;
    }

    private static int Bound(int index, int length, int step)
    {
        if (index < 0)
            index = (int)Math.Max((long)index + length, step > 0 ? 0 : -1);
        return Math.Min(index, step > 0 ? length : length - 1);
    }

    private static int Clamp(Value value, Execution run) => value switch
    {
        Int n => (int)BigInteger.Clamp(n.Number, -int.MaxValue, int.MaxValue),
        Bool b => b.IsTrue ? 1 : 0,
        _ => throw run.Error($"a {value.Kind} cannot be the bound of a slice"),
    };
}

/// <summary>How values give out what they hold: entries of mappings, items of lists, characters of texts, attributes of namespaces and loops.</summary>
internal static class Members
{
    /// <summary>A method or attribute, or null.</summary>
    public static Value? Attribute(Value value, string name, Execution run) => value switch
    {
        Namespace space => space.Attributes.GetValueOrDefault(name),
        Callable callable => callable.Attribute?.Invoke(name),
        Undefined undefined => throw run.Error($"{undefined.What} is undefined"),
        _ => Methods.Find(value, name),
    };

    /// <summary>An entry, or null.</summary>
    public static Value? Item(Value value, Value key, Execution run)
    {
        switch (value)
        {
            case Map map:
                return Map.CanBeKey(key) && map.TryGet(key, out Value? entry) ? entry : null;
            case Sequence { Type: SequenceKind.List or SequenceKind.Tuple or SequenceKind.View } items when Index(key, items.Items.Count) is { } index:
                return items.Items[index];
            case Text text when key is Int or Bool:
                int[] starts = Python.CharacterStarts(text.Chars);
                return Index(key, starts.Length - 1) is { } at ? text.Slice(starts[at], starts[at + 1]) : null;
            case Undefined undefined:
                throw run.Error($"{undefined.What} is undefined");
            default:
                return null;
        }
    }

    public static Undefined Missing(Value value, Value key, Execution run) => key is Text name
        ? new Undefined($"{name.Chars.Quoted()} of a {value.Kind}")
        : new Undefined($"item {Python.Repr(key, run).Chars} of a {value.Kind}");

    private static int? Index(Value key, int count)
    {
        BigInteger index = key is Int n ? n.Number : key is Bool b ? (b.IsTrue ? 1 : 0) : count;
        if (index < 0)
            index += count;
        return index >= 0 && index < count ? (int)index : null;
    }
}
