namespace Grimoire.Evaluation.Metrics;

/// <summary>The longest common subsequence of two sequences.</summary>
internal static class CommonSubsequence
{
    private const long MostCells = 1 << 28;

    /// <summary>Requires that a table with a cell for each two words fits into memory.</summary>
    /// <exception cref="GrimoireException">It does not.</exception>
    public static void RequireTable(int words, int others)
    {
        if ((words + 1L) * (others + 1L) > MostCells)
            throw new GrimoireException($"a line of {words} words cannot be compared with one of {others}; divide the texts into shorter lines.");
    }

    /// <summary>
    /// Where in the first sequence its words stand. Of several longest ones it is the one that is met going back from the ends and leaving out words of the
    /// first sequence rather than of the second, as ROUGE reads it.
    /// </summary>
    /// <exception cref="GrimoireException">The sequences are too long.</exception>
    public static int[] Of(ReadOnlySpan<string> first, ReadOnlySpan<string> second)
    {
        RequireTable(first.Length, second.Length);
        int width = second.Length + 1;
        var lengths = new int[(first.Length + 1) * width];
        for (int i = 1; i <= first.Length; i++)
        {
            for (int j = 1; j <= second.Length; j++)
            {
                lengths[(i * width) + j] = first[i - 1] == second[j - 1]
                    ? lengths[((i - 1) * width) + j - 1] + 1
                    : Math.Max(lengths[((i - 1) * width) + j], lengths[(i * width) + j - 1]);
            }
        }

        var places = new int[lengths[^1]];
        for (int i = first.Length, j = second.Length, left = places.Length; left > 0;)
        {
            if (first[i - 1] == second[j - 1])
                (i, j, places[--left]) = (i - 1, j - 1, i - 1);
            else if (lengths[(i * width) + j - 1] > lengths[((i - 1) * width) + j])
                j--;
            else
                i--;
        }

        return places;
    }
}
