using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>The tests, as in <c>value is defined</c>.</summary>
internal static class Conditions
{
    private static readonly Dictionary<string, Function> All = new(
        [
            Plain("defined", value => value is not Undefined),
            Plain("undefined", value => value is Undefined),
            Plain("none", value => value is None),
            Plain("boolean", value => value is Bool),
            Plain("true", value => value is Bool { IsTrue: true }),
            Plain("false", value => value is Bool { IsTrue: false }),
            Plain("integer", value => value is Int),
            Plain("float", value => value is Float),
            Plain("number", value => value is Int or Float or Bool),
            Plain("string", value => value is Text),
            Plain("mapping", value => value is Map),
            Plain("iterable", value => value is Text or Sequence or Map or Undefined),
            Plain("sequence",
                value => value is Text or Map or Undefined or Sequence { Type: SequenceKind.List or SequenceKind.Tuple } or Sequence { Label: ['r', ..] }),
            Plain("callable", value => value is Callable or Undefined),
            Plain("lower", (value, run) => Python.Str(value, run).Chars is var chars && chars.Any(char.IsLetter) && !chars.Any(char.IsUpper)),
            Plain("upper", (value, run) => Python.Str(value, run).Chars is var chars && chars.Any(char.IsLetter) && !chars.Any(char.IsLower)),
            Plain("escaped", _ => false),
            Plain("odd", (value, run) => Modulo(value, 2, run) == 1),
            Plain("even", (value, run) => Modulo(value, 2, run) == 0),
            Plain("filter", value => value is Text text && Filters.Find(text.Chars) is not null),
            Plain("test", value => value is Text text && Find(text.Chars) is not null),
            new("divisibleby", new Function("divisibleby", ["num"], (value, args, run) => Modulo(value, args[0] ?? 0, run) == 0)),
            new("sameas", new Function("sameas", ["other"], (value, args, run) => ReferenceEquals(value, args[0])
                || (value is None or Bool or Text or Int && value.Kind == args[0]?.Kind && Comparing.AreEqual(value, args[0]!, run)))),
            new("in", new Function("in", ["seq"], (value, args, run) => Comparing.Contains(args[0] ?? Undefined.Nothing, value, run))),
            .. Comparison("equalto", (a, b, run) => Comparing.AreEqual(a, b, run), "eq", "=="),
            .. Comparison("ne", (a, b, run) => !Comparing.AreEqual(a, b, run), "!="),
            .. Comparison("lt", (a, b, run) => Comparing.Order(a, b, run) < 0, "lessthan", "<"),
            .. Comparison("le", (a, b, run) => Comparing.Order(a, b, run) <= 0, "<="),
            .. Comparison("gt", (a, b, run) => Comparing.Order(a, b, run) > 0, "greaterthan", ">"),
            .. Comparison("ge", (a, b, run) => Comparing.Order(a, b, run) >= 0, ">="),
        ],
        StringComparer.Ordinal);

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    private static KeyValuePair<string, Function> Plain(string name, Func<Value, bool> test) => Plain(name, (value, _) => test(value));

    private static KeyValuePair<string, Function> Plain(string name, Func<Value, Execution, bool> test) =>
        new(name, new Function(name, [], (value, _, run) => test(value, run)));

    private static IEnumerable<KeyValuePair<string, Function>> Comparison(string name, Func<Value, Value, Execution, bool> test, params string[] others)
    {
        var function = new Function(
            name, ["other"], (value, args, run) => test(value, args[0] ?? throw run.Error($"the test {name.Quoted()} needs a value to compare with"), run));
        return others.Prepend(name).Select(alias => new KeyValuePair<string, Function>(alias, function));
    }

    private static int Modulo(Value value, Value by, Execution run)
    {
        Value remainder = Number.Of(value) is null ? throw run.Error($"a {value.Kind} is no number") : Arithmetic.Apply("%", value, by, run);
        return Comparing.AreEqual(remainder, 0, run) ? 0 : Comparing.AreEqual(remainder, 1, run) ? 1 : 2;
    }
}
