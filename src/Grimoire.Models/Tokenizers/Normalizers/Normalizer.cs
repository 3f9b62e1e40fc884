using System.Buffers;
using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>Rewrites a stretch of text before it is cut into words.</summary>
internal abstract class Normalizer
{
    /// <summary>The rewritten text; the same span where nothing changes.</summary>
    public abstract ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text);
}

/// <summary>Several normalizers, one after another.</summary>
internal sealed class NormalizerSequence(Normalizer[] steps) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        foreach (Normalizer step in steps)
            text = step.Normalize(text);
        return text;
    }
}

/// <summary>Puts a string before any text that is not empty (SentencePiece's dummy prefix).</summary>
internal sealed class Prepend(string prefix) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) => text.IsEmpty ? text : string.Concat(prefix, text);
}

/// <summary>Replaces every occurrence of a string.</summary>
internal sealed class Replace(string pattern, string content) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) =>
        text.Contains(pattern, StringComparison.Ordinal) ? text.ToString().Replace(pattern, content, StringComparison.Ordinal) : text;
}

/// <summary>Small letters for capitals, by Unicode's simple mapping.</summary>
internal sealed class Lowercase : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) =>
        // The one letter whose full mapping is longer than the simple one.
        text.ToString().Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>Takes white space off the ends.</summary>
internal sealed class StripSpace(bool left, bool right) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        text = left ? text.TrimStart() : text;
        return right ? text.TrimEnd() : text;
    }
}

/// <summary>One of Unicode's four normalisation forms.</summary>
internal sealed class UnicodeForm(bool compatible, bool compose) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) => UnicodeNormalization.Normalize(text, compatible, compose);
}

/// <summary>Replaces every match of a regular expression by a fixed string.</summary>
internal sealed class RegexReplace(FilePattern pattern, string content) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) => pattern.Replace(text, content);
}

/// <summary>Writes a text's bytes in GPT-2's alphabet.</summary>
internal sealed class SpellBytes : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return ByteAlphabet.Spell(bytes);
    }
}

/// <summary>Rewrites characters one by one; null leaves one out.</summary>
internal sealed class CharacterMap(Func<Rune, Rune?> map) : Normalizer
{
    /// <summary>Leaves out what combines with the character before: accents and other marks.</summary>
    public static CharacterMap NoMarks { get; } = new(static rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark ? null : rune);

    /// <summary>Leaves out controls and makes spaces of other white space and of what cannot be seen, as for neural machine translation.</summary>
    public static CharacterMap MachineTranslation { get; } = new(static rune => rune.Value switch
    {
        >= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F => null,
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => new Rune(' '),
        _ => rune,
    });

    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        var result = new ArrayBufferWriter<char>(text.Length + 1);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (map(rune) is { } mapped)
                result.Advance(mapped.EncodeToUtf16(result.GetSpan(2)));
        }

        return result.WrittenSpan;
    }
}
