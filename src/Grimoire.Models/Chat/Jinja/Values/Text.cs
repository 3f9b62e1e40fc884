namespace Grimoire.Models.Chat.Jinja;

/// <summary>
/// A string that knows where each of its characters comes from, through concatenating, cutting, stripping and replacing. That is how
/// <see cref="ChatTemplate"/> tells the assistant's words from the template's and keeps a user from writing special tokens.
/// </summary>
internal sealed class Text : Value
{
    private readonly Mark mark;
    private readonly Run[]? runs; // null: all of one mark

    public Text(string chars, Mark mark = default) => (Chars, this.mark) = (chars, mark);

    internal Text(string chars, Run[] runs)
    {
        (Chars, mark) = (chars, runs.Length == 0 ? default : runs[0].Mark);
        this.runs = runs.Length < 2 ? null : runs;
    }

    public static Text Empty { get; } = new("");

    public string Chars { get; }

    public override string Kind => "str";

    public override bool IsTrue => Chars.Length > 0;

    /// <summary>The runs, in order.</summary>
    public IReadOnlyList<Run> Runs => runs ?? (Chars.Length == 0 ? [] : [new Run(Chars.Length, mark)]);

    /// <summary>The mark of the character at an index.</summary>
    public Mark MarkAt(int index)
    {
        if (runs is null)
            return mark;
        int low = 0, high = runs.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].End > index)
                high = middle;
            else
                low = middle + 1;
        }

        return runs[low].Mark;
    }

    /// <summary>The characters from <paramref name="start"/> up to <paramref name="end"/>, in UTF-16 units.</summary>
    public Text Slice(int start, int end)
    {
        if (start >= end)
            return Empty;
        if (start == 0 && end == Chars.Length)
            return this;
        if (runs is null)
            return new Text(Chars[start..end], mark);
        var slice = new TextBuilder();
        slice.Append(this, start, end);
        return slice.ToText();
    }

    /// <summary>The same text with other characters in the same places.</summary>
    public Text With(string chars) => chars.Length == Chars.Length
        ? runs is null ? new Text(chars, mark) : new Text(chars, runs)
        : throw new ArgumentException("The text must keep its length.", nameof(chars));

    public override string ToString() => Chars;
}
