using System.Text;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>Damages GGUF files as GGUF: the file is whole, but values are of other types, wrong, missing, exchanged, or lists with an element too many.</summary>
internal sealed class GgufMutator
{
    private static readonly GgufValue[] Values =
    [
        GgufValue.Of(0u), GgufValue.Of(1u), GgufValue.Of(2u), GgufValue.Of(3u), GgufValue.Of(16u), GgufValue.Of(4096u), GgufValue.Of(uint.MaxValue), GgufValue.Of(int.MinValue), GgufValue.Of(-1), GgufValue.Of(ulong.MaxValue),
        GgufValue.Of(0f), GgufValue.Of(-1f), GgufValue.Of(1e-30f), GgufValue.Of(float.MaxValue), GgufValue.Of(float.NaN), GgufValue.Of(float.PositiveInfinity), GgufValue.Of(true), GgufValue.Of(false),
        GgufValue.Of(""), GgufValue.Of("llama"), GgufValue.Of("gpt2"), GgufValue.Of("bert"), GgufValue.Of("\u001B[2J"), GgufValue.Of(Array.Empty<string>()), GgufValue.Of([""]), GgufValue.Of(["a b", "a b"]), GgufValue.Of([1, -1, 7]), GgufValue.Of([0f, float.NaN]),
    ];

    private readonly KeyValuePair<string, GgufValue>[] pairs;
    private readonly byte[] entries, data;
    private readonly int tensors;

    /// <summary>Takes a valid file apart.</summary>
    public GgufMutator(byte[] good)
    {
        using var scratch = new Scratch();
        GgufFile file = GgufFile.Open(scratch.Write("x.gguf", good));
        // The values go on lying in the mapped file, whose name is gone soon.
        pairs = [.. file.Metadata.Pairs];
        tensors = file.Entries.Count;
        int head = Head(pairs).Length, entryBytes = file.Entries.Sum(entry => 24 + Encoding.UTF8.GetByteCount(entry.Name) + (8 * entry.Shape.Count));
        entries = good[head..(head + entryBytes)];
        data = good[Aligned(head + entryBytes)..];
    }

    public byte[] Damage(Mutator mutator)
    {
        List<KeyValuePair<string, GgufValue>> changed = [.. pairs];
        for (int changes = mutator.Draw(3) == 0 ? 1 + mutator.Draw(4) : 1; changes > 0; changes--)
        {
            int at = mutator.Draw(changed.Count);
            (string key, GgufValue value) = changed[at];
            switch (mutator.Draw(5))
            {
                case 0: changed.RemoveAt(at); break;
                case 1: changed[at] = new(key, mutator.Any(pairs).Value); break;
                case 2 when value.Type == GgufType.Array: changed[at] = new(key, OneElse(value, mutator)); break;
                case 3: changed[at] = new(mutator.Any(pairs).Key, value); break;
                default: changed[at] = new(key, mutator.Any(Values)); break;
            }
        }

        byte[] start = [.. Head([.. changed]), .. entries];
        return [.. start, .. new byte[Aligned(start.Length) - start.Length], .. data];
    }

    /// <summary>A list with one element changed, doubled or left out.</summary>
    private static GgufValue OneElse(GgufValue list, Mutator mutator)
    {
        if (list.ElementType == GgufType.String)
        {
            List<string> texts = [.. list.Decode((_, bytes) => Encoding.UTF8.GetString(bytes))];
            Change(texts, mutator, ["", " ", "a", "▁", "<0x41>", "Ġ Ġ", new string('x', 5000), "\0"]);
            return GgufValue.Of(texts);
        }

        List<float> numbers = [.. list.Decode((type, bytes) => (float)(GgufValue.Number(type, bytes) ?? bytes[0]))];
        Change(numbers, mutator, [0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, -1f, float.NaN, 1e30f]);
        return list.ElementType == GgufType.Float32 ? GgufValue.Of(numbers.ToArray()) : GgufValue.Of([.. numbers.Select(number => float.IsFinite(number) && Math.Abs(number) < 1e9 ? (int)number : int.MaxValue)]);
    }

    private static void Change<T>(List<T> items, Mutator mutator, T[] values)
    {
        int at = mutator.Draw(items.Count);
        switch (mutator.Draw(3))
        {
            case 0 when items.Count > 0: items.RemoveAt(at); break;
            case 1 when items.Count > 0: items[at] = mutator.Any(values); break;
            default: items.Insert(at, items.Count > 0 && mutator.Draw(2) == 0 ? mutator.Any(items) : mutator.Any(values)); break;
        }
    }

    private byte[] Head(KeyValuePair<string, GgufValue>[] values)
    {
        GgufBytes head = new GgufBytes().Head((ulong)tensors, (ulong)values.Length);
        foreach ((string key, GgufValue value) in values)
            head.Text(key).U32((uint)value.Type).Raw(value.Bytes);
        return head.ToArray();
    }

    private static int Aligned(int length) => (length + 31) / 32 * 32;
}
