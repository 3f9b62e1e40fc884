using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

internal enum ArgumentKind
{
    Positional,
    Named,

    /// <summary><c>*items</c>.</summary>
    Sequence,

    /// <summary><c>**map</c>.</summary>
    Mapping,
}

/// <summary>The arguments of a call as written.</summary>
internal sealed class ArgumentList(IReadOnlyList<(ArgumentKind Kind, string Name, Expression Value)> arguments)
{
    public static ArgumentList None { get; } = new([]);

    public Arguments Evaluate(Scope scope)
    {
        if (arguments.Count == 0)
            return Arguments.None;
        List<Value> positional = [];
        List<KeyValuePair<string, Value>> named = [];
        foreach ((ArgumentKind kind, string name, Expression expression) in arguments)
        {
            Value value = expression.Evaluate(scope);
            if (kind == ArgumentKind.Positional)
                positional.Add(value);
            else if (kind == ArgumentKind.Named)
                named.Add(new(name, value));
            else if (kind == ArgumentKind.Sequence)
                positional.AddRange(Iteration.Items(value, scope.Run));
            else
                named.AddRange(Spread(value, scope.Run));
        }

        return new Arguments(positional, named);
    }

    private static IEnumerable<KeyValuePair<string, Value>> Spread(Value value, Execution run)
    {
        if (value is not Map map)
            throw run.Error($"a {value.Kind} cannot be spread with '**'; a dict is needed");
        foreach ((Value key, Value item) in map.Entries)
            yield return new(key is Text name ? name.Chars : throw run.Error("the names of arguments must be strings"), item);
    }
}

internal sealed class Call(Place place, Expression callee, ArgumentList arguments) : Expression(place)
{
    protected override Value Compute(Scope scope) => Invoke(scope, null);

    /// <summary>Calls with one more named argument, <c>caller</c>, if there is one.</summary>
    public Value Invoke(Scope scope, Callable? caller)
    {
        Value target = callee.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        if (caller is not null)
            values = new Arguments(values.Positional, [.. values.Named, new("caller", caller)]);
        Execution run = Here(scope);
        return target switch
        {
            Callable callable => callable.Call(values, run),
            Undefined undefined => throw run.Error($"{undefined.What} is undefined and cannot be called"),
            _ => throw run.Error($"a {target.Kind} cannot be called"),
        };
    }
}

/// <summary><c>value|name(arguments)</c>.</summary>
internal sealed class FilterCall(Place place, Expression subject, string name, ArgumentList arguments) : Expression(place)
{
    private readonly Function? filter = Filters.Find(name);

    protected override Value Compute(Scope scope)
    {
        Value value = subject.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        Execution run = Here(scope);
        return filter is null ? throw run.Error($"there is no filter {name.Quoted()}") : filter.Call(value, values, run);
    }
}

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class TestCall(Place place, Expression subject, string name, ArgumentList arguments) : Expression(place)
{
    private readonly Function? test = Conditions.Find(name);

    protected override Value Compute(Scope scope)
    {
        Value value = subject.Evaluate(scope);
        Arguments values = arguments.Evaluate(scope);
        Execution run = Here(scope);
        return test is null ? throw run.Error($"there is no test {name.Quoted()}") : test.Call(value, values, run);
    }
}
