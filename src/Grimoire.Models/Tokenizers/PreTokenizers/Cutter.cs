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

/// <summary>Joins matches with their neighbours as the behaviour says.</summary>
internal sealed class Cutter(SplitBehavior behavior, WordSink next, bool atStart)
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
