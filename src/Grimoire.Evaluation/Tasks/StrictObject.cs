using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Reads a JSON object of a task file key by key. What is of the wrong kind, and in the end what nobody asked for, is refused by name.</summary>
internal sealed class StrictObject(JsonObject json, string origin)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Reads a file's bytes. Comments and trailing commas are welcome in files people write.</summary>
    /// <exception cref="GrimoireException">They are no JSON object, or a key stands in it twice.</exception>
    public static StrictObject Parse(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
            bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
            return new StrictObject(
                JsonNode.Parse(bytes, documentOptions: options) as JsonObject
                    ?? throw new GrimoireException($"{name}: a task file is one JSON object, this is something else."), name);
        }
        catch (JsonException e)
        {
            string line = e.LineNumber is { } number ? $", line {number + 1}" : "";
            throw new GrimoireException($"{name}{line}: not valid JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException($"{name}: text that is no Unicode ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private string Known => string.Join(", ", known.Order(StringComparer.Ordinal));

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => Get(key) is not null;

    /// <summary>Some text, or null.</summary>
    public string? Text(string key) => Get(key) is { } node ? node is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw Wrong(key, "a text") : null;

    /// <summary>Some text that must be there.</summary>
    public string Needed(string key) => Text(key) ?? throw Fault($"the key \"{key}\" is missing");

    /// <summary>A whole number in a range.</summary>
    public int Whole(string key, int otherwise, int minimum, int maximum) => Get(key) is not { } node ? otherwise
        : node is JsonValue value && value.TryGetValue(out int number) && number >= minimum && number <= maximum ? number
        : throw Wrong(key, FormattableString.Invariant($"a whole number from {minimum} to {maximum}"));

    /// <summary>True or false.</summary>
    public bool Flag(string key) => Get(key) is { } node
        && (node is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw Wrong(key, "true or false"));

    /// <summary>A list of texts, or a single one.</summary>
    public IReadOnlyList<string> Texts(string key) => Get(key) switch
    {
        null => [],
        JsonArray array => [.. array.Select(item => item is JsonValue value && value.TryGetValue(out string? text) ? text
            : throw Wrong(key, "a list of texts"))],
        _ => [Text(key)!],
    };

    /// <summary>Members of a list, or a single one, each read in its own way.</summary>
    public IReadOnlyList<T> Each<T>(string key, Func<string, T> ofText, Func<StrictObject, T> ofObject)
    {
        JsonNode? node = Get(key);
        return node switch
        {
            null => [],
            JsonArray array => [.. array.Select(One)],
            _ => [One(node)],
        };

        T One(JsonNode? item)
        {
            if (item is JsonValue value && value.TryGetValue(out string? text))
                return ofText(text);
            var inner = new StrictObject(item as JsonObject ?? throw Wrong(key, "texts and objects"), $"{origin}, {key}");
            T read = ofObject(inner);
            inner.Done();
            return read;
        }
    }

    /// <summary>An object within, or null.</summary>
    public T? Within<T>(string key, Func<StrictObject, T> read)
        where T : class
    {
        if (Get(key) is not { } node)
            return null;
        var inner = new StrictObject(node as JsonObject ?? throw Wrong(key, "an object"), $"{origin}, {key}");
        T value = read(inner);
        inner.Done();
        return value;
    }

    /// <summary>All keys, each with a text.</summary>
    public IReadOnlyDictionary<string, string> AllTexts() => json.ToDictionary(pair => pair.Key, pair => Needed(pair.Key), StringComparer.Ordinal);

    /// <summary>One of some named values.</summary>
    public T Choice<T>(string key, T otherwise, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        if (Text(key) is not { } text)
            return otherwise;
        foreach ((string name, T value) in choices)
        {
            if (name == text)
                return value;
        }

        var names = new List<string>();
        foreach ((string name, _) in choices)
            names.Add(name);
        throw Wrong(key, "one of " + string.Join(", ", names));
    }

    /// <summary>Refuses keys that nobody asked for.</summary>
    public void Done()
    {
        foreach ((string key, _) in json)
        {
            if (!known.Contains(key))
                throw Fault($"there is no key \"{key}\" " +
                    $"here{(Nearest.Find(key, known) is { } near ? $"; did you mean \"{near}\"?" : $"; known are {Known}")}");
        }
    }

    /// <summary>Something is wrong with this object.</summary>
    public GrimoireException Fault(string what) => new($"{origin}: {what.TrimEnd('.')}.");

    private GrimoireException Wrong(string key, string expected) => Fault($"{key} is {Shown(json[key])}; expected {expected}");

    private static string Shown(JsonNode? node) => node?.ToJsonString() is { } text ? text.Length > 60 ? text[..60] + " …" : text : "null";

    private JsonNode? Get(string key)
    {
        known.Add(key);
        return json[key];
    }
}
