using System.Buffers;
using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Cuts with any regular expression. Characters beyond the Basic Multilingual Plane are shown to it as one character of the same general
/// category, so that <c>\p{L}</c> and the like mean what they mean elsewhere.
/// </summary>
internal sealed class RegexSplit(FilePattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    // An ideograph outside the ranges that patterns write out.
    private const char HanBeyondRanges = '\uFA0E';
    private const int FirstSupplementaryHan = 0x16FE2;
    private static readonly Dictionary<UnicodeCategory, char> Representatives = FindRepresentatives();

    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        int[]? offsets = text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? null : new int[text.Length + 1];
        ReadOnlySpan<char> view = offsets is null ? text : Flatten(text, offsets);
        var cutter = new Cutter(behavior, next, atStart);
        int done = 0;
        foreach ((int start, int end) in pattern.Matches(view))
        {
            cutter.Add(text, At(done), At(start), invert);
            cutter.Add(text, At(start), At(end), !invert);
            done = end;
        }

        cutter.Add(text, At(done), text.Length, invert);
        cutter.Finish(text);

        int At(int index) => offsets is null ? index : offsets[index];
    }

    private static ReadOnlySpan<char> Flatten(ReadOnlySpan<char> text, int[] offsets)
    {
        var view = new char[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length; count++)
        {
            OperationStatus status = Rune.DecodeFromUtf16(text[i..], out Rune rune, out int length);
            view[count] = status == OperationStatus.Done && rune.IsBmp ? text[i]
                : rune.Value >= FirstSupplementaryHan && UnicodeScripts.Of(rune.Value) == "Han" ? HanBeyondRanges
                : Representatives.GetValueOrDefault(Rune.GetUnicodeCategory(rune), '\uFFFD');
            offsets[count] = i;
            i += length;
        }

        offsets[count] = text.Length;
        return view.AsSpan(0, count);
    }

    private static Dictionary<UnicodeCategory, char> FindRepresentatives()
    {
        var found = new Dictionary<UnicodeCategory, char>();
        // From where no pattern writes out a range: first the scripts between the ideographs and Hangul, then whatever comes after Latin and its kin.
        foreach (int value in Enumerable.Range(0xA000, 0x0C00).Concat(Enumerable.Range(0x0F00, 0xF0FF)))
            found.TryAdd(CharUnicodeInfo.GetUnicodeCategory((char)value), (char)value);
        return found;
    }
}
