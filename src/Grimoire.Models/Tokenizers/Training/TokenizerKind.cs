namespace Grimoire.Models.Tokenizers;

/// <summary>What the pieces of a trained vocabulary are.</summary>
public enum TokenizerKind
{
    /// <summary>Every character of the training text is a piece.</summary>
    Character,

    /// <summary>The most frequent words, each with the space before it; others are unknown.</summary>
    Word,

    /// <summary>Byte-pair encoding of UTF-8 bytes: any text can be encoded.</summary>
    Bytes,
}

/// <summary>How a vocabulary is trained.</summary>
public sealed record TokenizerOptions
{
    /// <summary>What the pieces are.</summary>
    public TokenizerKind Kind { get; init; } = TokenizerKind.Bytes;

    /// <summary>The most ids, special tokens included. A character vocabulary takes every character as long as they fit.</summary>
    public int VocabularySize { get; init; } = 4096;

    /// <summary>How text is cut into words, across which nothing merges.</summary>
    public SplitPattern Pattern { get; init; } = SplitPattern.Gpt4;

    /// <summary>Pairs and words seen less often become no piece. Characters count from 1.</summary>
    public long MinFrequency { get; init; } = 2;

    /// <summary>
    /// Special tokens, which get the last ids. Where they stand in the training text they separate and are not counted.
    /// </summary>
    public IReadOnlyList<string> Special { get; init; } = ["<|endoftext|>"];

    /// <summary>The special token that ends a text, if it is among them.</summary>
    public string? EndOfText { get; init; } = "<|endoftext|>";

    /// <summary>
    /// The piece for what is not in a character or word vocabulary. Words need one, <c>&lt;unk&gt;</c> if nothing is said; a character vocabulary has none
    /// unless asked, so that an unknown character is an error and not a silent loss.
    /// </summary>
    public string? Unknown { get; init; }

    /// <summary>Threads that count; the result is the same for any number. Zero: one for each processor.</summary>
    public int Threads { get; init; }
}

/// <summary>How far training is.</summary>
/// <param name="Stage">What is being done: <c>count</c> or <c>merge</c>.</param>
/// <param name="Done">Characters counted, or merges made.</param>
/// <param name="Total">Merges wanted; 0 while counting, whose end is not known.</param>
public readonly record struct TokenizerProgress(string Stage, long Done, long Total);
