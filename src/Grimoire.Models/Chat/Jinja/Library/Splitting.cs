namespace Grimoire.Models.Chat.Jinja;

/// <summary>Python's <c>split</c>, <c>rsplit</c> and <c>partition</c>.</summary>
internal static class Splitting
{
    public static Sequence Split(Text text, Value? separator, Value? most, Execution run)
    {
        int splits = Most(most, run);
        return separator is null or None ? AtSpace(text, splits, run) : At(text, Separator(separator, run), splits, run);
    }

    public static Sequence SplitFromRight(Text text, Value? separator, Value? most, Execution run)
    {
        int splits = Most(most, run);
        return separator is null or None ? AtSpaceFromRight(text, splits, run) : AtFromRight(text, Separator(separator, run), splits, run);
    }

    /// <summary>What is before the first (or last) separator, the separator, and what is after it.</summary>
    public static Sequence Partition(Text text, Value? separator, bool last, Execution run)
    {
        string part = Separator(separator ?? Undefined.Nothing, run);
        int at = last ? text.Chars.LastIndexOf(part, StringComparison.Ordinal) : text.Chars.IndexOf(part, StringComparison.Ordinal);
        run.Make(text.Chars.Length);
        if (at < 0)
            return last ? Sequence.Tuple(Text.Empty, Text.Empty, text) : Sequence.Tuple(text, Text.Empty, Text.Empty);
        return Sequence.Tuple(text.Slice(0, at), text.Slice(at, at + part.Length), text.Slice(at + part.Length, text.Chars.Length));
    }

    private static int Most(Value? most, Execution run) =>
        most is null || Builtins.Int(most, "maxsplit", run) is var splits && splits < 0 ? int.MaxValue : splits;

    private static string Separator(Value value, Execution run) =>
        Builtins.Chars(value, "the separator", run).Chars is { Length: > 0 } separator ? separator : throw run.Error("the separator is empty");

    private static Sequence At(Text text, string separator, int splits, Execution run)
    {
        List<Value> parts = [];
        int from = 0;
        for (int found; parts.Count < splits && (found = text.Chars.IndexOf(separator, from, StringComparison.Ordinal)) >= 0; from = found + separator.Length)
            parts.Add(Part(text, from, found, run));
        parts.Add(Part(text, from, text.Chars.Length, run));
        return new Sequence(parts);
    }

    private static Sequence AtFromRight(Text text, string separator, int splits, Execution run)
    {
        List<Value> parts = [];
        int end = text.Chars.Length;
        for (int found; parts.Count < splits && (found = text.Chars.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = found)
            parts.Add(Part(text, found + separator.Length, end, run));
        parts.Add(Part(text, 0, end, run));
        parts.Reverse();
        return new Sequence(parts);
    }

    private static Sequence AtSpace(Text text, int splits, Execution run)
    {
        List<Value> parts = [];
        string chars = text.Chars;
        for (int start = SkipSpace(chars, 0); start < chars.Length;)
        {
            int end = start;
            while (end < chars.Length && !Python.IsSpace(chars[end]))
                end++;
            if (parts.Count == splits)
                end = chars.Length;
            parts.Add(Part(text, start, end, run));
            start = SkipSpace(chars, end);
        }

        return new Sequence(parts);
    }

    private static Sequence AtSpaceFromRight(Text text, int splits, Execution run)
    {
        List<Value> parts = [];
        string chars = text.Chars;
        for (int end = SkipSpaceBack(chars, chars.Length); end > 0;)
        {
            int start = end;
            while (start > 0 && !Python.IsSpace(chars[start - 1]))
                start--;
            if (parts.Count == splits)
                start = 0;
            parts.Add(Part(text, start, end, run));
            end = SkipSpaceBack(chars, start);
        }

        parts.Reverse();
        return new Sequence(parts);
    }

    private static int SkipSpace(string chars, int at)
    {
        while (at < chars.Length && Python.IsSpace(chars[at]))
            at++;
        return at;
    }

    private static int SkipSpaceBack(string chars, int at)
    {
        while (at > 0 && Python.IsSpace(chars[at - 1]))
            at--;
        return at;
    }

    private static Text Part(Text text, int start, int end, Execution run)
    {
        run.Make(end - start);
        run.MakeItems(1);
        return text.Slice(start, end);
    }
}
