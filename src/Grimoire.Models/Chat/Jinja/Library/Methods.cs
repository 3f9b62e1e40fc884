namespace Grimoire.Models.Chat.Jinja;

/// <summary>The methods of texts, mappings and lists that templates call. Those that would change their value are left out: values never change.</summary>
internal static class Methods
{
    /// <summary>A method bound to its value, or null.</summary>
    public static Callable? Find(Value value, string name)
    {
        Function? method = value switch
        {
            Text => TextMethods.Find(name),
            Map => MapMethods.Find(name),
            Sequence => SequenceMethods.Find(name),
            _ => null,
        };
        return method is null ? null : new Callable(name, (arguments, run) => method.Call(value, arguments, run));
    }
}

internal static class MapMethods
{
    private static readonly Dictionary<string, Function> All = new(StringComparer.Ordinal)
    {
        ["items"] = Of("items", (map, _, _) => View("dict_items", Items(map))),
        ["keys"] = Of("keys", (map, _, _) => View("dict_keys", [.. map.Entries.Select(entry => entry.Key)])),
        ["values"] = Of("values", (map, _, _) => View("dict_values", [.. map.Entries.Select(entry => entry.Value)])),
        ["copy"] = Of("copy", (map, _, _) => map),
        ["get"] = Of("get", (map, args, run) => Get(map, args, run), "key", "default"),
    };

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    public static IReadOnlyList<Value> Items(Map map) => [.. map.Entries.Select(entry => Sequence.Tuple(entry.Key, entry.Value))];

    private static Sequence View(string label, IReadOnlyList<Value> items) => new(items, SequenceKind.View) { Label = label };

    private static Value Get(Map map, Value?[] args, Execution run)
    {
        Value key = args[0] ?? throw run.Error("'get' needs a key");
        if (!Map.CanBeKey(key))
            throw run.Error($"a {key.Kind} cannot be a key");
        return map.TryGet(key, out Value? value) ? value : args[1] ?? None.Value;
    }

    private static Function Of(string name, Func<Map, Value?[], Execution, Value> body, params string[] parameters) =>
        new(name, parameters, (value, args, run) => body((Map)value, args, run));
}

internal static class SequenceMethods
{
    private static readonly Dictionary<string, Function> All = new(StringComparer.Ordinal)
    {
        ["index"] = Of("index", (items, value, run) =>
            Enumerable.Range(0, items.Count).FirstOrDefault(i => Comparing.AreEqual(items[i], value, run), -1) is >= 0 and var index
            ? index : throw run.Error("the value is not in the list")),
        ["count"] = Of("count", (items, value, run) => items.Count(item => Comparing.AreEqual(item, value, run))),
    };

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    private static Function Of(string name, Func<IReadOnlyList<Value>, Value, Execution, Value> body) =>
        new(name, ["value"], (value, args, run) => body(((Sequence)value).Items, args[0] ?? throw run.Error($"'{name}' needs a value"), run));
}
