using System.Buffers;

namespace Grimoire.Models.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost first, of those at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokensBySpan;
    private readonly SearchValues<string> _texts;

    /// <summary>The lengths that tokens have, longest first: far fewer than there are tokens.</summary>
    private readonly int[] _lengths;

    /// <summary>A matcher for tokens, each with the text that stands for it (normalised where the token is).</summary>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach ((string text, AddedToken token) in tokens)
        {
            if (text.Length > 0)
                _tokens.TryAdd(text, token);
        }

        _tokensBySpan = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. _tokens.Keys.Select(text => text.Length).Distinct().OrderDescending()];
        _texts = SearchValues.Create([.. _tokens.Keys], StringComparison.Ordinal);
    }

    /// <summary>The next token at or after <paramref name="from"/> with the stretch it covers, or null.</summary>
    public AddedToken? Next(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (int at = from; _tokens.Count > 0 && at < text.Length; at++)
        {
            int found = text[at..].IndexOfAny(_texts);
            if (found < 0)
                break;
            at += found;
            foreach (int length in _lengths)
            {
                if (at + length > text.Length || !_tokensBySpan.TryGetValue(text.Slice(at, length), out AddedToken? token)
                    || (token.SingleWord && !StandsAlone(text, at, at + length)))
                    continue;
                (start, end) = Widen(text, token, from, at, at + length);
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
