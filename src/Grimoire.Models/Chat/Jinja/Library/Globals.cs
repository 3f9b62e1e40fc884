namespace Grimoire.Models.Chat.Jinja;

/// <summary>The functions every template has.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000;

    private static readonly Dictionary<string, Callable> All = new(StringComparer.Ordinal)
    {
        ["raise_exception"] = Of("raise_exception", RaiseException),
        ["strftime_now"] = Of("strftime_now", (args, run) =>
            Strftime.Format(Builtins.Chars(args.Bind("strftime_now", ["format"], run)[0], "the format", run).Chars, run)),
        ["namespace"] = Of("namespace", MakeNamespace),
        ["range"] = Of("range", Range),
        ["dict"] = Of("dict", MakeMap),
        ["cycler"] = Of("cycler", Cycler),
        ["joiner"] = Of("joiner", Joiner),
    };

    public static Value? Find(string name) => All.GetValueOrDefault(name);

    private static Callable Of(string name, Func<Arguments, Execution, Value> body) => new(name, body);

    private static Value RaiseException(Arguments arguments, Execution run) =>
        throw run.Refusal(arguments.Bind("raise_exception", ["message"], run)[0] is { } message ? Python.Str(message, run).Chars : "no reason is given");

    private static Namespace MakeNamespace(Arguments arguments, Execution run)
    {
        var made = new Namespace();
        foreach ((Value key, Value value) in MakeMap(arguments, run).Entries)
            made.Attributes[Builtins.Chars(key, "the name of an attribute", run).Chars] = value;
        return made;
    }

    private static Map MakeMap(Arguments arguments, Execution run)
    {
        var map = new Map();
        foreach (Value argument in arguments.Positional)
        {
            foreach (Value item in argument is Map source ? MapMethods.Items(source) : Iteration.Items(argument, run))
            {
                if (Iteration.Items(item, run) is not [var key, var value] || !Map.CanBeKey(key))
                    throw run.Error("pairs of keys and values are needed");
                map.Set(key, value);
            }
        }

        foreach ((string key, Value value) in arguments.Named)
            map.Set(new Text(key), value);
        run.MakeItems(map.Count);
        return map;
    }

    private static Sequence Range(Arguments arguments, Execution run)
    {
        int[] bounds = [.. arguments.Positional.Select(value => Builtins.Int(value, "the bound of a range", run, -(1 << 30), 1 << 30))];
        (long from, long to, long step) = bounds switch
        {
            [var end] => (0, end, 1),
            [var start, var end] => (start, end, 1),
            [var start, var end, var by] when by != 0 => (start, end, by),
            _ => throw run.Error("a range has one to three bounds, and a step that is not 0"),
        };
        long count = Math.Max(0, step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step);
        if (count > MaxRange)
            throw run.Error($"a range has more than {MaxRange} numbers");
        run.MakeItems(count);
        return new Sequence([.. Enumerable.Range(0, (int)count).Select(i => (Value)(int)(from + (i * step)))], SequenceKind.View)
        {
            Label = step == 1 ? $"range({from}, {to})" : $"range({from}, {to}, {step})",
        };
    }

    private static Callable Cycler(Arguments arguments, Execution run)
    {
        IReadOnlyList<Value> items = arguments.Positional.Count > 0 ? arguments.Positional : throw run.Error("a cycler needs values");
        int at = 0;
        return new Callable("cycler", (_, inner) => throw inner.Error("a cycler is asked by its next()"))
        {
            Attribute = name => name switch
            {
                "current" => items[at],
                "next" => new Callable("next", (_, _) =>
                {
                    Value item = items[at];
                    at = (at + 1) % items.Count;
                    return item;
                }),
                "reset" => new Callable("reset", (_, _) =>
                {
                    at = 0;
                    return None.Value;
                }),
                _ => null,
            },
        };
    }

    private static Callable Joiner(Arguments arguments, Execution run)
    {
        Value separator = arguments.Bind("joiner", ["sep"], run)[0] ?? ", ";
        bool used = false;
        return new Callable("joiner", (_, _) =>
        {
            Value piece = used ? separator : Text.Empty;
            used = true;
            return piece;
        });
    }
}
