using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// A regular expression from a file, held to a bounded time whatever it says: given up after a time that grows with the text. (.NET's engine
/// without backtracking is no way out: it misses matches of patterns that begin with something optional, such as <c>\s?\p{L}+</c>.)
/// </summary>
internal sealed class FilePattern
{
    private const int LongestPattern = 1 << 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), PatienceForCharacter = TimeSpan.FromMicroseconds(10);
    private readonly Regex _regex;
    private readonly string _place;

    private FilePattern(Regex regex, string place)
    {
        _regex = regex;
        _place = place;
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="GrimoireException">It is no regular expression that is understood here.</exception>
    public static FilePattern Read(JsonPlace json) => Compile(json.Text(), json, RubyPattern.Translate);

    /// <summary>A pattern that matches a text and nothing else.</summary>
    public static FilePattern Literal(JsonPlace json) => Compile(json.Text(), json, Regex.Escape);

    /// <summary>Every match that is not empty, from left to right.</summary>
    /// <exception cref="GrimoireException">It takes too long.</exception>
    public List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        List<(int, int)> matches = [];
        long began = Stopwatch.GetTimestamp();
        TimeSpan patience = Patience + text.Length * PatienceForCharacter;
        try
        {
            foreach (ValueMatch match in _regex.EnumerateMatches(text))
            {
                if (match.Length > 0)
                    matches.Add((match.Index, match.Index + match.Length));
                if (matches.Count % 256 == 255 && Stopwatch.GetElapsedTime(began) > patience)
                    throw new RegexMatchTimeoutException();
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new GrimoireException($"{_place} takes too long on a text of {text.Length} characters; this pattern cannot be used here.", e);
        }

        return matches;
    }

    /// <summary>The text with a fixed string for every match.</summary>
    /// <exception cref="GrimoireException">It takes too long.</exception>
    public ReadOnlySpan<char> Replace(ReadOnlySpan<char> text, string content)
    {
        List<(int Start, int End)> matches = Matches(text);
        if (matches.Count == 0)
            return text;
        var result = new System.Text.StringBuilder(text.Length);
        int done = 0;
        foreach ((int start, int end) in matches)
        {
            result.Append(text[done..start]).Append(content);
            done = end;
        }

        return result.Append(text[done..]).ToString();
    }

    private static FilePattern Compile(string pattern, JsonPlace json, Func<string, string> translate)
    {
        // In the files' dialect ^ and $ stand at every line's ends.
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Multiline;
        string place = json.Error("is a regular expression that").Message;
        if (pattern.Length > LongestPattern)
            throw new GrimoireException($"{place} is too long to be one ({pattern.Length} characters).");
        try
        {
            return new FilePattern(new Regex(translate(pattern), Options, Patience), place);
        }
        catch (ArgumentException e)
        {
            throw new GrimoireException($"{place} is not understood here ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
