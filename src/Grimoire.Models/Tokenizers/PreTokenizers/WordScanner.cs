using static Grimoire.Models.Tokenizers.CharacterKind;

namespace Grimoire.Models.Tokenizers;

/// <summary>Finds where a word of one of the known patterns ends. Each character is looked at a constant number of times.</summary>
internal delegate int WordScanner(ReadOnlySpan<char> text, int start);

/// <summary>The known patterns as hand-made scanners.</summary>
internal static class WordScanners
{
    /// <summary>GPT-2's: contractions, then letters, digits or signs each with a space before, then white space.</summary>
    public static int Gpt2(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, ignoreCase: false) is var contraction and > 0)
            return start + contraction;
        int body = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        CharacterKind kind = CharacterKinds.At(text, body, out int length);
        return kind.Is(WhiteSpace) ? WhiteSpaceEnd(text, start, newlinesApart: false)
            : kind.Is(Letter) ? CharacterKinds.Run(text, body + length, Letter)
            : kind.Is(Number) ? CharacterKinds.Run(text, body + length, Number)
            : CharacterKinds.Run(text, body + length, Plain, none: true);
    }

    /// <summary>GPT-4's and its kin: a sign may begin a word, digits stand in groups, newlines end what they follow.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the word begins.</param>
    /// <param name="digits">How many digits make a word at most.</param>
    /// <param name="word">What words consist of.</param>
    public static int Gpt4(ReadOnlySpan<char> text, int start, int digits, CharacterKind word)
    {
        char first = text[start];
        if (first == '\'' && Contraction(text, start, ignoreCase: true) is var contraction and > 0)
            return start + contraction;
        CharacterKind kind = CharacterKinds.At(text, start, out int length);
        int second = start + length;
        if (kind.Is(Letter))
            return CharacterKinds.Run(text, second, word);
        if (!kind.Is(Number | Newline) && second < text.Length && CharacterKinds.At(text, second, out _).Is(word))
            return CharacterKinds.Run(text, second, word);
        return kind.Is(word) ? second : Others(text, start, kind, second, digits, Plain | word, slashes: false);
    }

    /// <summary>GPT-4o's: words begin where small letters are followed by capitals, and have their contractions with them.</summary>
    public static int Gpt4o(ReadOnlySpan<char> text, int start, int digits, bool contractions)
    {
        CharacterKind kind = CharacterKinds.At(text, start, out int length);
        int second = start + length, end = -1;
        if (!kind.Is(Letter | Number | Newline))
            end = CasedWord(text, second, allCapitals: !kind.Is(Mark));
        if (end < 0)
            end = CasedWord(text, start, allCapitals: true);
        if (end < 0)
            return Others(text, start, kind, second, digits, Plain, slashes: true);
        return contractions && end < text.Length && text[end] == '\'' ? end + Contraction(text, end, ignoreCase: true) : end;
    }

    /// <summary>The last of DeepSeek's three patterns. It leaves gaps, which are words of their own.</summary>
    public static int DeepSeek(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        while (end < text.Length)
        {
            int match = DeepSeekMatch(text, end);
            if (match > end)
                return end == start ? match : end;
            CharacterKinds.At(text, end, out int length);
            end += length;
        }

        return end;
    }

    private static int DeepSeekMatch(ReadOnlySpan<char> text, int start)
    {
        CharacterKind kind = CharacterKinds.At(text, start, out int length);
        int second = start + length;
        if (char.IsAscii(text[start]) && kind.Is(Sign) && second < text.Length && char.IsAsciiLetter(text[second]))
        {
            while (second < text.Length && char.IsAsciiLetter(text[second]))
                second++;
            return second;
        }

        if (!kind.Is(Newline | Letter | Sign) && second < text.Length && CharacterKinds.At(text, second, out _).Is(Letter | Mark))
            return CharacterKinds.Run(text, second, Letter | Mark);
        if (kind.Is(Letter | Mark))
            return CharacterKinds.Run(text, second, Letter | Mark);
        int sign = text[start] == ' ' ? second : start;
        if (sign < text.Length && CharacterKinds.At(text, sign, out _).Is(Sign))
            return Newlines(text, CharacterKinds.Run(text, sign, Sign), slashes: false);
        return kind.Is(WhiteSpace) ? WhiteSpaceEnd(text, start, newlinesApart: true) : start;
    }

    /// <summary>Numbers, signs and white space, as all patterns since GPT-4 have them.</summary>
    private static int Others(ReadOnlySpan<char> text, int start, CharacterKind kind, int second, int digits, CharacterKind noSigns, bool slashes)
    {
        if (kind.Is(Number))
        {
            for (int count = 1; count < digits && second < text.Length && CharacterKinds.At(text, second, out int length).Is(Number); count++)
                second += length;
            return second;
        }

        int sign = text[start] == ' ' ? second : start;
        if (sign < text.Length && !CharacterKinds.At(text, sign, out _).Is(noSigns))
            return Newlines(text, CharacterKinds.Run(text, sign, noSigns, none: true), slashes);
        return WhiteSpaceEnd(text, start, newlinesApart: true);
    }

    /// <summary>
    /// Capitals and then small letters, of which letters without case and marks are both: <c>[Lu Lt Lm Lo M]*[Ll Lm Lo M]+</c>, or, if that fails and
    /// <paramref name="allCapitals"/>, capitals alone. Where it ends, or -1.
    /// </summary>
    private static int CasedWord(ReadOnlySpan<char> text, int start, bool allCapitals)
    {
        int both = -1, end = start;
        for (int length; end < text.Length && CharacterKinds.At(text, end, out length) is var kind && kind.Is(Upper | Caseless | Mark); end += length)
            both = !kind.Is(Upper) ? end + length : both;
        int small = CharacterKinds.Run(text, end, Lower | Caseless | Mark);
        // Without small letters the last letter that counts as one ends the word.
        return small > end ? small : both > 0 ? both : allCapitals && end > start ? end : -1;
    }

    private static int Newlines(ReadOnlySpan<char> text, int end, bool slashes)
    {
        while (end < text.Length && (text[end] is '\r' or '\n' || (slashes && text[end] == '/')))
            end++;
        return end;
    }

    /// <summary>The last space before a word belongs to the word; newlines end a stretch of their own where <paramref name="newlinesApart"/>.</summary>
    private static int WhiteSpaceEnd(ReadOnlySpan<char> text, int start, bool newlinesApart)
    {
        int end = start, newline = -1;
        for (; end < text.Length && CharacterKinds.At(text, end, out _) is var kind && kind.Is(WhiteSpace); end++)
            newline = kind == Newline ? end : newline;
        if (newlinesApart && newline >= 0)
            return newline + 1;
        return end < text.Length && end > start + 1 ? end - 1 : end;
    }

    private static int Contraction(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        char first = Fold(text, start + 1, ignoreCase), second = Fold(text, start + 2, ignoreCase);
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 2,
            ('r' or 'v', 'e') or ('l', 'l') => 3,
            _ => 0,
        };
    }

    private static char Fold(ReadOnlySpan<char> text, int index, bool ignoreCase)
    {
        char value = index < text.Length ? text[index] : '\0';
        // Unicode's caseless matching takes the long s for an s.
        return !ignoreCase ? value : value == '\u017F' ? 's' : char.IsAsciiLetterUpper(value) ? (char)(value | 0x20) : value;
    }
}
