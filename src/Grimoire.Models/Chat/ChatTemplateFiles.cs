using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat;

/// <summary>
/// Where a model keeps its chat template. A folder: <c>chat_template.jinja</c>, <c>chat_template.json</c> or the key <c>chat_template</c> of
/// <c>tokenizer_config.json</c>, in this order; the last may be a list of named templates. A GGUF file: <c>tokenizer.chat_template</c>.
/// </summary>
internal static class ChatTemplateFiles
{
    public const string GgufKey = "tokenizer.chat_template", GgufToolKey = GgufKey + ".tool_use";
    private const string Plain = "chat_template.jinja", Wrapped = "chat_template.json", Config = "tokenizer_config.json",
        SpecialMap = "special_tokens_map.json";
    private const string Key = "chat_template", Default = "default", ToolUse = "tool_use";
    private const int LargestTemplate = 4 << 20;
    private static readonly string OfTools = Path.Combine("additional_chat_templates", ToolUse + ".jinja");

    /// <summary>Reads the template of a folder or GGUF file; null where there is none.</summary>
    public static ChatTemplate? Read(string path) => GgufModel.IsGguf(path) ? Read(GgufFile.Open(path).Metadata) : ReadFolder(path);

    public static ChatTemplate? Read(GgufMetadata metadata)
    {
        string? plain = metadata.Has(GgufKey) ? metadata.Text(GgufKey) : null, forTools = metadata.Has(GgufToolKey) ? metadata.Text(GgufToolKey) : null;
        return Of(plain, forTools, []);
    }

    /// <summary>The template as <see cref="Read(GgufMetadata)"/> reads it; nothing where there is none.</summary>
    public static IEnumerable<KeyValuePair<string, GgufValue>> Metadata(ChatTemplate? template)
    {
        if (template is not null)
            yield return new(GgufKey, GgufValue.Of(template.Source));
        if (template?.ToolUse is { } forTools)
            yield return new(GgufToolKey, GgufValue.Of(forTools));
    }

    /// <summary>Writes the template into a folder whose tokenizer is already there, unless the tokenizer's configuration says the same.</summary>
    public static void Write(ChatTemplate template, string folder)
    {
        if (template.Source != InConfig(ReadJson(folder, Config)).Plain || File.Exists(Path.Combine(folder, Plain)))
            AtomicFile.WriteText(Path.Combine(folder, Plain), template.Source);
        if (template.ToolUse is not { } forTools || forTools == InConfig(ReadJson(folder, Config)).ForTools)
            return;
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(OfTools)!));
        AtomicFile.WriteText(Path.Combine(folder, OfTools), forTools);
    }

    private static ChatTemplate? ReadFolder(string path)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        JsonPlace config = ReadJson(folder, Config);
        (string? plain, string? forTools) = InConfig(config);
        plain = ReadText(folder, Plain) ?? ReadJson(folder, Wrapped)[Key].TextOrNull() ?? plain;
        return Of(plain, ReadText(folder, OfTools) ?? forTools, SpecialTokens(config, ReadJson(folder, SpecialMap)));
    }

    private static ChatTemplate? Of(string? plain, string? forTools, JsonObject tokens) =>
        (plain ?? forTools) is { } source ? ChatTemplate.Unread(source, forTools == source ? null : forTools, tokens) : null;

    private static (string? Plain, string? ForTools) InConfig(JsonPlace config)
    {
        JsonPlace place = config[Key];
        if (place.Kind != JsonValueKind.Array)
            return (place.TextOrNull(), null);
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        foreach (JsonPlace item in place.Items())
            named.TryAdd(item["name"].Text(), item["template"].Text());
        return (named.GetValueOrDefault(Default), named.GetValueOrDefault(ToolUse));
    }

    /// <summary>The special tokens by name, <c>bos_token</c> and the like, as templates know them.</summary>
    private static JsonObject SpecialTokens(params ReadOnlySpan<JsonPlace> files)
    {
        JsonObject tokens = [];
        foreach (JsonPlace file in files)
        {
            foreach ((string name, JsonPlace value) in file.Members())
            {
                bool isToken = name.EndsWith("_token", StringComparison.Ordinal) && value.Kind is JsonValueKind.String or JsonValueKind.Object;
                if (isToken && TokenizerFolder.TokenText(value) is { } text)
                    tokens.TryAdd(name, text);
            }
        }

        return tokens;
    }

    private static JsonPlace ReadJson(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? JsonPlace.ReadFile(path) : JsonPlace.Parse("{}"u8.ToArray(), path);
    }

    private static string? ReadText(string folder, string name) => ReadText(Path.Combine(folder, name));

    /// <summary>The text of a template file; null where there is none.</summary>
    public static string? ReadText(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            return new FileInfo(path).Length <= LargestTemplate ? File.ReadAllText(path)
                : throw new GrimoireException($"{path}: this is too large for a chat template (limit {LargestTemplate} bytes); is it the right file?");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
