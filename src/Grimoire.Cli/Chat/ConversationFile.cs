using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Microsoft.Extensions.AI;

namespace Grimoire.Cli;

/// <summary>A conversation as a line of training data: <c>{"messages": [{"role": …, "content": …}, …]}</c>.</summary>
internal static class ConversationFile
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, IEnumerable<ChatMessage> messages)
    {
        if (File.Exists(path) && !IsConversation(path))
            throw new GrimoireException($"{path}: there is a file already that holds something else; choose another name.");
        AtomicFile.WriteText(path, new JsonObject { ["messages"] = ChatMessages.ToJson(messages) }.ToJsonString(Readable) + "\n");
    }

    /// <summary>The conversation of a file's first line.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static IReadOnlyList<ChatMessage> Read(string path)
    {
        if (!File.Exists(path))
            throw new GrimoireException($"{path}: there is no such file.");
        try
        {
            if (JsonNode.Parse(File.ReadLines(path).FirstOrDefault() ?? "") is JsonObject json && json["messages"] is JsonArray messages)
                return [.. messages.Select(message => Message(message) ?? throw Broken(path))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Broken(path, e);
        }

        throw Broken(path);
    }

    private static ChatMessage? Message(JsonNode? json)
    {
        if (json is not JsonObject || Text(json["role"]) is not { } role || Text(json["content"]) is not { } content)
            return null;
        var message = new ChatMessage(new ChatRole(role), content);
        if (Text(json["reasoning_content"]) is { } thought)
            message.Contents.Insert(0, new TextReasoningContent(thought));
        return message;
    }

    private static string? Text(JsonNode? json) => json is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static GrimoireException Broken(string path, Exception? inner = null) =>
        new($"{path}: the first line is no conversation; it must be {{\"messages\": [{{\"role\": …, \"content\": …}}, …]}}.", inner);

    /// <summary>Whether a file is nothing but one conversation, as this writes it.</summary>
    private static bool IsConversation(string path)
    {
        try
        {
            return File.ReadLines(path).Take(2).Count() == 1 && Read(path).Count >= 0;
        }
        catch (GrimoireException)
        {
            return false;
        }
    }
}
