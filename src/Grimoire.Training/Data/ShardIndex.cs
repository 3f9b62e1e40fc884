using System.Text.Json;

namespace Grimoire.Training.Data;

/// <summary>A file of shards: how many items it holds and its SHA-256.</summary>
internal sealed record ShardFile(string Name, long Count, string Hash);

/// <summary>One split: its token files, the file of document ends, and how much text it stands for.</summary>
internal sealed record SplitIndex(long Tokens, long Bytes, IReadOnlyList<ShardFile> Shards, ShardFile Documents);

/// <summary>A source file as it was when the shards were built.</summary>
internal sealed record SourceFile(string Path, long Bytes, DateTime Modified, string Hash);

/// <summary>
/// <c>shards.json</c>: what the token files beside it are. It is written last, so a folder without it holds no shards. All numbers in the
/// token and document files are little-endian.
/// </summary>
internal sealed record ShardIndex(
    string Key, string Tokenizer, int Vocabulary, IReadOnlyList<SourceFile> Sources, SplitIndex Train, SplitIndex? Validation)
{
    public const string FileName = "shards.json";

    /// <summary>Ids fit in two bytes.</summary>
    public bool Narrow => Vocabulary <= 1 << 16;

    /// <summary>Bytes of one id.</summary>
    public int Width => Narrow ? sizeof(ushort) : sizeof(uint);

    public static ShardIndex? TryRead(string folder) => File.Exists(Path.Combine(folder, FileName)) ? Read(folder) : null;

    /// <exception cref="GrimoireException">There are no shards here, or the index is damaged.</exception>
    public static ShardIndex Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            return new ShardIndex(
                Text(root, "key"), Text(root, "tokenizer"), root.GetProperty("vocabulary").GetInt32(),
                [.. root.GetProperty("sources").EnumerateArray().Select(s =>
                    new SourceFile(Text(s, "path"), s.GetProperty("bytes").GetInt64(), s.GetProperty("modified").GetDateTime(), Text(s, "sha256")))],
                ReadSplit(root.GetProperty("train")),
                root.TryGetProperty("validation", out JsonElement validation) ? ReadSplit(validation) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{folder}: no token shards here ({FileName} cannot be read: {e.Message.TrimEnd('.')}).", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new GrimoireException($"{path}: damaged ({e.Message.Split(". ")[0].TrimEnd('.')}); delete the folder to have the shards built anew.", e);
        }
    }

    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("key", Key);
            json.WriteString("tokenizer", Tokenizer);
            json.WriteNumber("vocabulary", Vocabulary);
            json.WriteString("dtype", Narrow ? "uint16" : "uint32");
            WriteSplit(json, "train", Train);
            if (Validation is not null)
                WriteSplit(json, "validation", Validation);
            json.WriteStartArray("sources");
            foreach (SourceFile source in Sources)
            {
                json.WriteStartObject();
                json.WriteString("path", source.Path);
                json.WriteNumber("bytes", source.Bytes);
                json.WriteString("modified", source.Modified);
                json.WriteString("sha256", source.Hash);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void WriteSplit(Utf8JsonWriter json, string name, SplitIndex split)
    {
        json.WriteStartObject(name);
        json.WriteNumber("tokens", split.Tokens);
        json.WriteNumber("bytes", split.Bytes);
        json.WriteStartArray("shards");
        foreach (ShardFile shard in split.Shards)
            WriteFile(json, shard);
        json.WriteEndArray();
        json.WritePropertyName("documents");
        WriteFile(json, split.Documents);
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, ShardFile file)
    {
        json.WriteStartObject();
        json.WriteString("file", file.Name);
        json.WriteNumber("count", file.Count);
        json.WriteString("sha256", file.Hash);
        json.WriteEndObject();
    }

    private static SplitIndex ReadSplit(JsonElement json) => new(
        json.GetProperty("tokens").GetInt64(), json.GetProperty("bytes").GetInt64(),
        [.. json.GetProperty("shards").EnumerateArray().Select(ReadFile)], ReadFile(json.GetProperty("documents")));

    private static ShardFile ReadFile(JsonElement json)
    {
        string name = Text(json, "file");
        // A name from a file must not lead out of its folder.
        if (name != Path.GetFileName(name) || name.Length == 0)
            throw new FormatException($"\"{name}\" is not a plain file name");
        return new ShardFile(name, json.GetProperty("count").GetInt64(), Text(json, "sha256"));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");
}
