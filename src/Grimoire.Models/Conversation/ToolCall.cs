using System.Text;
using System.Text.Json;

namespace Grimoire.Models;

/// <summary>What a model asks to be called, and the ways in which models write it.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments by name.</param>
internal sealed record ToolCall(string Name, IReadOnlyDictionary<string, JsonElement> Arguments)
{
    /// <summary>What begins a call in Mistral's form, and what divides a name from its arguments there.</summary>
    public const string MistralCalls = "[TOOL_CALLS]", MistralArguments = "[ARGS]", MistralId = "[CALL_ID]";

    /// <summary>
    /// Reads calls as JSON, one object or more, in a list or one after another: <c>{"name": …, "arguments": {…}}</c> as Qwen and Hermes write,
    /// Llama's <c>parameters</c>. Returns null where the text is anything else.
    /// </summary>
    public static IReadOnlyList<ToolCall>? Parse(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var calls = new List<ToolCall>();
        try
        {
            for (int at = Skip(utf8, 0); at < utf8.Length; at = Skip(utf8, at))
            {
                var reader = new Utf8JsonReader(utf8.AsSpan(at));
                using JsonDocument json = JsonDocument.ParseValue(ref reader);
                at += (int)reader.BytesConsumed;
                IEnumerable<JsonElement> items = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.EnumerateArray() : [json.RootElement];
                foreach (JsonElement item in items)
                {
                    if (Read(item) is not { } call)
                        return null;
                    calls.Add(call);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }

        return calls.Count > 0 ? calls : null;
    }

    /// <summary>Reads what follows Mistral's marker: a JSON list, or in newer models <c>name[ARGS]{…}</c> again and again.</summary>
    public static IReadOnlyList<ToolCall>? ParseMistral(string text)
    {
        if (!text.Contains(MistralArguments, StringComparison.Ordinal))
            return Parse(text);
        var calls = new List<ToolCall>();
        foreach (string part in text.Split(MistralCalls, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = part.Split(MistralArguments, 2);
            if (halves.Length < 2 || Object(halves[1]) is not { } arguments)
                return null;
            calls.Add(new ToolCall(halves[0].Split(MistralId)[0].Trim(), arguments));
        }

        return calls;
    }

    private static ToolCall? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
            return null;
        if (!json.TryGetProperty("arguments", out JsonElement arguments) && !json.TryGetProperty("parameters", out arguments))
            return new ToolCall(name.GetString()!, new Dictionary<string, JsonElement>());
        IReadOnlyDictionary<string, JsonElement>? read = arguments.ValueKind == JsonValueKind.String ? Object(arguments.GetString()!) : Members(arguments);
        return read is null ? null : new ToolCall(name.GetString()!, read);
    }

    private static Dictionary<string, JsonElement>? Object(string text)
    {
        try
        {
            return Members(JsonElement.Parse(text));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, JsonElement>? Members(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in json.EnumerateObject())
            members[property.Name] = property.Value.Clone();
        return members;
    }

    /// <summary>White space, and the semicolons or commas that some models put between calls.</summary>
    private static int Skip(byte[] utf8, int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)';' or (byte)',')
            at++;
        return at;
    }
}
