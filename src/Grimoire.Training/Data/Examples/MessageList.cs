using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>Reads and checks a list of messages.</summary>
internal static class MessageList
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <summary>The messages of a column, each with a known role and something said.</summary>
    /// <exception cref="GrimoireException">A message is not one; the place of the row is to be added.</exception>
    public static JsonArray Read(JsonElement list, string column)
    {
        if (list.GetArrayLength() == 0)
            throw new GrimoireException($"column \"{column}\" is an empty list of messages");
        int number = 0;
        foreach (JsonElement message in list.EnumerateArray())
            Check(message, $"message {++number} of \"{column}\"");
        return JsonNode.Parse(list.GetRawText())!.AsArray();
    }

    /// <summary>Whether a message is the assistant's.</summary>
    public static bool IsAssistant(JsonNode? message) => message!["role"]!.GetValue<string>() == "assistant";

    /// <summary>Some of the messages, copied.</summary>
    public static JsonArray Range(JsonArray messages, int start, int end) =>
        [.. messages.Skip(start).Take(end - start).Select(message => message!.DeepClone())];

    private static void Check(JsonElement message, string where)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw new GrimoireException($"{where} is {ExampleRow.KindOf(message)}, not an object with \"role\" and \"content\"");
        if (!message.TryGetProperty("role", out JsonElement role) || role.ValueKind != JsonValueKind.String)
            throw new GrimoireException($"{where} has no \"role\" with a text");
        if (!Roles.Contains(role.GetString()))
            throw new GrimoireException($"{where} has the role \"{role.GetString()}\"; roles are {string.Join(", ", Roles)}");
        bool calls = message.TryGetProperty("tool_calls", out JsonElement call) && call.ValueKind == JsonValueKind.Array && call.GetArrayLength() > 0;
        bool has = message.TryGetProperty("content", out JsonElement content) && content.ValueKind != JsonValueKind.Null;
        if (has && content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            throw new GrimoireException($"the content of {where} is {ExampleRow.KindOf(content)}, not a text");
        if (!has && !calls)
            throw new GrimoireException($"{where} has no \"content\"");
        bool empty = !has || (content.ValueKind == JsonValueKind.String ? string.IsNullOrWhiteSpace(content.GetString()) : content.GetArrayLength() == 0);
        if (role.ValueEquals("assistant") && empty && !calls)
            throw new GrimoireException($"{where} is an empty answer");
    }
}
