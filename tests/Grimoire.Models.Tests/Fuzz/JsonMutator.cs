using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>Damages JSON as JSON: values of other types, huge numbers, keys missing, doubled or exchanged, nesting without end.</summary>
internal static class JsonMutator
{
    private const string Mark = "@@damage@@";
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "0.5", "-0.0", "1e308", "1e999", "1e-999", "2147483647", "2147483648", "4294967296", "9223372036854775808", "99999999999999999999999",
        "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"▁\"", "\"Ġ\"", "\"(\"", "\"(a+)+$\"", "\"\\\\p{L}+\"", "\"BPE\"", "\"Unigram\"", "\"Sequence\"", "\"AAAA\"", "[]", "{}", "[[]]", "[null]", "{\"\":0}", "{\"type\":\"Sequence\"}",
    ];

    public static byte[] Damage(byte[] good, Mutator mutator)
    {
        JsonNode root = JsonNode.Parse(good)!;
        string text = root.ToJsonString(Plain);
        for (int changes = mutator.Draw(3) == 0 ? 1 + mutator.Draw(3) : 1; changes > 0; changes--)
        {
            List<(JsonNode Parent, string? Key, int Index)> places = [];
            Collect(root, places);
            if (places.Count == 0)
                break;
            text = Change(root, mutator.Any(places), mutator);
            if (Parsed(text) is not { } changed)
                break;
            root = changed;
        }

        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>A text that can be damaged further, or null: it is no JSON any more, or has a key twice or half of a character.</summary>
    private static JsonNode? Parsed(string text)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            _ = node?.ToJsonString(Plain);
            return node;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Change(JsonNode root, (JsonNode Parent, string? Key, int Index) place, Mutator mutator)
    {
        JsonNode? old = place.Key is null ? place.Parent[place.Index] : place.Parent[place.Key];
        string value = old?.ToJsonString(Plain) ?? "null", put = value;
        switch (mutator.Draw(8))
        {
            case 0 or 1 or 2: put = mutator.Any(Values); break;
            case 3: put = Encoding.UTF8.GetString(mutator.Bytes(Encoding.UTF8.GetBytes(value), [[0x22, 0x5C]])); break;
            case 4: put = Nested(mutator, value); break;
            case 5: put = place.Key is null ? $"{value},{value}" : $"{value},{JsonSerializer.Serialize(place.Key)}:{mutator.Any(Values)}"; break;
            case 6:
                if (place.Key is null)
                    ((JsonArray)place.Parent).RemoveAt(place.Index);
                else
                    ((JsonObject)place.Parent).Remove(place.Key);
                return root.ToJsonString(Plain);
            default: put = Elsewhere(root, mutator); break;
        }

        if (place.Key is null)
            place.Parent[place.Index] = Mark;
        else
            place.Parent[place.Key] = Mark;
        return root.ToJsonString(Plain).Replace($"\"{Mark}\"", put, StringComparison.Ordinal);
    }

    private static string Nested(Mutator mutator, string value)
    {
        int depth = mutator.Any([1, 3, 30, 70, 300, 20_000]);
        return mutator.Draw(2) == 0
            ? new string('[', depth) + value + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", depth)) + value + string.Concat(Enumerable.Repeat("]}", depth));
    }

    /// <summary>A value from another place of the file.</summary>
    private static string Elsewhere(JsonNode root, Mutator mutator)
    {
        List<(JsonNode Parent, string? Key, int Index)> places = [];
        Collect(root, places);
        (JsonNode parent, string? key, int index) = mutator.Any(places);
        return (key is null ? parent[index] : parent[key])?.ToJsonString(Plain) ?? "null";
    }

    private static void Collect(JsonNode node, List<(JsonNode Parent, string? Key, int Index)> places)
    {
        IEnumerable<(string? Key, int Index, JsonNode? Value)> members = node switch
        {
            JsonObject record => record.Select(pair => ((string?)pair.Key, 0, pair.Value)),
            JsonArray list => list.Select((value, index) => ((string?)null, index, value)),
            _ => [],
        };
        foreach ((string? key, int index, JsonNode? value) in members)
        {
            places.Add((node, key, index));
            if (value is JsonObject or JsonArray)
                Collect(value, places);
        }
    }
}
