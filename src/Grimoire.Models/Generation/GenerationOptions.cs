using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>Why a text ended.</summary>
public enum StopReason
{
    /// <summary>A stop token came; it is the last of the tokens, and not part of the text.</summary>
    StopToken,

    /// <summary>A stop string came; the text ends before it.</summary>
    StopString,

    /// <summary>The most tokens asked for were made, or the model's context was full.</summary>
    Length,
}

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>More guesses at once are never worth their price.</summary>
    internal const int MostGuesses = 64;

    /// <summary>The most tokens to make.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How each is drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens that end the text. Generating text, the tokenizer's end of text is always one of them, unless <see cref="IgnoreEndOfText"/>.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Strings that end the text; they may lie across tokens.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Special tokens that appear in the text by name, such as one that begins a tool call; the others are no text.</summary>
    public IReadOnlyList<int> VisibleTokens { get; init; } = [];

    /// <summary>Whether the text goes on after the tokenizer's end of text.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>
    /// What happens when prompt and text fill the model's context: end with <see cref="StopReason.Length"/>, or, if true, forget the older
    /// half, read the rest anew at the start of the context, and go on.
    /// </summary>
    public bool Slide { get; init; }

    /// <summary>How keys and values of the tokens so far are kept, where no cache is given: F32, F16 or Q8_0, see <see cref="KeyValueCache"/>.</summary>
    public DType CacheType { get; init; } = DType.F32;

    /// <summary>Whether each token comes with its <see cref="TokenScore"/>.</summary>
    public bool Scores { get; init; }

    /// <summary>How many of the likeliest tokens each token comes with.</summary>
    public int Alternatives { get; init; }

    /// <summary>
    /// The most tokens guessed at once by looking up what followed the same tokens before, in the prompt or the text; 0 for none. It costs next to nothing and
    /// is worth most where a text repeats its prompt, as summaries, corrections and code do. The text is the same with and without.
    /// </summary>
    public int Lookup { get; init; }

    /// <summary>
    /// The most tokens guessed at once by the draft model, where there is one. Tokens are drawn with the same probabilities with and without; the likeliest
    /// ones (<see cref="SamplingOptions.IsGreedy"/>) are the same.
    /// </summary>
    public int DraftTokens { get; init; } = 3;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="GrimoireException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        if (MaxTokens < 0)
            throw new GrimoireException($"generation: the most tokens to make is {MaxTokens}; it must be 0 or more.");
        if (Alternatives < 0)
            throw new GrimoireException($"generation: the number of alternatives is {Alternatives}; it must be 0 or more.");
        if (Lookup is < 0 or > MostGuesses)
            throw new GrimoireException($"generation: the number of tokens to look up at once is {Lookup}; it must be from 0 (none) to {MostGuesses}.");
        if (DraftTokens is < 1 or > MostGuesses)
            throw new GrimoireException($"generation: the number of tokens to guess at once is {DraftTokens}; it must be from 1 to {MostGuesses}.");
        if (StopStrings.Any(string.IsNullOrEmpty))
            throw new GrimoireException("generation: a stop string is empty; every text would end at once. Leave it out.");
        Sampling.Validate();
    }
}
