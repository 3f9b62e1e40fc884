using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>Finds the prompt of a pair that comes without one: what both sides begin with.</summary>
internal static class CommonPrompt
{
    /// <summary>The pair with its prompt: whole messages where the sides are conversations, else text up to a space or line break.</summary>
    /// <exception cref="GrimoireException">The sides have nothing in common, or one says nothing beyond it.</exception>
    public static PreferenceExample Divide(Passage chosen, Passage rejected)
    {
        JsonArray? left = chosen.Messages ?? HumanAssistantText.Read(chosen.Text!), right = rejected.Messages ?? HumanAssistantText.Read(rejected.Text!);
        if (left is not null && right is not null)
            return Divide(left, right);
        return chosen.Text is { } a && rejected.Text is { } b ? Divide(a, b)
            : throw new GrimoireException("one of \"chosen\" and \"rejected\" is a conversation and the other is not");
    }

    private static PreferenceExample Divide(JsonArray chosen, JsonArray rejected)
    {
        int common = 0;
        while (common < Math.Min(chosen.Count, rejected.Count) && JsonNode.DeepEquals(chosen[common], rejected[common]))
            common++;
        if (common == 0)
            throw new GrimoireException("there is no prompt, and \"chosen\" and \"rejected\" begin with different messages");
        return new PreferenceExample(new Passage(MessageList.Range(chosen, 0, common)), Rest(chosen, "chosen"), Rest(rejected, "rejected"));

        Passage Rest(JsonArray side, string column)
        {
            if (common == side.Count)
                throw new GrimoireException($"\"{column}\" says nothing that the other side does not say too");
            if (!MessageList.IsAssistant(side[common]) || !MessageList.IsAssistant(side[^1]))
                throw new GrimoireException($"what sets \"{column}\" apart does not begin and end with a message of the assistant");
            if (string.IsNullOrWhiteSpace(side[^1]!["content"]?.ToString()) && side[^1]!["tool_calls"] is null)
                throw new GrimoireException($"\"{column}\" ends with an empty answer");
            return new Passage(MessageList.Range(side, common, side.Count));
        }
    }

    private static PreferenceExample Divide(string chosen, string rejected)
    {
        int common = chosen.AsSpan().CommonPrefixLength(rejected);
        while (common > 0 && !char.IsWhiteSpace(chosen[common - 1]))
            common--;
        if (string.IsNullOrWhiteSpace(chosen[..common]))
            throw new GrimoireException("there is no prompt, and \"chosen\" and \"rejected\" do not begin alike");
        string prompt = chosen[..common].TrimEnd();
        return new PreferenceExample(new Passage(prompt), Rest(chosen, "chosen"), Rest(rejected, "rejected"));

        Passage Rest(string side, string column) => string.IsNullOrWhiteSpace(side[common..])
            ? throw new GrimoireException($"\"{column}\" says nothing that the other side does not say too") : new Passage(side[prompt.Length..]);
    }
}
