using System.Text;
using System.Text.Json;

namespace Grimoire.Training.Runs;

/// <summary>Reads a flat JSON object as a list of values that know their line. Comments and trailing commas are welcome in files people write.</summary>
internal static class SettingFile
{
    /// <exception cref="GrimoireException">The text is not a flat JSON object.</exception>
    public static IReadOnlyList<SettingValue> Values(ReadOnlySpan<byte> json, string name)
    {
        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var values = new List<SettingValue>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new GrimoireException($"{name}: expected a JSON object of settings, found {reader.TokenType}.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = reader.GetString()!;
                string origin = $"{name}, line {json[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1}";
                reader.Read();
                values.Add(Value(ref reader, key, origin));
            }

            reader.Read();
            return values;
        }
        catch (JsonException e)
        {
            throw new GrimoireException($"{name}, line {e.LineNumber + 1}: not valid JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException($"{name}: text that is not valid UTF-8 ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static SettingValue Value(ref Utf8JsonReader reader, string key, string origin)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number: return new(key, [Encoding.UTF8.GetString(reader.ValueSpan)], JsonValueKind.Number, origin);
            case JsonTokenType.String: return new(key, [reader.GetString()!], JsonValueKind.String, origin);
            case JsonTokenType.True: return new(key, ["true"], JsonValueKind.True, origin);
            case JsonTokenType.False: return new(key, ["false"], JsonValueKind.False, origin);
            case JsonTokenType.Null: return new(key, [], JsonValueKind.Null, origin);
            case JsonTokenType.StartArray: return new(key, Texts(ref reader, key, origin), JsonValueKind.Array, origin);
            default: throw new GrimoireException($"{origin}: {key} is an object; recipes are flat: write its values as keys of their own.");
        }
    }

    private static List<string> Texts(ref Utf8JsonReader reader, string key, string origin)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new GrimoireException($"{origin}: {key} holds a {reader.TokenType}; expected texts in quotes.");
            texts.Add(reader.GetString()!);
        }

        return texts;
    }
}
