using System.Buffers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Python's methods of strings.</summary>
internal static class TextMethods
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1C\x1D\x1E\x85\u2028\u2029");

    private static readonly Dictionary<string, Function> All = new(StringComparer.Ordinal)
    {
        ["strip"] = Of("strip", (text, args, run) => Strip(text, args[0], true, true, run), "chars"),
        ["lstrip"] = Of("lstrip", (text, args, run) => Strip(text, args[0], true, false, run), "chars"),
        ["rstrip"] = Of("rstrip", (text, args, run) => Strip(text, args[0], false, true, run), "chars"),
        ["split"] = Of("split", (text, args, run) => Splitting.Split(text, args[0], args[1], run), "sep", "maxsplit"),
        ["rsplit"] = Of("rsplit", (text, args, run) => Splitting.SplitFromRight(text, args[0], args[1], run), "sep", "maxsplit"),
        ["partition"] = Of("partition", (text, args, run) => Splitting.Partition(text, args[0], false, run), "sep"),
        ["rpartition"] = Of("rpartition", (text, args, run) => Splitting.Partition(text, args[0], true, run), "sep"),
        ["splitlines"] = Of("splitlines", (text, args, run) => new Sequence(Lines(text, args[0]?.IsTrue ?? false, run)), "keepends"),
        ["startswith"] = Of("startswith", (text, args, run) =>
            Prefixes(args[0], run).Any(part => text.Chars.StartsWith(part, StringComparison.Ordinal)), "prefix"),
        ["endswith"] = Of("endswith", (text, args, run) => Prefixes(args[0], run).Any(part => text.Chars.EndsWith(part, StringComparison.Ordinal)), "suffix"),
        ["removeprefix"] = Of("removeprefix", (text, args, run) => Builtins.Chars(args[0], "prefix", run).Chars is var part
            && text.Chars.StartsWith(part, StringComparison.Ordinal) ? text.Slice(part.Length, text.Chars.Length) : text, "prefix"),
        ["removesuffix"] = Of("removesuffix", (text, args, run) => Builtins.Chars(args[0], "suffix", run).Chars is var part
            && text.Chars.EndsWith(part, StringComparison.Ordinal) ? text.Slice(0, text.Chars.Length - part.Length) : text, "suffix"),
        ["upper"] = Of("upper", (text, _, _) => TextCase.Upper(text)),
        ["lower"] = Of("lower", (text, _, _) => TextCase.Lower(text)),
        ["casefold"] = Of("casefold", (text, _, _) => TextCase.Lower(text)),
        ["capitalize"] = Of("capitalize", (text, _, _) => TextCase.Capitalize(text)),
        ["title"] = Of("title", (text, _, _) => TextCase.Title(text)),
        ["replace"] = Of("replace", Replace, "old", "new", "count"),
        ["find"] = Of("find", (text, args, run) =>
            Position(text, text.Chars.IndexOf(Builtins.Chars(args[0], "sub", run).Chars, StringComparison.Ordinal)), "sub"),
        ["rfind"] = Of("rfind", (text, args, run) =>
            Position(text, text.Chars.LastIndexOf(Builtins.Chars(args[0], "sub", run).Chars, StringComparison.Ordinal)), "sub"),
        ["index"] = Of("index", (text, args, run) => text.Chars.IndexOf(Builtins.Chars(args[0], "sub", run).Chars, StringComparison.Ordinal) is >= 0 and var at
            ? Position(text, at) : throw run.Error("the part is not in the text"), "sub"),
        ["count"] = Of("count", (text, args, run) => Count(text.Chars, Builtins.Chars(args[0], "sub", run).Chars), "sub"),
        ["join"] = Of("join", Join, "iterable"),
        ["isdigit"] = Of("isdigit", (text, _, _) => text.IsTrue && text.Chars.All(char.IsDigit)),
        ["isalpha"] = Of("isalpha", (text, _, _) => text.IsTrue && text.Chars.All(char.IsLetter)),
        ["isalnum"] = Of("isalnum", (text, _, _) => text.IsTrue && text.Chars.All(char.IsLetterOrDigit)),
        ["isspace"] = Of("isspace", (text, _, _) => text.IsTrue && text.Chars.All(Python.IsSpace)),
        ["isupper"] = Of("isupper", (text, _, _) => text.Chars.Any(char.IsUpper) && !text.Chars.Any(char.IsLower)),
        ["islower"] = Of("islower", (text, _, _) => text.Chars.Any(char.IsLower) && !text.Chars.Any(char.IsUpper)),
        ["format"] = new((value, args, run) => BraceFormat.Apply((Text)value, args, run)),
    };

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>Takes space, or the given characters, from one end or both.</summary>
    public static Text Strip(Text text, Value? set, bool left, bool right, Execution run)
    {
        string? chars = set is null or None ? null : Builtins.Chars(set, "what is stripped", run).Chars;
        int start = 0, end = text.Chars.Length;
        while (left && start < end && Takes(text.Chars[start]))
            start++;
        while (right && end > start && Takes(text.Chars[end - 1]))
            end--;
        return text.Slice(start, end);

        bool Takes(char c) => chars is null ? Python.IsSpace(c) : chars.Contains(c);
    }

    /// <summary>Puts <paramref name="replacement"/> in the place of <paramref name="old"/>, from the left, so many times or, below 0, everywhere.</summary>
    public static Text Replace(Text text, Text old, Text replacement, int count, Execution run)
    {
        string chars = text.Chars;
        int width = old.Chars.Length, from = 0;
        var replaced = new TextBuilder();
        for (int at = 0; at <= chars.Length && count != 0; count--)
        {
            int found = width == 0 ? at : chars.IndexOf(old.Chars, at, StringComparison.Ordinal);
            if (found < 0)
                break;
            run.Make(replacement.Chars.Length + found - from);
            replaced.Append(text, from, found);
            replaced.Append(replacement);
            from = found + width;
            at = width > 0 ? from : found + 1 + (found + 1 < chars.Length && char.IsLowSurrogate(chars[found + 1]) ? 1 : 0);
        }

        if (from == 0 && replaced.Length == 0)
            return text;
        replaced.Append(text, from, chars.Length);
        return replaced.ToText();
    }

    public static Text Join(Text separator, IReadOnlyList<Text> parts, Execution run)
    {
        var joined = new TextBuilder();
        for (int i = 0; i < parts.Count; i++)
        {
            run.Make(separator.Chars.Length + parts[i].Chars.Length);
            if (i > 0)
                joined.Append(separator);
            joined.Append(parts[i]);
        }

        return joined.ToText();
    }

    /// <summary>The lines of a text, cut wherever Python sees a line end.</summary>
    public static IReadOnlyList<Text> Lines(Text text, bool keepEnds, Execution run)
    {
        string chars = text.Chars;
        List<Text> lines = [];
        for (int start = 0; start < chars.Length;)
        {
            int end = chars.AsSpan(start).IndexOfAny(LineEnds);
            end = end < 0 ? chars.Length : start + end;
            int next = end == chars.Length ? end : chars.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            run.Make(next - start);
            run.MakeItems(1);
            lines.Add(text.Slice(start, keepEnds ? next : end));
            start = next;
        }

        return lines;
    }

    public static bool EndsLine(char c) => LineEnds.Contains(c);

    private static Text Replace(Text text, Value?[] args, Execution run) => Replace(
        text, Builtins.Chars(args[0], "old", run), Builtins.Chars(args[1], "new", run), args[2] is null ? -1 : Builtins.Int(args[2], "count", run), run);

    private static Text Join(Text separator, Value?[] args, Execution run)
    {
        IReadOnlyList<Value> items = Iteration.Items(args[0] ?? Undefined.Nothing, run);
        return Join(separator, [.. items.Select(item => Builtins.Chars(item, "what is joined", run))], run);
    }

    private static int Position(Text text, int unit) => unit < 0 ? -1 : Python.Length(text.Chars[..unit]);

    private static int Count(string text, string part)
    {
        if (part.Length == 0)
            return Python.Length(text) + 1;
        int count = 0;
        for (int at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
            count++;
        return count;
    }

    private static IEnumerable<string> Prefixes(Value? value, Execution run) => value is Sequence { Type: SequenceKind.Tuple } several
        ? several.Items.Select(item => Builtins.Chars(item, "what a text starts or ends with", run).Chars)
        : [Builtins.Chars(value, "what a text starts or ends with", run).Chars];

    private static Function Of(string name, Func<Text, Value?[], Execution, Value> body, params string[] parameters) =>
        new(name, parameters, (value, args, run) => body((Text)value, args, run));
}
