using System.Diagnostics.CodeAnalysis;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Keys and values in the order in which they were put in: a JSON object, a Python dict.</summary>
internal sealed class Map : Value
{
    private readonly OrderedDictionary<Value, Value> entries = new(Keys.Comparer);

    public override string Kind => "dict";

    public override bool IsTrue => entries.Count > 0;

    public int Count => entries.Count;

    public IReadOnlyCollection<KeyValuePair<Value, Value>> Entries => entries;

    /// <summary>Sets a value; used only while the map is being made.</summary>
    public void Set(Value key, Value value) => entries[key] = value;

    public bool TryGet(Value key, [MaybeNullWhen(false)] out Value value) => entries.TryGetValue(key, out value);

    /// <summary>Whether a value can be a key.</summary>
    public static bool CanBeKey(Value value) => value is Text or Int or Float or Bool or None;

    /// <summary>Keys are equal as in Python: <c>1</c>, <c>1.0</c> and <c>True</c> are one key; where a text comes from does not matter.</summary>
    private sealed class Keys : IEqualityComparer<Value>
    {
        public static Keys Comparer { get; } = new();

        public bool Equals(Value? a, Value? b) => a is Text x ? b is Text y && x.Chars == y.Chars
            : b is not Text && (ReferenceEquals(a, b) || (Number(a) is { } left && Number(b) is { } right && left.Equals(right)));

        public int GetHashCode(Value key) => key is Text text ? text.Chars.GetHashCode(StringComparison.Ordinal) : Number(key)?.GetHashCode() ?? 0;

        private static double? Number(Value? value) => value switch
        {
            Int n => (double)n.Number,
            Float n => n.Number,
            Bool b => b.IsTrue ? 1 : 0,
            _ => null,
        };
    }
}
