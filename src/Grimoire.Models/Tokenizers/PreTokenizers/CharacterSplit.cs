using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>Cuts at characters of a kind.</summary>
internal sealed class CharacterSplit(Func<Rune, bool> matches, SplitBehavior behavior) : PreTokenizer
{
    /// <summary>Words between white space.</summary>
    public static CharacterSplit WhiteSpace { get; } = new(Rune.IsWhiteSpace, SplitBehavior.Removed);

    /// <summary>Unicode's punctuation and all ASCII signs.</summary>
    public static CharacterSplit Punctuation(SplitBehavior behavior) =>
        new(static rune => rune.IsAscii ? char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value) : Rune.IsPunctuation(rune), behavior);

    /// <summary>Digits and other numbers.</summary>
    public static CharacterSplit Numbers(SplitBehavior behavior) => new(Rune.IsNumber, behavior);

    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        var cutter = new Cutter(behavior, next, atStart);
        for (int at = 0, length; at < text.Length; at += length)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out length);
            bool match = matches(rune);
            int end = at + length;
            while (!match && end < text.Length)
            {
                Rune.DecodeFromUtf16(text[end..], out rune, out int step);
                if (matches(rune))
                    break;
                end += step;
            }

            length = end - at;
            cutter.Add(text, at, end, match);
        }

        cutter.Finish(text);
    }
}

/// <summary>Cuts where the kind of character changes; characters of kind zero are dropped.</summary>
internal sealed class KindSplit(Func<Rune, int> kindOf) : PreTokenizer
{
    /// <summary>Runs of word characters and runs of other signs, between white space: <c>\w+|[^\w\s]+</c>.</summary>
    public static KindSplit Words { get; } = new(static rune => IsWord(rune) ? 1 : Rune.IsWhiteSpace(rune) ? 0 : 2);

    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        int start = 0, kind = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out length);
            int own = kindOf(rune);
            if (own == kind)
                continue;
            if (kind != 0)
                next(text[start..at], atStart && start == 0);
            (start, kind) = (at, own);
        }

        if (kind != 0)
            next(text[start..], atStart && start == 0);
    }

    /// <summary>Unicode's definition of <c>\w</c> (UTS #18): what is alphabetic, marks, decimal digits, connectors and joiners.</summary>
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        // Letters in circles and squares.
        UnicodeCategory.OtherSymbol =>
            rune.Value is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189,
        _ => rune.Value is 0x200C or 0x200D,
    };
}

/// <summary>Cuts after every so many characters.</summary>
internal sealed class FixedLengthSplit(int count) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        int start = 0, seen = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            if (seen == count)
            {
                next(text[start..at], atStart && start == 0);
                (start, seen) = (at, 0);
            }

            Rune.DecodeFromUtf16(text[at..], out _, out length);
            seen++;
        }

        if (start < text.Length)
            next(text[start..], atStart && start == 0);
    }
}
