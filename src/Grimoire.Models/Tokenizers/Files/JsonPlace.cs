using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Grimoire.Models.Tokenizers;

/// <summary>A JSON value and where it stands, so that every complaint names its file and key. Whatever is read is hostile until checked.</summary>
internal readonly struct JsonPlace(JsonElement element, string file, JsonTrail? trail = null)
{
    private const int LargestFile = 1 << 29;

    public string File => file;

    private string Key => trail?.ToString() ?? "the file";

    public JsonValueKind Kind => element.ValueKind;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public string RawText => element.GetRawText();

    /// <summary>Reads a whole file.</summary>
    public static JsonPlace ReadFile(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > LargestFile)
                throw new GrimoireException($"{path}: {length} bytes are too many for a JSON file of a tokenizer (limit {LargestFile}); is it the right file?");
            return Parse(System.IO.File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    public static JsonPlace Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        try
        {
            if (utf8.Span.StartsWith("\uFEFF"u8))
                utf8 = utf8[3..];
            if (!Utf8.IsValid(utf8.Span))
                throw new GrimoireException($"{file}: this is no valid JSON (its text is not UTF-8).");
            return new JsonPlace(JsonDocument.Parse(utf8).RootElement, file);
        }
        catch (JsonException e)
        {
            throw new GrimoireException($"{file}: line {e.LineNumber + 1}: this is no valid JSON ({e.Message.Split(" LineNumber")[0].TrimEnd('.')}).", e);
        }
    }

    /// <summary>The value of a key; one of kind Undefined where it is missing.</summary>
    public JsonPlace this[string key]
    {
        get
        {
            if (IsNull)
                return new JsonPlace(default, file, new JsonTrail(trail, key));
            if (element.ValueKind != JsonValueKind.Object)
                throw Wrong("an object");
            return new JsonPlace(Find(key), file, new JsonTrail(trail, key));
        }
    }

    public GrimoireException Error(string what) => new($"{file}: {Key} {what}");

    /// <summary>The refusal of a step whose type is not known.</summary>
    public GrimoireException Unsupported(string kind, string type) =>
        this["type"].Error($"asks for the {kind} {type.Quoted()}, which is not supported; without it the ids would differ.");

    public string Text() => TextOrNull() ?? throw Wrong("a string");

    public string? TextOrNull()
    {
        if (IsNull)
            return null;
        if (element.ValueKind != JsonValueKind.String)
            throw Wrong("a string");
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException($"{file}: {Key} is no valid Unicode text (half of a surrogate pair); repair the file.", e);
        }
    }

    public bool Flag(bool otherwise = false) => FlagOrNull() ?? otherwise;

    public bool? FlagOrNull() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => throw Wrong("true or false"),
    };

    /// <summary>A whole number from 0 to <paramref name="limit"/>.</summary>
    public int Number(int limit)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int value) || value < 0 || value > limit)
            throw Wrong($"a whole number from 0 to {limit}");
        return value;
    }

    /// <summary>A finite number.</summary>
    public double Real() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Wrong("a number");

    public IEnumerable<JsonPlace> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Wrong("a list");
        int count = 0;
        foreach (JsonElement item in element.EnumerateArray())
            yield return new JsonPlace(item, file, new JsonTrail(trail, count++));
    }

    /// <summary>An item of a list that is long enough.</summary>
    public JsonPlace At(int index) => new(element[index], file, new JsonTrail(trail, index));

    public int Count() => element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : throw Wrong("a list");

    public IEnumerable<(string Name, JsonPlace Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string member = NameOf(property);
            yield return (member, new JsonPlace(property.Value, file, new JsonTrail(trail, member, quoted: true)));
        }
    }

    /// <summary>Refuses keys other than these: what is not understood might change ids.</summary>
    public JsonPlace Only(params ReadOnlySpan<string> names)
    {
        foreach ((string member, JsonPlace value) in Members())
        {
            if (!names.Contains(member) && member != "type")
                throw value.Error("is not understood and might change the ids; remove it if it does not.");
        }

        return this;
    }

    private JsonElement Find(string name)
    {
        try
        {
            return element.TryGetProperty(name, out JsonElement value) ? value : default;
        }
        catch (InvalidOperationException e)
        {
            throw BrokenKey(e);
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw BrokenKey(e);
        }
    }

    private GrimoireException BrokenKey(InvalidOperationException e) =>
        new($"{file}: a key of {Key} is no valid Unicode text (half of a surrogate pair); repair the file.", e);

    private GrimoireException Wrong(string expected) =>
        IsNull ? Error($"is missing; {expected} is needed.") : Error($"must be {expected}, not {Shown()}.");

    private string Shown() =>
        element.ValueKind is JsonValueKind.Object ? "an object" : element.ValueKind is JsonValueKind.Array ? "a list" : element.GetRawText().Quoted();
}

/// <summary>
/// The way to a JSON value from the top of its file. Its text is put together only when a message needs it: a vocabulary has very many values.
/// </summary>
internal sealed class JsonTrail
{
    private readonly JsonTrail? _above;
    private readonly string? _name;
    private readonly int _index;
    private readonly bool _quoted;

    /// <summary>The member of an object; its name is <paramref name="quoted"/> where it is the file's own.</summary>
    public JsonTrail(JsonTrail? above, string name, bool quoted = false) => (_above, _name, _quoted) = (above, name, quoted);

    /// <summary>The item of a list.</summary>
    public JsonTrail(JsonTrail? above, int index) => (_above, _index) = (above, index);

    public override string ToString() =>
        _name is null ? string.Create(CultureInfo.InvariantCulture, $"{_above}[{_index}]")
            : $"{_above}{(_above is null ? "" : ".")}{(_quoted ? _name.Quoted() : _name)}";
}
