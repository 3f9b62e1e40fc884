using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>The updates of one answer, and what they add up to.</summary>
internal sealed class Answer(string model, string id, int promptTokens)
{
    private int tokens, guesses, rightGuesses;
    private StopReason? stop;

    /// <summary>The update of a token; null where nothing became certain and nobody wants to know more.</summary>
    public ChatResponseUpdate? Take(in GeneratedToken token, IList<AIContent> contents)
    {
        tokens++;
        guesses += token.Guesses;
        rightGuesses += token.WasGuessed ? 1 : 0;
        stop = token.Stop;
        bool scored = token.Score is not null || token.Alternatives.Count > 0;
        if (contents.Count == 0 && !scored)
            return null;
        ChatResponseUpdate update = Update(contents);
        update.RawRepresentation = scored ? token : null;
        return update;
    }

    /// <summary>Drops all calls but the first; whether there was one.</summary>
    public static bool KeepOneCall(List<AIContent> contents)
    {
        int first = contents.FindIndex(content => content is FunctionCallContent);
        if (first >= 0)
            contents.RemoveRange(first + 1, contents.Count - first - 1);
        return first >= 0;
    }

    /// <summary>The last update.</summary>
    public ChatResponseUpdate End(int reused, bool calls)
    {
        ChatResponseUpdate update = Update(
        [
            new UsageContent(new UsageDetails
            {
                InputTokenCount = promptTokens,
                OutputTokenCount = tokens,
                TotalTokenCount = promptTokens + tokens,
                CachedInputTokenCount = reused,
                AdditionalCounts = guesses == 0 ? null : new() { [ChatClient.GuessesKey] = guesses, [ChatClient.RightGuessesKey] = rightGuesses },
            }),
        ]);
        update.FinishReason = calls ? ChatFinishReason.ToolCalls : stop is null or StopReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;
        return update;
    }

    private ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ModelId = model,
        ResponseId = id,
        MessageId = id,
    };
}
