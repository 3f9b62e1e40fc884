namespace Grimoire.Models;

/// <summary>
/// Lets text through up to the first stop string, wherever the pieces are cut. The end of the text is held back as long as it may be the
/// beginning of a stop string.
/// </summary>
internal sealed class StopStrings(IReadOnlyList<string> strings)
{
    private string held = "";

    /// <summary>Whether a stop string has come; nothing after it counts.</summary>
    public bool Found { get; private set; }

    /// <summary>Takes a piece and returns what is certain to be text.</summary>
    public string Append(string piece)
    {
        if (strings.Count == 0)
            return piece;
        held += piece;
        int end = held.Length;
        foreach (string stop in strings)
        {
            int start = held.IndexOf(stop, StringComparison.Ordinal);
            if (start >= 0)
                (end, Found) = (Math.Min(start, end), true);
        }

        string text = Found ? held[..end] : held[..^Doubtful(held, strings)];
        held = Found ? "" : held[text.Length..];
        return text;
    }

    /// <summary>Returns what was held back: no stop string came of it.</summary>
    public string Flush()
    {
        string rest = held;
        held = "";
        return rest;
    }

    /// <summary>The length of the longest end of a text that begins one of the strings.</summary>
    internal static int Doubtful(string text, IReadOnlyList<string> strings)
    {
        int longest = 0;
        foreach (string whole in strings)
        {
            for (int length = Math.Min(whole.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan().EndsWith(whole.AsSpan(0, length), StringComparison.Ordinal))
                    longest = length;
            }
        }

        return longest;
    }
}
