using System.Runtime.InteropServices;

namespace Grimoire.Models;

/// <summary>
/// The rows of one pass: the tokens of any number of sequences, of any lengths, end to end on one axis, without padding. A sequence may continue a cache; its
/// positions then go on where the cache ends.
/// </summary>
public sealed class Batch
{
    private readonly List<Sequence> sequences = [];
    private int[] tokens = new int[64];
    private int[] positions = new int[64];
    private int[] types = new int[64];

    /// <summary>One sequence of the batch.</summary>
    /// <param name="Start">Its first row.</param>
    /// <param name="Length">Its number of rows.</param>
    /// <param name="Position">The position of its first row.</param>
    /// <param name="Cache">What it continues and extends, or null.</param>
    public readonly record struct Sequence(int Start, int Length, int Position, KeyValueCache? Cache);

    /// <summary>A batch of one sequence.</summary>
    public static Batch Of(ReadOnlySpan<int> tokens, KeyValueCache? cache = null) => new Batch().Add(tokens, cache);

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The token of each row.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>The position of each row within its sequence.</summary>
    public ReadOnlySpan<int> Positions => positions.AsSpan(0, Count);

    /// <summary>The type of each row's token, such as 0 for a first sentence and 1 for a second; read by models that have types.</summary>
    public ReadOnlySpan<int> Types => types.AsSpan(0, Count);

    /// <summary>The sequences, in order of rows.</summary>
    public ReadOnlySpan<Sequence> Sequences => CollectionsMarshal.AsSpan(sequences);

    /// <summary>Appends a sequence.</summary>
    /// <param name="sequence">Its tokens, at least one.</param>
    /// <param name="cache">What it continues and extends, or null.</param>
    /// <param name="types">The type of each token; all 0 if not given.</param>
    public Batch Add(ReadOnlySpan<int> sequence, KeyValueCache? cache = null, ReadOnlySpan<int> types = default)
    {
        if (sequence.IsEmpty)
            throw new ArgumentException("a sequence has at least one token", nameof(sequence));
        if (!types.IsEmpty && types.Length != sequence.Length)
            throw new ArgumentException("each token has one type", nameof(types));
        int position = cache?.Length ?? 0;
        Grow(Count + sequence.Length);
        sequence.CopyTo(tokens.AsSpan(Count));
        Span<int> rows = this.types.AsSpan(Count, sequence.Length);
        if (types.IsEmpty)
            rows.Clear();
        else
            types.CopyTo(rows);
        for (int i = 0; i < sequence.Length; i++)
            positions[Count + i] = position + i;
        sequences.Add(new Sequence(Count, sequence.Length, position, cache));
        Count += sequence.Length;
        return this;
    }

    /// <summary>Empties the batch, to be filled again.</summary>
    public Batch Clear()
    {
        sequences.Clear();
        Count = 0;
        return this;
    }

    private void Grow(int count)
    {
        if (count <= tokens.Length)
            return;
        int size = Math.Max(count, 2 * tokens.Length);
        Array.Resize(ref tokens, size);
        Array.Resize(ref positions, size);
        Array.Resize(ref types, size);
    }
}
