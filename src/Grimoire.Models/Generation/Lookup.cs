namespace Grimoire.Models;

/// <summary>
/// Guesses what comes next by what came after the same tokens before (prompt look-up: Saxena 2023): nothing is computed, and texts that repeat themselves, or
/// their prompt, are foreseen at length.
/// </summary>
internal static class Lookup
{
    /// <summary>So many tokens at the end must have occurred before.</summary>
    private const int LeastAlike = 2;

    /// <summary>A longer likeness says no more.</summary>
    private const int MostAlike = 8;

    /// <summary>
    /// What followed the earlier place that is most like the end of a text, the latest of equals; at most <paramref name="most"/> tokens, and where the
    /// likeness is short no more than are alike: guesses that fail cost time.
    /// </summary>
    public static ReadOnlySpan<int> Guess(ReadOnlySpan<int> text, int most)
    {
        if (text.Length <= LeastAlike)
            return [];
        (int best, int alike) = (-1, LeastAlike - 1);
        ReadOnlySpan<int> before = text[..^1];
        for (int at; alike < MostAlike && (at = before.LastIndexOf(text[^1])) >= 0; before = before[..at])
        {
            int length = Alike(text[..(at + 1)], text);
            if (length > alike)
                (best, alike) = (at + 1, length);
        }

        if (best < 0)
            return [];
        most = alike < MostAlike ? Math.Min(most, alike) : most;
        return text.Slice(best, Math.Min(most, text.Length - best));
    }

    /// <summary>How many tokens two texts end with alike.</summary>
    private static int Alike(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int most = Math.Min(Math.Min(a.Length, b.Length), MostAlike), length = 0;
        while (length < most && a[^(length + 1)] == b[^(length + 1)])
            length++;
        return length;
    }
}
