using Grimoire.Models.Tokenizers;

namespace Grimoire.Models;

/// <summary>Turns the tokens of a continuation into text as they come, and ends it at a stop string.</summary>
internal sealed class TextContinuation(Continuation continuation, Tokenizer tokenizer, GenerationOptions options)
{
    private readonly StreamingDecoder decoder = tokenizer.CreateDecoder(continues: ContinuesText(continuation.Tokens, tokenizer));
    private readonly StopStrings stops = new(options.StopStrings);
    private readonly List<GeneratedToken> tokens = [];

    /// <summary>The tokens taken so far.</summary>
    public IReadOnlyList<GeneratedToken> Tokens => tokens;

    /// <summary>Takes the token of the step just done, if there was one; to be called after every step.</summary>
    public bool TryTake(out GeneratedToken token)
    {
        token = default;
        if (continuation.Generated.Length == tokens.Count)
            return false;
        int id = continuation.Generated[^1];
        string text = stops.Append(Decoded(id));
        if (stops.Found)
            continuation.Stop = StopReason.StopString;
        else if (continuation.Stop is not null)
            text += stops.Flush();
        token = new GeneratedToken(id, text, continuation.Score, continuation.Alternatives, continuation.Stop)
        {
            WasGuessed = continuation.WasGuessed,
            Guesses = continuation.Guesses,
        };
        tokens.Add(token);
        return true;
    }

    /// <summary>All of it, once it has ended.</summary>
    public GeneratedText Whole() => new(
        string.Concat(tokens.Select(token => token.Text)), tokens, continuation.Stop ?? StopReason.Length, continuation.PromptTokens,
        continuation.ReusedTokens);

    private string Decoded(int id) => continuation.Stop switch
    {
        null => Appended(id),
        StopReason.StopToken => decoder.Flush(),
        _ => Appended(id) + decoder.Flush(),
    };

    private string Appended(int id) => decoder.Append(id) + (options.VisibleTokens.Contains(id) && tokenizer.IsSpecial(id) ? tokenizer.Piece(id) : "");

    /// <summary>After a prompt with text in it a leading space is text too.</summary>
    private static bool ContinuesText(ReadOnlySpan<int> prompt, Tokenizer tokenizer)
    {
        foreach (int id in prompt)
        {
            if (!tokenizer.IsSpecial(id))
                return true;
        }

        return false;
    }
}
