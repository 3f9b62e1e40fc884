using System.Buffers;

namespace Grimoire.Models.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost first, of those at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly (string Text, AddedToken Token)[] _longestFirst;
    private readonly SearchValues<string> _texts;

    /// <summary>A matcher for tokens, each with the text that stands for it (normalised where the token is).</summary>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        _longestFirst = [.. tokens.Where(t => t.Text.Length > 0).OrderByDescending(t => t.Text.Length)];
        _texts = SearchValues.Create([.. _longestFirst.Select(t => t.Text)], StringComparison.Ordinal);
    }

    /// <summary>The next token at or after <paramref name="from"/> with the stretch it covers, or null.</summary>
    public AddedToken? Next(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (int at = from; _longestFirst.Length > 0 && at < text.Length; at++)
        {
            int found = text[at..].IndexOfAny(_texts);
            if (found < 0)
                break;
            at += found;
            foreach ((string content, AddedToken token) in _longestFirst)
            {
                if (!text[at..].StartsWith(content, StringComparison.Ordinal) || (token.SingleWord && !StandsAlone(text, at, at + content.Length)))
                    continue;
                (start, end) = Widen(text, token, from, at, at + content.Length);
                return token;
            }
        }

        start = end = text.Length;
        return null;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !IsWord(text[start - 1])) && (end == text.Length || !IsWord(text[end]));

    private static bool IsWord(char value) => char.IsLetterOrDigit(value) || value == '_';

    private static (int Start, int End) Widen(ReadOnlySpan<char> text, AddedToken token, int from, int start, int end)
    {
        while (token.StripLeft && start > from && char.IsWhiteSpace(text[start - 1]))
            start--;
        while (token.StripRight && end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        return (start, end);
    }
}
