namespace Grimoire.Models.Tokenizers;

/// <summary>Receives the words of a text in order; <paramref name="atStart"/> holds for a word with which the whole text begins.</summary>
internal delegate void WordSink(ReadOnlySpan<char> word, bool atStart);

/// <summary>Cuts a text into the words that a model encodes one by one. Nothing merges across words.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Hands the words of <paramref name="text"/> to <paramref name="next"/>; none is empty.</summary>
    public abstract void Split(ReadOnlySpan<char> text, bool atStart, WordSink next);
}

/// <summary>Several pre-tokenizers: each cuts the words of the one before.</summary>
internal sealed class PreTokenizerSequence(PreTokenizer[] steps) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        for (int i = steps.Length - 1; i > 0; i--)
        {
            PreTokenizer step = steps[i];
            WordSink after = next;
            next = (word, start) => step.Split(word, start, after);
        }

        if (steps.Length == 0)
            next(text, atStart);
        else
            steps[0].Split(text, atStart, next);
    }
}

/// <summary>Cuts with one of the known patterns, by hand-made scanner.</summary>
internal sealed class PatternSplit(SplitPattern pattern) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = pattern.NextEnd(text, start);
            next(text[start..end], atStart && start == 0);
            start = end;
        }
    }
}

/// <summary>
/// The byte-level step of GPT-2's tokenizers: a space before the text if asked, GPT-2's pattern if asked. That words become bytes is the
/// model's part (<see cref="BpeSettings.ByteLevel"/>).
/// </summary>
internal sealed class ByteLevelSplit(bool addPrefixSpace, bool usePattern) : PreTokenizer
{
    private readonly PatternSplit? _split = usePattern ? new PatternSplit(SplitPattern.Gpt2) : null;

    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        if (text.IsEmpty)
            return;
        if (addPrefixSpace && text[0] != ' ')
            text = string.Concat(" ", text);
        if (_split is null)
            next(text, atStart);
        else
            _split.Split(text, atStart, next);
    }
}

/// <summary>Writes each word's bytes in GPT-2's alphabet.</summary>
internal sealed class SpellBytesSplit : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next) => next(new SpellBytes().Normalize(text), atStart);
}

/// <summary>Which texts get SentencePiece's dummy space in front.</summary>
internal enum PrependScheme
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Only the one that begins the whole text.</summary>
    First,

    /// <summary>Every stretch between special tokens.</summary>
    Always,
}

/// <summary>Writes spaces as a visible mark, perhaps one in front, and cuts before every mark.</summary>
internal sealed class MetaspaceSplit(char mark, PrependScheme prepend, bool split) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        if (text.IsEmpty)
            return;
        string marked = text.ToString().Replace(' ', mark);
        if ((prepend == PrependScheme.Always || (prepend == PrependScheme.First && atStart)) && marked[0] != mark)
            marked = mark + marked;
        if (!split)
        {
            next(marked, atStart);
            return;
        }

        for (int start = 0; start < marked.Length;)
        {
            int end = marked.IndexOf(mark, start + 1);
            end = end < 0 ? marked.Length : end;
            next(marked.AsSpan(start, end - start), atStart && start == 0);
            start = end;
        }
    }
}

/// <summary>Cuts before a mark that follows another character; the cut changes no id (<see cref="TokenModel.CutBefore"/>), only the speed.</summary>
internal sealed class CutBeforeMark(char mark) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        for (int start = 0; start < text.Length;)
        {
            // A run of marks and the word after it.
            int word = text[start..].IndexOfAnyExcept(mark), length = word < 0 ? -1 : text[(start + word)..].IndexOf(mark);
            int end = length < 0 ? text.Length : start + word + length;
            next(text[start..end], atStart && start == 0);
            start = end;
        }
    }
}
