namespace Grimoire.Models.Chat.Jinja;

/// <summary>What of Python's sequences a <see cref="Sequence"/> is; they print, compare and test differently.</summary>
internal enum SequenceKind
{
    /// <summary><c>[1, 2]</c>.</summary>
    List,

    /// <summary><c>(1, 2)</c>.</summary>
    Tuple,

    /// <summary>Keys, values or items of a mapping, or a range: they have a length.</summary>
    View,

    /// <summary>What a filter such as <c>map</c> hands on: always true, without a length.</summary>
    Generator,
}

/// <summary>Values in order; they never change.</summary>
internal sealed class Sequence(IReadOnlyList<Value> items, SequenceKind type = SequenceKind.List) : Value
{
    public IReadOnlyList<Value> Items => items;

    public SequenceKind Type => type;

    /// <summary>How a view prints: a range as it was made, others as this name and a list.</summary>
    public string Label { get; init; } = "";

    public override string Kind => type switch
    {
        SequenceKind.List => "list",
        SequenceKind.Tuple => "tuple",
        SequenceKind.View => "view",
        _ => "generator",
    };

    public override bool IsTrue => type == SequenceKind.Generator || items.Count > 0;

    public static Sequence Tuple(params IReadOnlyList<Value> items) => new(items, SequenceKind.Tuple);
}
