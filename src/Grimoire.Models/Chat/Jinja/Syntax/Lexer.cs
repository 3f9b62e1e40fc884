namespace Grimoire.Models.Chat.Jinja;

/// <summary>
/// Cuts a template into text and tags, with the whitespace control of Jinja's <c>trim_blocks</c> and <c>lstrip_blocks</c>, which Hugging Face turns on:
/// a line end right after a statement or comment goes, and so do the blanks before one that begins its line. <c>-</c> strips all whitespace on its side,
/// <c>+</c> none.
/// </summary>
internal sealed class Lexer
{
    private readonly SourceText source;
    private readonly string text;
    private readonly List<Token> tokens = [];
    private int at;
    private bool atLineStart = true;

    private Lexer(string template)
    {
        source = new SourceText(template);
        text = source.Chars;
    }

    public static List<Token> Read(string template)
    {
        var lexer = new Lexer(template);
        while (lexer.at < lexer.text.Length)
            lexer.ReadNext();
        lexer.Add(TokenKind.EndOfTemplate, "", lexer.at);
        return lexer.tokens;
    }

    private void ReadNext()
    {
        int tag = NextTag(at);
        if (tag < 0)
        {
            AddData(at, text.Length);
            at = text.Length;
            return;
        }

        char kind = text[tag + 1];
        char sign = tag + 2 < text.Length && text[tag + 2] is '-' or '+' ? text[tag + 2] : ' ';
        AddData(at, StripBefore(at, tag, sign, kind != '{'));
        at = tag + (sign == ' ' ? 2 : 3);
        if (kind == '#')
            SkipComment(tag);
        else if (kind == '%' && IsRaw(out int body))
            ReadRaw(tag, body);
        else
            ReadTag(tag, kind == '%');
    }

    private int NextTag(int from)
    {
        for (int i = from; (i = text.IndexOf('{', i)) >= 0 && i + 1 < text.Length; i++)
        {
            if (text[i + 1] is '{' or '%' or '#')
                return i;
        }

        return -1;
    }

    /// <summary>Where the text before a tag ends.</summary>
    private int StripBefore(int start, int end, char sign, bool block)
    {
        int blank = end;
        if (sign == '-')
        {
            while (blank > start && Python.IsSpace(text[blank - 1]))
                blank--;
            return blank;
        }

        if (sign == '+' || !block)
            return end;
        while (blank > start && text[blank - 1] != '\n' && Python.IsSpace(text[blank - 1]))
            blank--;
        bool fromLineStart = blank > start ? text[blank - 1] == '\n' : atLineStart;
        return fromLineStart ? blank : end;
    }

    /// <summary>Goes past the end of a tag and what it strips; a statement or comment without a sign takes a line end with it.</summary>
    private void SkipEnd(int end, char sign, bool block)
    {
        at = end;
        if (sign == '-')
        {
            while (at < text.Length && Python.IsSpace(text[at]))
                at++;
        }
        else if (sign != '+' && block && at < text.Length && text[at] == '\n')
        {
            at++;
        }

        atLineStart = text[at - 1] == '\n';
    }

    private void SkipComment(int start)
    {
        int end = text.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
            throw SyntaxError.At(source.PlaceOf(start), "a comment '{#' has no end '#}'");
        SkipEnd(end + 2, end > at ? text[end - 1] : ' ', block: true);
    }

    private bool IsRaw(out int body)
    {
        body = SkipWord(at, "raw");
        return body >= 0;
    }

    /// <summary>Where a tag goes on after a word and its end sign, if the tag holds nothing but the word; otherwise -1.</summary>
    private int SkipWord(int from, string word)
    {
        int i = SkipSpace(from);
        if (string.CompareOrdinal(text, i, word, 0, word.Length) != 0)
            return -1;
        i = SkipSpace(i + word.Length);
        if (i < text.Length && text[i] is '-' or '+')
            i++;
        return string.CompareOrdinal(text, i, "%}", 0, 2) == 0 ? i + 2 : -1;
    }

    private int SkipSpace(int i)
    {
        while (i < text.Length && Python.IsSpace(text[i]))
            i++;
        return i;
    }

    /// <summary><c>{% raw %}</c>: text in which nothing is a tag.</summary>
    private void ReadRaw(int start, int body)
    {
        SkipEnd(body, text[body - 3], block: false);
        for (int i = at; (i = text.IndexOf("{%", i, StringComparison.Ordinal)) >= 0; i += 2)
        {
            char sign = i + 2 < text.Length && text[i + 2] is '-' or '+' ? text[i + 2] : ' ';
            int end = SkipWord(i + (sign == ' ' ? 2 : 3), "endraw");
            if (end < 0)
                continue;
            AddData(at, StripBefore(at, i, sign, block: true));
            SkipEnd(end, text[end - 3], block: true);
            return;
        }

        throw SyntaxError.At(source.PlaceOf(start), "'{% raw %}' has no '{% endraw %}'");
    }

    private void ReadTag(int start, bool block)
    {
        Add(block ? TokenKind.StatementBegin : TokenKind.OutputBegin, "", start);
        string close = block ? "%}" : "}}";
        var words = new TagLexer(source, at);
        while (true)
        {
            int from = words.SkipSpace();
            char sign = from < text.Length && (text[from] == '-' || (block && text[from] == '+')) ? text[from] : ' ';
            int end = sign == ' ' ? from : from + 1;
            if (!words.InBrackets && string.CompareOrdinal(text, end, close, 0, 2) == 0)
            {
                Add(block ? TokenKind.StatementEnd : TokenKind.OutputEnd, "", from);
                SkipEnd(end + 2, sign, block);
                return;
            }

            if (from >= text.Length)
                throw SyntaxError.At(source.PlaceOf(start), $"a tag has no end '{close}'");
            tokens.Add(words.Next());
        }
    }

    private void AddData(int start, int end)
    {
        if (end > start)
            Add(TokenKind.Data, text[start..end], start);
    }

    private void Add(TokenKind kind, string value, int index) => tokens.Add(new Token(kind, value, source.PlaceOf(index)));
}
