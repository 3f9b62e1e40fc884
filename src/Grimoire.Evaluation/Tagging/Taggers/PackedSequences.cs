namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// Sequences of unequal lengths packed by time, as <see cref="Grimoire.Tensors.Ops.Lstm"/> reads them: all first elements, longest sequence first, then all
/// second ones.
/// </summary>
internal sealed class PackedSequences
{
    private readonly int[] starts, ranks;

    /// <summary>Packs sequences of given lengths, at least one and each at least 1.</summary>
    public PackedSequences(IReadOnlyList<int> lengths)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i])];
        ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++)
            ranks[order[rank]] = rank;
        Counts = new int[lengths[order[0]]];
        starts = new int[Counts.Length];
        for (int time = 0; time < Counts.Length; time++)
        {
            Counts[time] = lengths.Count(length => length > time);
            starts[time] = Rows;
            Rows += Counts[time];
        }
    }

    /// <summary>How many sequences there are at each time.</summary>
    public int[] Counts { get; }

    /// <summary>Elements in all.</summary>
    public int Rows { get; }

    /// <summary>The row of an element.</summary>
    public int Row(int sequence, int time) => starts[time] + ranks[sequence];
}
