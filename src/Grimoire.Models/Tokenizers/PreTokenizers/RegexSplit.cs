using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Grimoire.Models.Tokenizers;

/// <summary>What becomes of the matches of a pattern, by Hugging Face's names.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring ones make one word.</summary>
    Contiguous,
}

/// <summary>
/// Cuts with any regular expression. Characters beyond the Basic Multilingual Plane are shown to it as one character of the same general
/// category, so that <c>\p{L}</c> and the like mean what they mean elsewhere.
/// </summary>
internal sealed class RegexSplit(Regex regex, SplitBehavior behavior, bool invert) : PreTokenizer
{
    private static readonly Dictionary<UnicodeCategory, char> Representatives = FindRepresentatives();

    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        int[]? offsets = text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? null : new int[text.Length + 1];
        ReadOnlySpan<char> view = offsets is null ? text : Flatten(text, offsets);
        var cutter = new Cutter(behavior, next, atStart);
        int end = 0;
        foreach (ValueMatch match in regex.EnumerateMatches(view))
        {
            if (match.Length == 0)
                continue;
            cutter.Add(text, At(end), At(match.Index), invert);
            cutter.Add(text, At(match.Index), At(match.Index + match.Length), !invert);
            end = match.Index + match.Length;
        }

        cutter.Add(text, At(end), text.Length, invert);
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
            view[count] = status != OperationStatus.Done || !rune.IsBmp ? Representatives.GetValueOrDefault(Rune.GetUnicodeCategory(rune), '\uFFFD') : text[i];
            offsets[count] = i;
            i += length;
        }

        offsets[count] = text.Length;
        return view.AsSpan(0, count);
    }

    private static Dictionary<UnicodeCategory, char> FindRepresentatives()
    {
        var found = new Dictionary<UnicodeCategory, char>();
        // From above Latin, so that no range written out in a pattern is hit by chance.
        for (int value = 0x0F00; value < 0xFFFF; value++)
            found.TryAdd(CharUnicodeInfo.GetUnicodeCategory((char)value), (char)value);
        return found;
    }

    /// <summary>Joins matches with their neighbours as the behaviour says.</summary>
    private sealed class Cutter(SplitBehavior behavior, WordSink next, bool atStart)
    {
        private int _start = -1, _end;
        private bool _wasMatch;

        public void Add(ReadOnlySpan<char> text, int start, int end, bool isMatch)
        {
            if (start == end)
                return;
            bool joins = _start >= 0 && behavior switch
            {
                SplitBehavior.MergedWithPrevious => isMatch && !_wasMatch,
                SplitBehavior.MergedWithNext => !isMatch && _wasMatch,
                SplitBehavior.Contiguous => isMatch == _wasMatch,
                _ => false,
            };
            if (!joins)
            {
                Finish(text);
                _start = start;
            }

            _end = end;
            _wasMatch = isMatch;
        }

        public void Finish(ReadOnlySpan<char> text)
        {
            if (_start >= 0 && !(_wasMatch && behavior == SplitBehavior.Removed))
                next(text[_start.._end], atStart && _start == 0);
            _start = -1;
        }
    }
}
