using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Filters over lists and mappings.</summary>
internal static class SequenceFilters
{
    private static Function Length { get; } = new("length", [], (value, _, run) => value switch
    {
        Text text => Python.Length(text.Chars),
        Sequence { Type: not SequenceKind.Generator } items => items.Items.Count,
        Map map => map.Count,
        Undefined => 0,
        _ => throw run.Error($"a {value.Kind} has no length"),
    });

    public static IEnumerable<KeyValuePair<string, Function>> All { get; } =
    [
        new("length", Length),
        new("count", Length),
        new("list", new Function("list", [], (value, _, run) => new Sequence(Iteration.Items(value, run)))),
        new("first", new Function("first", [], (value, _, run) =>
            Iteration.Items(value, run) is [var first, ..] ? first : new Undefined("the first of no items"))),
        new("last", new Function("last", [], (value, _, run) => Iteration.Items(value, run) is [.., var last] ? last : new Undefined("the last of no items"))),
        new("join", new Function("join", ["d", "attribute"], Join)),
        new("reverse", new Function("reverse", [], Reverse)),
        new("items", new Function("items", [], (value, _, run) => value is Undefined ? Generator([]) : Generator(MapMethods.Items(AsMap(value, run))))),
        new("dictsort", new Function("dictsort", ["case_sensitive", "by", "reverse"], DictSort)),
        new("sort", new Function("sort", ["reverse", "case_sensitive", "attribute"], Sort)),
        new("unique", new Function("unique", ["case_sensitive", "attribute"], Unique)),
        new("sum", new Function("sum", ["attribute", "start"], (value, args, run) =>
            Projected(value, args[0], run).Aggregate(args[1] ?? 0, (sum, item) => Arithmetic.Apply("+", sum, item, run)))),
        new("min", new Function("min", ["case_sensitive", "attribute"], (value, args, run) => Extreme(value, args, false, run))),
        new("max", new Function("max", ["case_sensitive", "attribute"], (value, args, run) => Extreme(value, args, true, run))),
        new("batch", new Function("batch", ["linecount", "fill_with"], Batch)),
        new("groupby", new Function("groupby", ["attribute", "default", "case_sensitive"], GroupBy)),
    ];

    private static Sequence Generator(IReadOnlyList<Value> items) => new(items, SequenceKind.Generator);

    private static Map AsMap(Value value, Execution run) => value as Map ?? throw run.Error($"a dict is needed, not a {value.Kind}");

    private static IEnumerable<Value> Projected(Value value, Value? attribute, Execution run)
    {
        IReadOnlyList<Value> items = Iteration.Items(value, run);
        return attribute is null or None ? items : items.Select(item => Builtins.Path(item, attribute, run));
    }

    private static Text Join(Value value, Value?[] args, Execution run)
    {
        Text separator = args[0] is null ? Text.Empty : Python.Str(args[0]!, run);
        return TextMethods.Join(separator, [.. Projected(value, args[1], run).Select(item => Python.Str(item, run))], run);
    }

    private static Value Reverse(Value value, Value?[] args, Execution run)
    {
        IReadOnlyList<Value> items = Iteration.Items(value, run);
        run.MakeItems(items.Count);
        Value[] reversed = [.. items.Reverse()];
        return value is Text ? TextMethods.Join(Text.Empty, [.. reversed.Cast<Text>()], run) : Generator(reversed);
    }

    private static Sequence DictSort(Value value, Value?[] args, Execution run)
    {
        string by = args[1] is null ? "key" : Builtins.Chars(args[1], "by", run).Chars;
        int index = by == "key" ? 0 : by == "value" ? 1 : throw run.Error($"'dictsort' sorts by key or value, not by {by.Quoted()}");
        return new Sequence(Builtins.Sorted(
            MapMethods.Items(AsMap(value, run)), pair => Builtins.Folded(((Sequence)pair).Items[index], args[0]), args[2]?.IsTrue ?? false, run));
    }

    private static Sequence Sort(Value value, Value?[] args, Execution run) => new(Builtins.Sorted(
        Iteration.Items(value, run), item => Key(item, args[2], args[1], run, several: true), args[0]?.IsTrue ?? false, run));

    /// <summary>What an item is sorted by: itself, an attribute, or several attributes with commas between.</summary>
    private static Value Key(Value item, Value? attribute, Value? caseSensitive, Execution run, bool several = false)
    {
        if (attribute is null or None)
            return Builtins.Folded(item, caseSensitive);
        if (several)
            return new Sequence(
                [.. Python.Str(attribute, run).Chars.Split(',').Select(part => Builtins.Folded(Builtins.Path(item, part, run), caseSensitive))]);
        return Builtins.Folded(Builtins.Path(item, attribute, run), caseSensitive);
    }

    private static Sequence Unique(Value value, Value?[] args, Execution run)
    {
        var seen = new Map();
        List<Value> items = [];
        foreach (Value item in Iteration.Items(value, run))
        {
            Value key = Key(item, args[1], args[0], run);
            if (!Map.CanBeKey(key))
                throw run.Error($"'unique' cannot compare a {key.Kind}");
            if (seen.TryGet(key, out _))
                continue;
            seen.Set(key, key);
            items.Add(item);
        }

        return Generator(items);
    }

    private static Value Extreme(Value value, Value?[] args, bool largest, Execution run)
    {
        IReadOnlyList<Value> items = Builtins.Sorted(Iteration.Items(value, run), item => Key(item, args[1], args[0], run), largest, run);
        return items.Count > 0 ? items[0] : new Undefined("the extreme of no items");
    }

    private static Sequence Batch(Value value, Value?[] args, Execution run)
    {
        int count = Builtins.Int(args[0], "linecount", run, 1, 1 << 20);
        List<Value> batches = [];
        foreach (Value[] batch in Iteration.Items(value, run).Chunk(count))
        {
            bool filled = batch.Length < count && args[1] is not (null or None);
            run.MakeItems(filled ? count : batch.Length);
            batches.Add(new Sequence(filled ? [.. batch, .. Enumerable.Repeat(args[1]!, count - batch.Length)] : batch));
        }

        return Generator(batches);
    }

    private static Sequence GroupBy(Value value, Value?[] args, Execution run)
    {
        Value attribute = args[0] ?? throw run.Error("'groupby' needs an attribute");
        Value Of(Value item) => Builtins.Path(item, attribute, run, args[1]);
        List<(Value Key, List<Value> Items)> groups = [];
        foreach (Value item in Builtins.Sorted(Iteration.Items(value, run), item => Builtins.Folded(Of(item), args[2]), false, run))
        {
            if (groups.Count == 0 || !Comparing.AreEqual(Builtins.Folded(groups[^1].Key, args[2]), Builtins.Folded(Of(item), args[2]), run))
                groups.Add((Of(item), []));
            groups[^1].Items.Add(item);
        }

        return new Sequence([.. groups.Select(group => Sequence.Tuple(group.Key, new Sequence(group.Items)))]);
    }
}
