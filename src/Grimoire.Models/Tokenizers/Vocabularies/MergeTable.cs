using System.Numerics;
using System.Runtime.InteropServices;

namespace Grimoire.Models.Tokenizers;

/// <summary>Which two neighbouring ids merge into which id, and how early (the lower rank first): open addressing on the pair.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;
    private readonly Entry[] _entries;
    private readonly int _shift;

    public MergeTable(int merges)
    {
        int bits = Math.Max(4, BitOperations.Log2((uint)Math.Max(1, merges)) + 2);
        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_entries, new Entry(Empty, int.MaxValue, -1));
    }

    /// <summary>Adds a merge; a pair that was there already takes the new rank, as in Hugging Face's reader.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        ulong key = Key(left, right);
        int slot = Slot(key);
        while (_entries[slot].Key != Empty && _entries[slot].Key != key)
            slot = (slot + 1) & (_entries.Length - 1);
        _entries[slot] = new Entry(key, rank, merged);
    }

    /// <summary>The rank and the merged id of a pair; the rank is <see cref="int.MaxValue"/> where the pair does not merge.</summary>
    public int Rank(int left, int right, out int merged)
    {
        ulong key = Key(left, right);
        Entry[] entries = _entries;
        int slot = Slot(key);
        while (true)
        {
            ref readonly Entry entry = ref entries[slot];
            if (entry.Key == key || entry.Key == Empty)
            {
                merged = entry.Merged;
                return entry.Rank;
            }

            slot = (slot + 1) & (entries.Length - 1);
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Key, int Rank, int Merged);
}
