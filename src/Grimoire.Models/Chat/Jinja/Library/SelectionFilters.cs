using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>
/// The filters <c>map</c>, <c>select</c>, <c>reject</c>, <c>selectattr</c> and <c>rejectattr</c>, which apply filters and tests to each item.
/// </summary>
internal static class SelectionFilters
{
    public static IEnumerable<KeyValuePair<string, Function>> All { get; } =
    [
        new("map", new Function(Map)),
        new("select", new Function((value, args, run) => Choose(value, args, false, true, run))),
        new("reject", new Function((value, args, run) => Choose(value, args, false, false, run))),
        new("selectattr", new Function((value, args, run) => Choose(value, args, true, true, run))),
        new("rejectattr", new Function((value, args, run) => Choose(value, args, true, false, run))),
    ];

    private static Value Map(Value value, Arguments args, Execution run)
    {
        IReadOnlyList<Value> items = Items(value, run);
        run.MakeItems(items.Count);
        if (args.Positional.Count == 0 && args["attribute"] is { } attribute)
            return Generator([.. items.Select(item => Builtins.Path(item, attribute, run, args["default"]))]);

        string name = args.Positional is [Text first, ..] ? first.Chars : throw run.Error("'map' needs the name of a filter, or attribute=…");
        Function filter = Filters.Find(name) ?? throw run.Error($"there is no filter {name.Quoted()}");
        var rest = new Arguments([.. args.Positional.Skip(1)], args.Named);
        return Generator([.. items.Select(item => filter.Call(item, rest, run))]);
    }

    private static Value Choose(Value value, Arguments args, bool byAttribute, bool wanted, Execution run)
    {
        IEnumerable<Value> positional = args.Positional;
        Value? attribute = null;
        if (byAttribute)
        {
            attribute = args.Positional.Count > 0 ? args.Positional[0] : throw run.Error("the name of an attribute is needed");
            positional = positional.Skip(1);
        }

        Value[] rest = [.. positional];
        Function? test = rest.Length == 0 ? null : Test(rest[0], run);
        var arguments = new Arguments([.. rest.Skip(1)], args.Named);
        List<Value> chosen = [];
        foreach (Value item in Items(value, run))
        {
            run.Step();
            Value subject = attribute is null ? item : Builtins.Path(item, attribute, run);
            if ((test?.Call(subject, arguments, run).IsTrue ?? subject.IsTrue) == wanted)
                chosen.Add(item);
        }

        return Generator(chosen);
    }

    /// <summary>Whatever is false has no items, whether it could have some or not.</summary>
    private static IReadOnlyList<Value> Items(Value value, Execution run) => value.IsTrue ? Iteration.Items(value, run) : [];

    private static Function Test(Value name, Execution run)
    {
        string chars = Builtins.Chars(name, "the name of a test", run).Chars;
        return Conditions.Find(chars) ?? throw run.Error($"there is no test {chars.Quoted()}");
    }

    private static Sequence Generator(IReadOnlyList<Value> items) => new(items, SequenceKind.Generator);
}
