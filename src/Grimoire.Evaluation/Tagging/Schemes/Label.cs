using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A label of a word in or outside a span: <c>B-PER</c> is the prefix B and the type PER, <c>O</c> is outside.</summary>
/// <param name="Prefix">O, B, I, E, S, L or U.</param>
/// <param name="Type">The type; empty for O, and where labels have none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Label(char Prefix, string Type)
{
    private const string Prefixes = "OBIESLU";

    /// <summary>Outside.</summary>
    public static Label Outside { get; } = new('O', "");

    /// <summary>Whether it is outside.</summary>
    public bool IsOutside => Prefix == 'O';

    /// <summary>Whether a span certainly begins here.</summary>
    internal bool Begins => Prefix is 'B' or 'S' or 'U';

    /// <summary>Whether a span certainly ends here.</summary>
    internal bool Ends => Prefix is 'E' or 'S' or 'L' or 'U';

    /// <summary>Reads a label; null where it is none of a span, as <c>NOUN</c> is.</summary>
    public static Label? Parse(string text)
    {
        if (text == "O")
            return Outside;
        bool good = text.Length > 0 && text[0] != 'O' && Prefixes.Contains(text[0], StringComparison.Ordinal)
            && (text.Length == 1 || (text.Length > 2 && text[1] == '-'));
        return good ? new Label(text[0], text.Length > 2 ? text[2..] : "") : null;
    }

    /// <summary>Whether labels are those of spans: each can be read as one, and not all are O.</summary>
    public static bool AreOfSpans(IEnumerable<string> labels)
    {
        bool any = false;
        foreach (string text in labels)
        {
            if (Parse(text) is not { } label)
                return false;
            any |= !label.IsOutside;
        }

        return any;
    }

    /// <summary>Whether two words that follow each other are in spans of one type.</summary>
    internal bool IsLike(Label next) => !IsOutside && !next.IsOutside && Type == next.Type;

    /// <inheritdoc/>
    public override string ToString() => Type.Length == 0 ? Prefix.ToString() : $"{Prefix}-{Type}";
}
