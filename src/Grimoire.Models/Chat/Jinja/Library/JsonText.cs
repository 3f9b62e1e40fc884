using System.Globalization;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Writes values as Python's <c>json.dumps</c> does, which is what <c>tojson</c> means in chat templates.</summary>
internal sealed class JsonText
{
    private readonly TextBuilder text = new();
    private readonly Execution run;
    private readonly string? indent;
    private readonly string itemSeparator, keySeparator;
    private readonly bool ascii, sorted;

    private JsonText(string? indent, string itemSeparator, string keySeparator, bool ascii, bool sorted, Execution run)
    {
        (this.indent, this.itemSeparator, this.keySeparator) = (indent, itemSeparator, keySeparator);
        (this.ascii, this.sorted, this.run) = (ascii, sorted, run);
    }

    /// <summary>The filter <c>tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)</c>.</summary>
    public static Value Filter(Value value, Value?[] arguments, Execution run)
    {
        string? step = arguments[1] switch
        {
            null or None => null,
            Text text => text.Chars,
            { } width => new string(' ', Builtins.Int(width, "indent", run, 0, 100)),
        };
        (string items, string keys) = (step is null ? ", " : ",", ": ");
        if (arguments[2] is Sequence { Items: [Text item, Text key] })
            (items, keys) = (item.Chars, key.Chars);
        var json = new JsonText(step, items, keys, arguments[0]?.IsTrue ?? false, arguments[3]?.IsTrue ?? false, run);
        json.Write(value, 0);
        return json.text.ToText();
    }

    private void Write(Value value, int depth)
    {
        run.Step();
        run.Make((value as Text)?.Chars.Length ?? 1);
        switch (value)
        {
            case Text chars:
                Quote(chars);
                break;
            case Bool or None or Int or Float:
                text.Append(Scalar(value));
                break;
            case Sequence { Type: SequenceKind.List or SequenceKind.Tuple } items:
                WriteItems(items.Items, depth);
                break;
            case Map map:
                WriteEntries(map, depth);
                break;
            case Undefined nothing:
                throw run.Error($"{nothing.What} is undefined and has no JSON");
            default:
                throw run.Error($"a {value.Kind} has no JSON");
        }
    }

    private static string Scalar(Value value) => value switch
    {
        Bool => value.IsTrue ? "true" : "false",
        Int n => n.Number.ToString(CultureInfo.InvariantCulture),
        Float { Number: double.NaN } => "NaN",
        Float n when double.IsInfinity(n.Number) => n.Number > 0 ? "Infinity" : "-Infinity",
        Float n => Python.Float(n.Number),
        _ => "null",
    };

    private void WriteItems(IReadOnlyList<Value> items, int depth)
    {
        text.Append("[");
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : itemSeparator);
            NewLine(depth + 1);
            Write(items[i], depth + 1);
        }

        if (items.Count > 0)
            NewLine(depth);
        text.Append("]");
    }

    private void WriteEntries(Map map, int depth)
    {
        IReadOnlyList<Value> keys = [.. map.Entries.Select(entry => entry.Key)];
        if (sorted)
            keys = Builtins.Sorted(keys, key => key, false, run);
        string separator = "";
        text.Append("{");
        foreach (Value key in keys)
        {
            text.Append(separator);
            NewLine(depth + 1);
            Quote(key as Text ?? new Text(Scalar(key)));
            text.Append(keySeparator);
            Write(map.TryGet(key, out Value? value) ? value : None.Value, depth + 1);
            separator = itemSeparator;
        }

        if (map.Count > 0)
            NewLine(depth);
        text.Append("}");
    }

    private void NewLine(int depth)
    {
        if (indent is null)
            return;
        run.Make(1 + (depth * indent.Length));
        text.Append("\n");
        for (int i = 0; i < depth; i++)
            text.Append(indent);
    }

    private void Quote(Text value)
    {
        string chars = value.Chars;
        text.Append("\"");
        int plain = 0;
        for (int i = 0; i < chars.Length; i++)
        {
            if (Escape(chars[i]) is not { } escape)
                continue;
            text.Append(value, plain, i);
            text.Append(escape, value.MarkAt(i));
            plain = i + 1;
        }

        text.Append(value, plain, chars.Length);
        text.Append("\"");
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < ' ' => $"\\u{(int)c:x4}",
        > '~' when ascii && c != '\x7F' => $"\\u{(int)c:x4}",
        _ => null,
    };
}
