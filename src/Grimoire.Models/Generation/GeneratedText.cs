namespace Grimoire.Models;

/// <summary>A token of a generated text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">
/// The text that became certain with it: nothing while a character is incomplete or a stop string may have begun, and then perhaps more
/// than its own piece. All of them joined are the text.
/// </param>
/// <param name="Score">What the model thought of it, where asked for.</param>
/// <param name="Alternatives">The likeliest tokens in its place, where asked for.</param>
/// <param name="Stop">Why the text ends here; null for all but the last token.</param>
public readonly record struct GeneratedToken(int Id, string Text, TokenScore? Score, IReadOnlyList<TokenAlternative> Alternatives, StopReason? Stop)
{
    /// <summary>Whether it had been guessed (<see cref="GenerationOptions.Lookup"/>, or a draft model), so that it cost no pass of its own.</summary>
    public bool WasGuessed { get; init; }

    /// <summary>How many guesses it was the first to be held against; all of a text's together are all guesses that the model read.</summary>
    public int Guesses { get; init; }
}

/// <summary>A generated text.</summary>
/// <param name="Text">The text, without prompt, stop token and stop string.</param>
/// <param name="Tokens">The tokens, a stop token and those of a stop string included.</param>
/// <param name="Stop">Why it ended.</param>
/// <param name="PromptTokens">The length of the prompt in tokens.</param>
/// <param name="ReusedTokens">How many of these the prompt cache held already.</param>
public sealed record GeneratedText(string Text, IReadOnlyList<GeneratedToken> Tokens, StopReason Stop, int PromptTokens, int ReusedTokens)
{
    /// <summary>How many tokens were guessed.</summary>
    public int Guesses => Tokens.Sum(token => token.Guesses);

    /// <summary>How many of these came true.</summary>
    public int RightGuesses => Tokens.Count(token => token.WasGuessed);
}

/// <summary>A token of a given text and how well the model foresaw it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its piece of the text; a character spread over several tokens stands with the last of them.</param>
/// <param name="Score">What the model thought of it; null for a first token that nothing precedes.</param>
public readonly record struct ScoredToken(int Id, string Text, TokenScore? Score);
