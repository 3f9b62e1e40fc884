namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// Edits with shifts, as TER counts them: finding the fewest is NP-hard, so runs of words that stand elsewhere in the reference are moved there greedily, the
/// move that saves most first, as long as it saves anything. The limits and the order of moves are those of Tercom and sacreBLEU; another order gives other
/// figures.
/// </summary>
internal sealed class ShiftedEdits
{
    private const int LongestShift = 10, FarthestShift = 50, Candidates = 1000;

    private readonly string[] reference;
    private readonly BeamDistance distance;
    private string[] words;
    private int candidates;

    private ShiftedEdits(string[] words, string[] reference) =>
        (this.words, this.reference, distance) = (words, reference, new BeamDistance(words.Length, reference));

    /// <summary>How many edits turn some words into a reference.</summary>
    public static int Count(string[] words, string[] reference)
    {
        if (reference.Length == 0)
            return words.Length;
        var edits = new ShiftedEdits(words, reference);
        int shifts = 0;
        while (edits.Best() is { Gain: > 0 } shift && edits.candidates < Candidates)
        {
            edits.words = shift.Words;
            shifts++;
        }

        return shifts + edits.distance.Of(edits.words);
    }

    /// <summary>The move that saves most; of equal ones the longest, then that of the earliest words, then to the earliest place.</summary>
    private Shift? Best()
    {
        (int before, Alignment alignment) = distance.Align(words);
        Shift? best = null;
        foreach ((int start, int target, int length) in Runs())
        {
            if (!alignment.WordErrors.AsSpan(start, length).Contains(true) || !alignment.ReferenceErrors.AsSpan(target, length).Contains(true))
                continue;
            if (alignment.Word[target] >= start && alignment.Word[target] < start + length)
                continue;
            foreach (int place in Places(alignment, target, length))
            {
                string[] shifted = Move(words, start, length, place);
                var shift = new Shift(before - distance.Of(shifted), length, start, place, shifted);
                candidates++;
                best = best is null || shift.CompareTo(best) > 0 ? shift : best;
            }

            if (candidates >= Candidates)
                break;
        }

        return best;
    }

    /// <summary>Runs of words that stand in the reference too: where, where there, and how long.</summary>
    private IEnumerable<(int Start, int Target, int Length)> Runs()
    {
        for (int start = 0; start < words.Length; start++)
        {
            int last = Math.Min(reference.Length - 1, start + FarthestShift);
            for (int target = Math.Max(0, start - FarthestShift); target <= last; target++)
            {
                int longest = Math.Min(LongestShift, Math.Min(words.Length - start, reference.Length - target));
                for (int length = 1; length <= longest && words[start + length - 1] == reference[target + length - 1]; length++)
                    yield return (start, target, length);
            }
        }
    }

    /// <summary>Places to which a run may go: behind the words that are aligned with what comes before and within its place in the reference.</summary>
    private static IEnumerable<int> Places(Alignment alignment, int target, int length)
    {
        int previous = -1;
        for (int at = target - 1; at < target + length && at < alignment.Word.Length; at++)
        {
            int place = at < 0 ? 0 : alignment.Word[at] + 1;
            if (place != previous)
                yield return previous = place;
        }
    }

    /// <summary>The words with a run moved before the word at a place; within the run the place counts from the run's start, as in Tercom.</summary>
    private static string[] Move(string[] words, int start, int length, int place)
    {
        int at = place <= start ? place : place > start + length ? place - length : Math.Min(place, words.Length - length);
        var rest = new List<string>([.. words[..start], .. words[(start + length)..]]);
        rest.InsertRange(at, words[start..(start + length)]);
        return [.. rest];
    }

    private sealed record Shift(int Gain, int Length, int Start, int Place, string[] Words) : IComparable<Shift>
    {
        public int CompareTo(Shift? other) =>
            (Gain, Length, -Start, -Place).CompareTo((other!.Gain, other.Length, -other.Start, -other.Place));
    }
}
