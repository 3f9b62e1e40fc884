using System.Globalization;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Python's <c>'{} and {name}'.format(…)</c>, without conversions and format specifications.</summary>
internal static class BraceFormat
{
    public static Text Apply(Text format, Arguments arguments, Execution run)
    {
        var text = new TextBuilder();
        string chars = format.Chars;
        int next = 0;
        for (int at = 0; at < chars.Length;)
        {
            int brace = chars.AsSpan(at).IndexOfAny('{', '}');
            text.Append(format, at, brace < 0 ? chars.Length : at + brace);
            if (brace < 0)
                break;
            at += brace;
            if (at + 1 < chars.Length && chars[at + 1] == chars[at])
            {
                text.Append(format, at, at + 1);
                at += 2;
                continue;
            }

            int end = chars[at] == '{' ? chars.IndexOf('}', at) : -1;
            if (end < 0)
                throw run.Error("a format has a single brace");
            text.Append(Field(chars[(at + 1)..end], ref next, arguments, run));
            at = end + 1;
        }

        return text.ToText();
    }

    private static Text Field(string name, ref int next, Arguments arguments, Execution run)
    {
        bool numbered = name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        Value? value = null;
        if (numbered)
        {
            int index = name.Length == 0 ? next++ : int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);
            value = index < arguments.Positional.Count ? arguments.Positional[index] : null;
        }

        value ??= numbered ? null : arguments[name];
        Text text = Python.Str(value ?? throw run.Error($"a format has no value for {("{" + name + "}").Quoted()}"), run);
        run.Make(text.Chars.Length);
        return text;
    }
}
