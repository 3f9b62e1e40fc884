namespace Grimoire.Evaluation.Likelihoods;

/// <summary>
/// Lays sequences over each other where they begin alike. A beginning is shared where that spares at least <paramref name="shared"/> rows a sequence; a stretch
/// has at most <paramref name="longest"/> rows.
/// </summary>
internal sealed class StretchTree(int shared, int longest)
{
    private readonly List<Stretch> roots = [];

    /// <summary>The trees of some distinct requests; answer i is of request i.</summary>
    public static IReadOnlyList<Stretch> Of(IReadOnlyList<LikelihoodRequest> requests, int shared, int longest)
    {
        var tree = new StretchTree(shared, longest);
        Sequence[] sequences = [.. requests.Select((request, answer) =>
            new Sequence([.. request.Context, .. request.Continuation], request.Context.Length, answer))];
        Array.Sort(sequences, (a, b) => a.Inputs.SequenceCompareTo(b.Inputs));
        tree.Grow(sequences, null);
        return tree.roots;
    }

    /// <summary>A request's tokens; the last is read by nobody, but may be a target.</summary>
    private sealed record Sequence(int[] Tokens, int ContextLength, int Answer)
    {
        public ReadOnlySpan<int> Inputs => Tokens.AsSpan(0, Tokens.Length - 1);
    }

    /// <summary>Puts sorted sequences that all begin with what leads to <paramref name="parent"/> behind it.</summary>
    private void Grow(ReadOnlySpan<Sequence> sequences, Stretch? parent)
    {
        int depth = parent?.End ?? 0;
        while (!sequences.IsEmpty)
        {
            int count = 1, common = sequences[0].Inputs.Length;
            while (count < sequences.Length && sequences[count - 1].Inputs.CommonPrefixLength(sequences[count].Inputs) is var alike
                && Pays(alike, depth, sequences[count]))
            {
                common = Math.Min(common, alike);
                count++;
            }

            Stretch? last = common > depth ? Chain(parent, sequences[0].Tokens, depth, common) : parent;
            Place(sequences[..count], last);
            sequences = sequences[count..];
        }
    }

    /// <summary>Sequences that are the same input are always one; others share a beginning that is long enough.</summary>
    private bool Pays(int alike, int depth, Sequence next) => alike - depth >= shared || (alike == next.Inputs.Length && alike > depth);

    /// <summary>Sequences that end with a stretch are done with; the others go on behind it.</summary>
    private void Place(ReadOnlySpan<Sequence> sequences, Stretch? stretch)
    {
        int whole = 0;
        while (whole < sequences.Length && sequences[whole].Inputs.Length == stretch!.End)
            Want(sequences[whole++], stretch);
        Grow(sequences[whole..], stretch);
    }

    private Stretch Chain(Stretch? parent, int[] tokens, int start, int end)
    {
        for (int from = start; from < end; from += longest)
        {
            var next = new Stretch(parent, tokens, from, Math.Min(from + longest, end));
            (parent?.Children ?? roots).Add(next);
            if (parent is not null)
                parent.Waiting++;
            parent = next;
        }

        return parent!;
    }

    /// <summary>Asks the stretches that lead to a sequence's end for its scores.</summary>
    private static void Want(Sequence sequence, Stretch last)
    {
        int first = sequence.ContextLength - 1;
        for (Stretch? stretch = last; stretch is not null && stretch.End > first; stretch = stretch.Parent)
        {
            for (int row = Math.Max(first, stretch.Start); row < stretch.End; row++)
                stretch.Wanted.Add(new WantedScore(row - stretch.Start, sequence.Tokens[row + 1], sequence.Answer, row - first));
        }
    }
}
