using System.Buffers;
using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>What BERT does to a text: no control characters, one kind of space, Chinese characters set apart, perhaps no accents and no capitals.</summary>
internal sealed class BertNormalizer(bool clean, bool separateChinese, bool stripAccents, bool lowercase) : Normalizer
{
    private static readonly Normalizer Decompose = new UnicodeForm(compatible: false, compose: false), NoCapitals = new Lowercase();
    private static readonly Normalizer NoMarks = new CharacterMap(static rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark ? null : rune);

    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        bool plain = !text.ContainsAnyExceptInRange(' ', '~');
        if (!plain && (clean || separateChinese))
            text = Rewrite(text);
        if (!plain && stripAccents)
            text = NoMarks.Normalize(Decompose.Normalize(text));
        return lowercase ? NoCapitals.Normalize(text) : text;
    }

    private ReadOnlySpan<char> Rewrite(ReadOnlySpan<char> text)
    {
        var result = new ArrayBufferWriter<char>(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool space = Rune.IsWhiteSpace(rune), chinese = separateChinese && IsChinese(rune.Value);
            bool control = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format && rune.Value is not ('\t' or '\n' or '\r');
            if (clean && (control || rune == Rune.ReplacementChar))
                continue;
            if (chinese)
                result.Write(" ");
            result.Advance((clean && space ? new Rune(' ') : rune).EncodeToUtf16(result.GetSpan(2)));
            if (chinese)
                result.Write(" ");
        }

        return result.WrittenSpan;
    }

    /// <summary>The blocks of CJK ideographs.</summary>
    private static bool IsChinese(int point) =>
        point is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
            or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
