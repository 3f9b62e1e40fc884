namespace Grimoire.Evaluation.Metrics;

/// <summary>The options of TER: how lines become words, as Tercom and after it sacreBLEU do it.</summary>
public sealed record TerSettings
{
    /// <summary>Whether punctuation of western languages stands alone and XML's entities become characters.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether punctuation is left out.</summary>
    public bool NoPunctuation { get; init; }

    /// <summary>
    /// Whether <see cref="Normalized"/> makes words of Chinese and Japanese characters and <see cref="NoPunctuation"/> leaves out their punctuation.
    /// </summary>
    public bool AsianSupport { get; init; }

    /// <summary>Whether case makes a difference.</summary>
    public bool CaseSensitive { get; init; }

    /// <summary>The words of a line.</summary>
    internal IReadOnlyList<string> Words(string line)
    {
        line = ReferenceText.TrimEnd(line);
        line = CaseSensitive ? line : ReferenceText.Lower(line);
        if (Normalized)
            line = AsianSupport ? SeparateAsian(Normalize(line)) : Normalize(line);
        if (NoPunctuation)
            line = string.Concat(line.Where(c => !(".,?:;!\"()".Contains(c) || (AsianSupport && IsAsianPunctuation(c)))));
        return ReferenceText.Words(line);
    }

    private static string Normalize(string line)
    {
        line = line.Replace("\n-", "", StringComparison.Ordinal).Replace('\n', ' ')
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        return TextTokenizer.SeparateStops(TextTokenizer.SeparateMarks($" {line} ").Replace("'s ", " 's ", StringComparison.Ordinal));
    }

    /// <summary>
    /// Each ideograph alone, and Asian punctuation. The ranges are sacreBLEU's as they work: one of them ends at U+3F22 where U+32FF was meant, and kana stay
    /// together, as the rule for them asks for a line without the spaces that now surround it.
    /// </summary>
    private static string SeparateAsian(string line) => TextTokenizer.Around(line, c => c.IsBmp && (IsAsianPunctuation((char)c.Value) || c.Value is
        (>= 0x2E80 and <= 0x2EFF) or (>= 0x31C0 and <= 0x31EF) or (>= 0x3200 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or
        (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE4F)));

    private static bool IsAsianPunctuation(char c) => c is
        '\u3001' or '\u3002' or (>= '\u3008' and <= '\u3011') or (>= '\u3014' and <= '\u301F') or (>= '\uFF61' and <= '\uFF65') or '\u30FB' or
        '\uFF0E' or '\uFF0C' or '\uFF1F' or '\uFF1A' or '\uFF1B' or '\uFF01' or '\uFF02' or '\uFF08' or '\uFF09';
}
