namespace Grimoire.Models;

/// <summary>
/// Some tokens of a row in the one order that all filters share: by logit, the lower id first among equals. A token is one sortable number: the logit's bits,
/// made monotonic, above the complement of the id.
/// </summary>
internal sealed class Candidates
{
    private ulong[] keys = new ulong[64];

    public int Count { get; private set; }

    public int Id(int rank) => (int)~(uint)keys[rank];

    public float Logit(int rank)
    {
        uint bits = (uint)(keys[rank] >> 32);
        return BitConverter.UInt32BitsToSingle((bits & 0x8000_0000) != 0 ? bits ^ 0x8000_0000 : ~bits);
    }

    /// <summary>Takes the <paramref name="count"/> likeliest, through a heap whose root is the least likely of those held.</summary>
    public void TakeLargest(ReadOnlySpan<float> logits, int count)
    {
        count = Math.Min(count, logits.Length);
        Reserve(count);
        Span<ulong> heap = keys.AsSpan(0, count);
        for (int id = 0; id < count; id++)
            heap[id] = Key(logits[id], id);
        for (int i = (count / 2) - 1; i >= 0; i--)
            Sink(heap, i);
        for (int id = count; id < logits.Length; id++)
        {
            ulong key = Key(logits[id], id);
            if (key <= heap[0])
                continue;
            heap[0] = key;
            Sink(heap, 0);
        }

        Order(count);
    }

    /// <summary>Takes all with at least the logit <paramref name="floor"/>.</summary>
    public void TakeAbove(ReadOnlySpan<float> logits, float floor)
    {
        Reserve(logits.Length);
        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] >= floor)
                keys[count++] = Key(logits[id], id);
        }

        Order(count);
    }

    private void Order(int count)
    {
        Count = count;
        keys.AsSpan(0, count).Sort();
        keys.AsSpan(0, count).Reverse();
    }

    private void Reserve(int count)
    {
        if (keys.Length < count)
            keys = new ulong[count];
    }

    private static ulong Key(float logit, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        bits = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)bits << 32) | ~(uint)id;
    }

    private static void Sink(Span<ulong> heap, int i)
    {
        while ((2 * i) + 1 < heap.Length)
        {
            int child = (2 * i) + 1;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child])
                child++;
            if (heap[i] <= heap[child])
                return;
            (heap[i], heap[child]) = (heap[child], heap[i]);
            i = child;
        }
    }
}
