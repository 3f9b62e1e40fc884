using System.Globalization;
using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Reads names, numbers, strings and operators inside a tag.</summary>
internal sealed class TagLexer(SourceText source, int start)
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string text = source.Chars;
    private readonly Stack<char> brackets = new();
    private int at = start;

    /// <summary>Whether a bracket is open, so that <c>}}</c> closes mappings rather than the tag.</summary>
    public bool InBrackets => brackets.Count > 0;

    public int SkipSpace()
    {
        while (at < text.Length && Python.IsSpace(text[at]))
            at++;
        return at;
    }

    public Token Next()
    {
        int from = at;
        char first = text[from];
        if (first is '"' or '\'')
            return ReadString(first);
        if (char.IsAsciiDigit(first))
            return ReadNumber();
        if (IsNamePart(first))
        {
            while (at < text.Length && IsNamePart(text[at]))
                at++;
            return new Token(TokenKind.Name, text[from..at], source.PlaceOf(from));
        }

        foreach (string sign in Operators)
        {
            if (string.CompareOrdinal(text, from, sign, 0, sign.Length) != 0)
                continue;
            at += sign.Length;
            Balance(sign[0], from);
            return new Token(TokenKind.Operator, sign, source.PlaceOf(from));
        }

        throw SyntaxError.At(source.PlaceOf(from), $"{first.ToString().Quoted()} means nothing here");
    }

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private void Balance(char sign, int from)
    {
        if (sign is '(' or '[' or '{')
        {
            brackets.Push(sign == '(' ? ')' : sign == '[' ? ']' : '}');
            return;
        }

        if (sign is not (')' or ']' or '}'))
            return;
        if (brackets.Count == 0 || brackets.Pop() != sign)
            throw SyntaxError.At(source.PlaceOf(from), $"'{sign}' closes no bracket");
    }

    private Token ReadNumber()
    {
        int from = at;
        SkipDigits();
        bool whole = true;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            whole = false;
            at++;
            SkipDigits();
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            int digits = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                whole = false;
                at = digits;
                SkipDigits();
            }
        }

        string number = text[from..at].Replace("_", "", StringComparison.Ordinal);
        return new Token(whole ? TokenKind.Integer : TokenKind.Float, number, source.PlaceOf(from));
    }

    private void SkipDigits()
    {
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || (text[at] == '_' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
            at++;
    }

    private Token ReadString(char quote)
    {
        int from = at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                ReadEscape(value);
            else
                value.Append(text[at++]);
        }

        if (at >= text.Length)
            throw SyntaxError.At(source.PlaceOf(from), "a string has no end");
        at++;
        return new Token(TokenKind.String, value.ToString(), source.PlaceOf(from));
    }

    /// <summary>An escape as Python reads it; an unknown one stands for itself.</summary>
    private void ReadEscape(StringBuilder value)
    {
        char kind = text[at + 1];
        at += 2;
        const string letters = "abfnrtv\\'\"", meanings = "\a\b\f\n\r\t\v\\'\"";
        int known = letters.IndexOf(kind);
        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (known >= 0)
            value.Append(meanings[known]);
        else if (kind is >= '0' and <= '7')
            ReadOctal(value);
        else if (digits > 0)
            ReadHex(value, digits);
        else if (kind != '\n') // a line end after a backslash is left out
            value.Append('\\').Append(kind);
    }

    private void ReadOctal(StringBuilder value)
    {
        int code = text[at - 1] - '0';
        for (int i = 0; i < 2 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
            code = (code * 8) + (text[at++] - '0');
        value.Append((char)code);
    }

    private void ReadHex(StringBuilder value, int digits)
    {
        ReadOnlySpan<char> hex = text.AsSpan(at, Math.Min(digits, text.Length - at));
        if (hex.Length < digits || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) || code > 0x10FFFF)
            throw SyntaxError.At(source.PlaceOf(at - 2), $"the escape '\\{text[at - 1]}' needs {digits} hexadecimal digits of a character");
        at += digits;
        if (code < 0x10000)
            value.Append((char)code);
        else
            value.Append(new Rune(code).ToString());
    }
}
