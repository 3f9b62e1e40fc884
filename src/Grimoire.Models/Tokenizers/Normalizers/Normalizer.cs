using System.Text.RegularExpressions;

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
internal sealed class RegexReplace(Regex pattern, string content) : Normalizer
{
    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text) => pattern.Replace(text.ToString(), _ => content);
}
