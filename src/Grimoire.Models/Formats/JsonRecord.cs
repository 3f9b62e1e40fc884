using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Grimoire.Models.Formats;

/// <summary>
/// A JSON object from a file, read with suspicion: whatever is missing or of the wrong kind is named with its place. It remembers which
/// keys were asked for, so that those nobody understands can be named too. A null counts as absent.
/// </summary>
internal sealed class JsonRecord
{
    private const long LargestFile = 64 << 20;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly string source;

    private JsonRecord(JsonElement element, string source)
    {
        this.source = source;
        foreach (JsonProperty property in element.EnumerateObject())
            values.Add(property.Name, property.Value);
    }

    /// <summary>The keys, in the file's order.</summary>
    public IEnumerable<string> Keys => values.Keys;

    /// <summary>Keys that nobody asked for and that say something: not null, false, zero or empty.</summary>
    public IEnumerable<string> Unasked => values.Where(pair => !asked.Contains(pair.Key) && !IsInert(pair.Value)).Select(pair => pair.Key);

    /// <summary>Reads a file that holds one object.</summary>
    /// <exception cref="GrimoireException">It is missing, unreadable, too large or no JSON object.</exception>
    public static JsonRecord Read(string path)
    {
        MappedFile file = MappedFile.Open(path);
        if (file.Length > LargestFile)
            throw new GrimoireException($"{path}: {file.Length} bytes are too many for such a file; it is probably something else.");
        ReadOnlySpan<byte> text = file.Bytes(0, (int)file.Length);
        JsonRecord record = Parse(text.StartsWith("\uFEFF"u8) ? text[3..] : text, path);
        GC.KeepAlive(file);
        return record;
    }

    /// <summary>Reads one object.</summary>
    /// <param name="utf8">Its text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="GrimoireException">It is no JSON object.</exception>
    public static JsonRecord Parse(ReadOnlySpan<byte> utf8, string source)
    {
        if (!Utf8.IsValid(utf8))
            throw new GrimoireException($"{source}: broken JSON (its text is not UTF-8).");
        try
        {
            JsonElement element = JsonElement.Parse(utf8, Strict);
            if (element.ValueKind != JsonValueKind.Object)
                throw new GrimoireException($"{source}: a JSON object is expected, not {Kind(element)}.");
            return new JsonRecord(element, source);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GrimoireException($"{source}: broken JSON ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Counts keys as asked for that change nothing in the forward pass, whatever they say.</summary>
    public void Skip(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            asked.Add(key);
    }

    /// <summary>Whether a key has a value.</summary>
    public bool Has(string key) => Find(key, out _);

    /// <summary>Whether a key is there and says null, where that is not the same as leaving it out.</summary>
    public bool IsNull(string key) => values.TryGetValue(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Int(string key, int? fallback = null, int least = 1, int most = int.MaxValue)
    {
        if (!Find(key, out JsonElement value))
            return fallback ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}");
    }

    /// <summary>A finite number.</summary>
    public double Number(string key, double? fallback = null)
    {
        if (!Find(key, out JsonElement value))
            return fallback ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, value, "a number");
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool? fallback = null)
    {
        if (!Find(key, out JsonElement value))
            return fallback ?? throw Missing(key);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "true or false");
    }

    /// <summary>A string.</summary>
    public string Text(string key, string? fallback = null)
    {
        if (!Find(key, out JsonElement value))
            return fallback ?? throw Missing(key);
        return Text(key, value);
    }

    /// <summary>An object, or null where there is none.</summary>
    public JsonRecord? Object(string key)
    {
        if (!Find(key, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(key, value, "an object");
        try
        {
            return new JsonRecord(value, $"{source}: {key}");
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException($"{source}: {key} has a name that is no text ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>A list of strings, or null where there is none.</summary>
    public string[]? Texts(string key)
    {
        if (!Find(key, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => Text(key, item))]
            : throw Wrong(key, value, "a list of strings");
    }

    /// <summary>A list of finite numbers.</summary>
    public double[] Numbers(string key)
    {
        if (!Find(key, out JsonElement value))
            throw Missing(key);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item =>
                item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out double number) && double.IsFinite(number) ? number
                : throw Wrong(key, value, "a list of numbers"))]
            : throw Wrong(key, value, "a list of numbers");
    }

    /// <summary>A list of whole numbers, none negative.</summary>
    public long[] Sizes(string key)
    {
        if (!Find(key, out JsonElement value))
            throw Missing(key);
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, value, "a list of sizes");
        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long size) && size >= 0 ? size : throw Wrong(key, value, "a list of sizes"))];
    }

    /// <summary>Token ids: a list, a single one, or none where there is no such key.</summary>
    public int[] Ids(string key)
    {
        if (!Find(key, out JsonElement value))
            return [];
        IEnumerable<JsonElement> ids = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        return [.. ids.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) && id >= 0
            ? id
            : throw Wrong(key, value, "a token id or a list of them"))];
    }

    /// <summary>Whether a key's value is a string.</summary>
    public bool IsText(string key) => Find(key, out JsonElement value) && value.ValueKind == JsonValueKind.String;

    /// <summary>An error about a key that has a value nobody understands.</summary>
    public GrimoireException Refusal(string key, string why)
    {
        string shown = values.TryGetValue(key, out JsonElement value) ? $" is {Short(value)}" : "";
        return new GrimoireException($"{source}: {key}{shown}: {why}.");
    }

    private static bool IsInert(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static string Kind(JsonElement value) => value.ValueKind.ToString().ToLowerInvariant();

    private static string Short(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text.AsSpan(0, 57)}...";
    }

    private bool Find(string key, [MaybeNullWhen(false)] out JsonElement value)
    {
        asked.Add(key);
        return values.TryGetValue(key, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private string Text(string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(key, value, "a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException($"{source}: {key} is no text ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private GrimoireException Missing(string key) => new($"{source}: {key} is missing.");

    private GrimoireException Wrong(string key, JsonElement value, string expected) => new($"{source}: {key} is {Short(value)} where {expected} is expected.");
}
