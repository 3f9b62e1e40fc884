using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Grimoire.Training.Data;

/// <summary>
/// Conversations written as one text, as in Anthropic's HH-RLHF data: <c>\n\nHuman: …\n\nAssistant: …</c> (Bai et al. 2022, arXiv:2204.05862).
/// </summary>
internal static partial class HumanAssistantText
{
    /// <summary>The messages of such a text; null where it does not begin as one.</summary>
    public static JsonArray? Read(string text)
    {
        if (!Start().IsMatch(text))
            return null;
        MatchCollection turns = Turn().Matches(text);
        JsonArray messages = [];
        for (int i = 0; i < turns.Count; i++)
        {
            int start = turns[i].Index + turns[i].Length, end = i + 1 < turns.Count ? turns[i + 1].Index : text.Length;
            string role = turns[i].Groups[1].ValueSpan is "Human" ? "user" : "assistant";
            messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = text[start..end].Trim() });
        }

        return messages;
    }

    [GeneratedRegex(@"^\s*Human:")]
    private static partial Regex Start();

    [GeneratedRegex(@"(?:^\s*|\n\n)(Human|Assistant):")]
    private static partial Regex Turn();
}
