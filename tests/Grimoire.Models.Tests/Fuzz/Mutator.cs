using System.Buffers.Binary;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>Damages files in one of many ways, always the same for a seed.</summary>
internal sealed class Mutator(ulong seed)
{
    private static readonly long[] Numbers = [0, 1, 2, -1, 7, 31, 64, 127, 128, 255, 256, 32767, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];
    private static readonly string[] Words = ["null", "-1", "1e999", "{}", "[]", "\"", "99999999999999999999", "true", "\\ud800", "0", "{", "}", "[", ",", "\0", "ÿ", "9223372036854775807", "\n", "\uFEFF"];
    private ulong draws;

    /// <summary>A number from 0 to one less than the limit.</summary>
    public int Draw(int limit) => (int)(CountedRandom.Bits(seed, draws++) % (ulong)Math.Max(1, limit));

    public T Any<T>(IReadOnlyList<T> items) => items[Draw(items.Count)];

    /// <summary>One to four changes to bytes. Half of them fall on the beginning, where files say what they hold.</summary>
    public byte[] Bytes(byte[] good, IReadOnlyList<byte[]> others, int head = 256)
    {
        List<byte> bytes = [.. good];
        for (int changes = Draw(3) == 0 ? 1 + Draw(4) : 1; changes > 0 && bytes.Count > 0; changes--)
            Change(bytes, Draw(Draw(2) == 0 ? Math.Min(head, bytes.Count) : bytes.Count), others);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, int at, IReadOnlyList<byte[]> others)
    {
        int length = Math.Min(1 + Draw(Draw(4) == 0 ? 200 : 12), bytes.Count - at);
        switch (Draw(10))
        {
            case 0: bytes[at] ^= (byte)(1 << Draw(8)); break;
            case 1: bytes[at] = (byte)Draw(256); break;
            case 2: WriteNumber(bytes, at); break;
            case 3: AddToNumber(bytes, at); break;
            case 4: bytes.RemoveRange(at, length); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 6: bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)Draw(256))); break;
            case 7: bytes.RemoveRange(at, Draw(3) == 0 ? bytes.Count - at : length); break;
            case 8: Splice(bytes, at, length, Any(others)); break;
            default:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Any(Words)));
                break;
        }
    }

    /// <summary>A length, a count or an offset that lies, in any of the sizes that numbers have.</summary>
    private void WriteNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Any(Numbers));
        for (int i = 0, size = 1 << Draw(4); i < size && at + i < bytes.Count; i++)
            bytes[at + i] = number[i];
    }

    private void AddToNumber(List<byte> bytes, int at)
    {
        if (at + 4 > bytes.Count)
            return;
        byte[] number = [.. bytes.GetRange(at, 4)];
        BinaryPrimitives.WriteInt32LittleEndian(number, BinaryPrimitives.ReadInt32LittleEndian(number) + Draw(9) - 4);
        for (int i = 0; i < 4; i++)
            bytes[at + i] = number[i];
    }

    private void Splice(List<byte> bytes, int at, int length, byte[] other)
    {
        int from = Draw(other.Length), count = Math.Min(1 + Draw(300), other.Length - from);
        bytes.RemoveRange(at, Math.Min(length, bytes.Count - at));
        bytes.InsertRange(at, other.AsSpan(from, count).ToArray());
    }
}
