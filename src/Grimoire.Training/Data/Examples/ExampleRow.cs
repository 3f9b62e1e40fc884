using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>One row of a file, by columns. All faults are told without the place of the row, which its reader adds.</summary>
/// <param name="json">The row, a JSON object.</param>
/// <param name="renamed">Under which name a file keeps a column; the name itself where nothing is said.</param>
internal sealed class ExampleRow(JsonElement json, IReadOnlyDictionary<string, string> renamed)
{
    /// <summary>The names of the columns, for messages.</summary>
    public string Names => string.Join(", ", json.EnumerateObject().Select(column => column.Name));

    /// <summary>What a value is, in words.</summary>
    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    /// <summary>Whether the row has a column with a value in it.</summary>
    public bool Has(string column) => Find(column) is not null;

    /// <summary>The first of some columns that the row has.</summary>
    public string? FirstOf(params ReadOnlySpan<string> columns)
    {
        foreach (string column in columns)
        {
            if (Has(column))
                return column;
        }

        return null;
    }

    /// <summary>A column with a text that is not empty.</summary>
    public string Text(string column)
    {
        JsonElement value = Find(column)!.Value;
        if (value.ValueKind != JsonValueKind.String)
            throw new GrimoireException($"column \"{Name(column)}\" is {KindOf(value)}, not a text");
        return value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw new GrimoireException($"column \"{Name(column)}\" is empty");
    }

    /// <summary>A column with a text that may be empty or absent.</summary>
    public string OptionalText(string column) => Find(column) switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        { } value => throw new GrimoireException($"column \"{Name(column)}\" is {KindOf(value)}, not a text"),
    };

    /// <summary>A column with a number; 0 where there is none.</summary>
    public double OptionalNumber(string column) => Find(column) switch
    {
        null => 0,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) && double.IsFinite(number) => number,
        { } value => throw new GrimoireException($"column \"{Name(column)}\" is {KindOf(value)}, not a number"),
    };

    /// <summary>A column with a truth value.</summary>
    public bool Truth(string column) => Find(column)!.Value is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean()
        : throw new GrimoireException($"column \"{Name(column)}\" is {KindOf(Find(column)!.Value)}, not true or false");

    /// <summary>A column with messages.</summary>
    public JsonArray Messages(string column) => Find(column)!.Value is { ValueKind: JsonValueKind.Array } list ? MessageList.Read(list, Name(column))
        : throw new GrimoireException($"column \"{Name(column)}\" is {KindOf(Find(column)!.Value)}, not a list of messages");

    /// <summary>A column with a text or with messages.</summary>
    public Passage Passage(string column) => Find(column)!.Value.ValueKind == JsonValueKind.Array ? new Passage(Messages(column)) : new Passage(Text(column));

    /// <summary>The definitions of tools, as a list or as the JSON text of one.</summary>
    public JsonArray? Tools()
    {
        if (Find("tools") is not { } value)
            return null;
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (string.IsNullOrWhiteSpace(text))
            return null;
        JsonNode? node = JsonNode.Parse(text);
        return node as JsonArray ?? throw new GrimoireException($"column \"{Name("tools")}\" is not a list of tools");
    }

    /// <summary>All columns but some.</summary>
    public JsonObject Except(params ReadOnlySpan<string> columns)
    {
        JsonObject others = [];
        foreach (JsonProperty column in json.EnumerateObject())
        {
            bool taken = false;
            foreach (string name in columns)
                taken |= Name(name) == column.Name;
            if (!taken)
                others[column.Name] = JsonNode.Parse(column.Value.GetRawText());
        }

        return others;
    }

    private string Name(string column) => renamed.GetValueOrDefault(column, column);

    private JsonElement? Find(string column) =>
        json.TryGetProperty(Name(column), out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
