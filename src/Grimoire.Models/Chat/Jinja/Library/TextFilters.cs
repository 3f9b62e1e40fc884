namespace Grimoire.Models.Chat.Jinja;

/// <summary>Filters that make texts.</summary>
internal static class TextFilters
{
    public static IEnumerable<KeyValuePair<string, Function>> All { get; } =
    [
        Of("string", (text, _) => text),
        Of("safe", (text, _) => text),
        Of("upper", (text, _) => TextCase.Upper(text)),
        Of("lower", (text, _) => TextCase.Lower(text)),
        Of("capitalize", (text, _) => TextCase.Capitalize(text)),
        Of("title", (text, _) => TextCase.WordsCapitalized(text)),
        Of("escape", (text, _) => Escape(text)),
        Of("e", (text, _) => Escape(text)),
        Of("wordcount", (text, _) => CountWords(text.Chars)),
        new("trim", new Function("trim", ["chars"], (value, args, run) => TextMethods.Strip(Python.Str(value, run), args[0], true, true, run))),
        new("replace", new Function("replace", ["old", "new", "count"], Replace)),
        new("indent", new Function("indent", ["width", "first", "blank"], Indent)),
        new("center", new Function("center", ["width"], (value, args, run) =>
            Center(Python.Str(value, run), args[0] is null ? 80 : Builtins.Int(args[0], "width", run, 0, 1 << 20), run))),
        new("tojson", new Function("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], JsonText.Filter)),
        new("format", new Function((value, args, run) => PercentFormat.Apply(Python.Str(value, run), args.Positional, false, run))),
    ];

    private static KeyValuePair<string, Function> Of(string name, Func<Text, Execution, Value> filter) =>
        new(name, new Function(name, [], (value, _, run) => filter(Python.Str(value, run), run)));

    private static Text Replace(Value value, Value?[] args, Execution run) => TextMethods.Replace(
        Python.Str(value, run),
        args[0] is null ? throw run.Error("'replace' needs an old and a new text") : Python.Str(args[0]!, run),
        args[1] is null ? throw run.Error("'replace' needs an old and a new text") : Python.Str(args[1]!, run),
        args[2] is null or None ? int.MaxValue : Builtins.Int(args[2], "count", run, -1),
        run);

    private static Text Escape(Text text)
    {
        var escaped = new TextBuilder();
        for (int i = 0; i < text.Chars.Length; i++)
        {
            string? entity = text.Chars[i] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&#34;", '\'' => "&#39;", _ => null };
            escaped.Append(entity ?? text.Chars.AsSpan(i, 1), text.MarkAt(i));
        }

        return escaped.ToText();
    }

    private static int CountWords(string text)
    {
        int words = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (IsWord(text[i]) && (i == 0 || !IsWord(text[i - 1])))
                words++;
        }

        return words;

        static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
    }

    private static Text Indent(Value value, Value?[] args, Execution run)
    {
        Text text = Builtins.Chars(value, "what is indented", run);
        Text indent = args[0] as Text ?? new Text(new string(' ', args[0] is null ? 4 : Builtins.Int(args[0], "width", run, 0, 1000)));
        bool first = args[1]?.IsTrue ?? false, blank = args[2]?.IsTrue ?? false;
        List<Text> lines = [.. TextMethods.Lines(text, keepEnds: false, run)];
        if (lines.Count == 0 || TextMethods.EndsLine(text.Chars[^1]))
            lines.Add(Text.Empty);
        var indented = new TextBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            run.Make(indent.Chars.Length + lines[i].Chars.Length + 1);
            if (i > 0)
                indented.Append("\n");
            if (i == 0 ? first : blank || lines[i].Chars.Length > 0)
                indented.Append(indent);
            indented.Append(lines[i]);
        }

        return indented.ToText();
    }

    private static Text Center(Text text, int width, Execution run)
    {
        int missing = width - Python.Length(text.Chars);
        if (missing <= 0)
            return text;
        run.Make(width);
        int left = (missing / 2) + (missing & width & 1);
        var centered = new TextBuilder();
        centered.Append(new string(' ', left));
        centered.Append(text);
        centered.Append(new string(' ', missing - left));
        return centered.ToText();
    }
}
