using System.Text.RegularExpressions;

namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// Plain text as sentences of words, simply: a line is never joined to the next; a sentence ends behind . ! ? before a space and a capital; marks and English
/// clitics (<c>'s</c>, <c>n't</c>) are words of their own, as in the Penn and the universal treebanks; addresses and numbers stay whole.
/// </summary>
public static partial class PlainWords
{
    /// <summary>The sentences of a text.</summary>
    public static IEnumerable<TaggedSentence> Sentences(IEnumerable<string> lines) =>
        from line in lines
        from sentence in SentenceEnd().Split(line.Trim())
        where sentence.Length > 0
        select new TaggedSentence(Words(sentence));

    /// <summary>The words of a sentence.</summary>
    public static string[] Words(string sentence) => [.. Word().Matches(sentence).Select(match => match.Value)];

    [GeneratedRegex(@"(?<=[.!?][""'”’)\]]*)\s+(?=[""'“‘(\[]*\p{Lu})")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(
        @"(?:https?://|www\.)\S+?(?=[.,;:!?)\]]*(?:\s|$))|\S+@\S+\.\w+" // addresses
        + @"|\p{L}+(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b" // clitics
        + @"|\d+(?:[.,:/]\d+)*%?|(?:\p{Lu}\.)+|\.{2,}" // numbers, initials, dots
        + @"|[\p{L}\p{M}\p{Nd}_]+(?:['’](?!(?:s|re|ve|ll|d|m)\b)\p{L}+)*|[#@][\p{L}\p{Nd}_]+|[^\s]")] // words, and any other mark
    private static partial Regex Word();
}
