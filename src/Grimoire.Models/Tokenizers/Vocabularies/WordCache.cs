using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// The ids of words seen lately, found by their characters without allocation. Four slots per bucket; when the pools are full it starts
/// anew. It changes the speed and never the result. One thread at a time.
/// </summary>
internal sealed class WordCache
{
    private const int Ways = 4, LongestWord = 64;
    private readonly Slot[] _slots = new Slot[1 << 16];
    private readonly char[] _words = new char[1 << 19];
    private readonly int[] _ids = new int[1 << 18];
    private int _wordsUsed, _idsUsed;

    /// <summary>Appends the ids of a word that is in the cache.</summary>
    public bool TryAppend(ReadOnlySpan<char> word, List<int> ids, out uint hash)
    {
        hash = Hash(word);
        int bucket = Bucket(hash);
        for (int slot = bucket; slot < bucket + Ways; slot++)
        {
            ref readonly Slot entry = ref _slots[slot];
            if (entry.Hash != hash || entry.Length != word.Length || !word.SequenceEqual(_words.AsSpan(entry.Word, entry.Length)))
                continue;
            if (entry.IdCount == 1)
                ids.Add(_ids[entry.Ids]);
            else
                ids.AddRange(_ids.AsSpan(entry.Ids, entry.IdCount));
            return true;
        }

        return false;
    }

    /// <summary>Keeps the ids of a word; an older word of the same bucket may go.</summary>
    public void Store(ReadOnlySpan<char> word, uint hash, ReadOnlySpan<int> ids)
    {
        if (word.Length is 0 or > LongestWord || ids.Length > byte.MaxValue)
            return;
        if (_wordsUsed + word.Length > _words.Length || _idsUsed + ids.Length > _ids.Length)
            Clear();
        int bucket = Bucket(hash), slot = bucket;
        while (slot < bucket + Ways - 1 && _slots[slot].Length != 0)
            slot++;
        _slots[slot] = new Slot(hash, _wordsUsed, _idsUsed, (byte)word.Length, (byte)ids.Length);
        word.CopyTo(_words.AsSpan(_wordsUsed));
        ids.CopyTo(_ids.AsSpan(_idsUsed));
        _wordsUsed += word.Length;
        _idsUsed += ids.Length;
    }

    private void Clear()
    {
        Array.Clear(_slots);
        _wordsUsed = _idsUsed = 0;
    }

    private int Bucket(uint hash) => (int)(hash & (uint)(_slots.Length - 1)) & ~(Ways - 1);

    private static uint Hash(ReadOnlySpan<char> word)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15UL;
        ulong hash = (ulong)word.Length * Multiplier;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(word);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(in MemoryMarshal.GetReference(bytes)));
        ulong tail = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            tail = (tail << 16) | bytes[i] | ((ulong)bytes[i + 1] << 8);
        return (uint)(Mix(hash ^ tail) >> 32);

        static ulong Mix(ulong value)
        {
            value *= Multiplier;
            return value ^ (value >> 29);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Slot(uint Hash, int Word, int Ids, byte Length, byte IdCount);
}
