using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>JSON as values of a template. Every text in it, names of keys too, gets the mark of where it comes from.</summary>
internal static class JsonValues
{
    public static Value Of(JsonNode? node, Mark mark)
    {
        try
        {
            return node switch
            {
                null => None.Value,
                JsonObject map => Of(map, mark),
                JsonArray items => new Sequence([.. items.Select(item => Of(item, mark))]),
                _ => Scalar(node.AsValue(), mark),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException("a message or tool holds half of a surrogate pair, which is no text; repair it.", e);
        }
    }

    /// <summary>The messages of a conversation, each text marked with the index of its message.</summary>
    public static Sequence Messages(JsonArray messages)
    {
        var values = new Value[messages.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (messages[i] is not JsonObject message)
                throw new GrimoireException($"message {i + 1} of the conversation is no JSON object; each needs a role and content.");
            values[i] = Message(message, Mark.Message(i));
        }

        return new Sequence(values);
    }

    /// <summary>
    /// A role is the program's word, not the speaker's: some templates make a special token of it. Names beside it are data, but not what the message says.
    /// </summary>
    private static Map Message(JsonObject message, Mark mark)
    {
        var map = new Map();
        foreach ((string key, JsonNode? value) in message)
        {
            bool plainRole = key == "role" && value is JsonValue && value.GetValueKind() == JsonValueKind.String && IsWord(value.GetValue<string>());
            map.Set(new Text(key, Mark.Data), Of(value, plainRole ? Mark.Template : key is "role" or "name" or "tool_call_id" ? Mark.Data : mark));
        }

        return map;
    }

    private static bool IsWord(string role) => role.Length is > 0 and <= 32 && role.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static Map Of(JsonObject node, Mark mark)
    {
        var map = new Map();
        foreach ((string key, JsonNode? value) in node)
            map.Set(new Text(key, mark), Of(value, mark));
        return map;
    }

    private static Value Scalar(JsonValue value, Mark mark) => value.GetValueKind() switch
    {
        JsonValueKind.String => new Text(value.GetValue<string>(), mark),
        JsonValueKind.True => Bool.True,
        JsonValueKind.False => Bool.False,
        JsonValueKind.Number when value.TryGetValue(out double real) && !value.TryGetValue(out JsonElement _) => new Float(real),
        JsonValueKind.Number => Number(value.ToJsonString()),
        _ => None.Value,
    };

    /// <summary>A number is whole if it is written so, as Python reads JSON.</summary>
    private static Value Number(string digits) => digits.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && digits.Length < 1000
        ? new Int(BigInteger.Parse(digits, CultureInfo.InvariantCulture))
        : new Float(double.Parse(digits, CultureInfo.InvariantCulture));
}
