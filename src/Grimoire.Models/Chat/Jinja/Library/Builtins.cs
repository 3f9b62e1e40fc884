using System.Globalization;
using System.Numerics;
using System.Runtime.ExceptionServices;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>What filters, tests and methods need of their arguments.</summary>
internal static class Builtins
{
    /// <summary>An argument that must be a text.</summary>
    public static Text Chars(Value? value, string what, Execution run) =>
        value as Text ?? throw run.Error(
            $"{what} must be a text, not {(value is Undefined nothing ? nothing.What + ", which is undefined" : value?.Kind ?? "left out")}");

    /// <summary>An argument that must be a whole number between two limits, which it is brought into.</summary>
    public static int Int(Value? value, string what, Execution run, int least = int.MinValue, int most = int.MaxValue) =>
        value is Jinja.Int or Bool && Number.Of(value) is { } number
            ? (int)BigInteger.Clamp(number.Whole, least, most)
            : throw run.Error($"{what} must be a whole number, not {value?.Kind ?? "left out"}");

    /// <summary>The value at a path such as <c>function.name</c> or <c>0</c>.</summary>
    /// <remarks>What is missing on the way is replaced by <paramref name="otherwise"/>, if there is one.</remarks>
    public static Value Path(Value value, Value path, Execution run, Value? otherwise = null)
    {
        if (path is not Text text)
            return Members.Item(value, path, run) ?? otherwise ?? Members.Missing(value, path, run);
        foreach (string part in text.Chars.Split('.'))
        {
            Value key = part.Length > 0 && part.All(char.IsAsciiDigit) && part.Length < 10 ? int.Parse(part, CultureInfo.InvariantCulture) : new Text(part);
            value = Members.Item(value, key, run) ?? (key is Text ? Members.Attribute(value, part, run) : null) ?? otherwise
                ?? Members.Missing(value, key, run);
        }

        return value;
    }

    /// <summary>A value by which texts are compared: without case, unless asked for.</summary>
    public static Value Folded(Value value, Value? caseSensitive) =>
        value is Text text && caseSensitive is not { IsTrue: true } ? text.Chars.ToLowerInvariant() : value;

    /// <summary>Items in order; equal ones keep theirs.</summary>
    public static IReadOnlyList<Value> Sorted(IReadOnlyList<Value> items, Func<Value, Value> key, bool reverse, Execution run)
    {
        run.MakeItems(items.Count);
        var comparer = Comparer<Value>.Create((a, b) => Comparing.Order(a, b, run));
        (Value Key, Value Item)[] keyed = [.. items.Select(item => (key(item), item))];
        try
        {
            return [.. (reverse ? keyed.OrderByDescending(pair => pair.Key, comparer) : keyed.OrderBy(pair => pair.Key, comparer)).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException e) when (e.InnerException is GrimoireException inner)
        {
            ExceptionDispatchInfo.Throw(inner); // sorting wraps what the comparer throws
            throw;
        }
    }
}
