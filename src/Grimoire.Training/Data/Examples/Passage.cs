using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>What is said, as a column of training data gives it: plain text, or messages with roles.</summary>
public sealed class Passage
{
    private readonly JsonNode content;

    /// <summary>Plain text.</summary>
    public Passage(string text) => content = JsonValue.Create(text);

    /// <summary>Messages, objects with <c>role</c> and <c>content</c>.</summary>
    public Passage(JsonArray messages) => content = messages;

    /// <summary>The text, where it is plain; null where there are messages.</summary>
    public string? Text => content is JsonValue value ? value.GetValue<string>() : null;

    /// <summary>The messages; null where the text is plain.</summary>
    public JsonArray? Messages => content as JsonArray;

    /// <summary>The messages, plain text being a single one of a role, without the white space around it. They are copies.</summary>
    /// <param name="role">Who says plain text: <c>user</c> or <c>assistant</c>.</param>
    public JsonArray AsMessages(string role) => content is JsonArray messages ? messages.DeepClone().AsArray()
        : new JsonArray(new JsonObject { ["role"] = role, ["content"] = Text!.Trim() });

    /// <summary>The seed of what is drawn for it: of what it says and a run's seed alone, so that it matters not where files or models lie.</summary>
    public ulong SeedOf(ulong seed) => JsonDigest.Of(new JsonArray(ToJson(), seed));

    /// <summary>It as a column holds it: a copy of the text or the messages.</summary>
    internal JsonNode ToJson() => content.DeepClone();

    /// <summary>This passage and then another, as one conversation.</summary>
    internal JsonArray Then(Passage answer)
    {
        JsonArray all = AsMessages("user");
        foreach (JsonNode? message in answer.AsMessages("assistant"))
            all.Add(message!.DeepClone());
        return all;
    }

    /// <summary>Whether both say the same.</summary>
    internal bool Says(Passage other) => JsonNode.DeepEquals(content, other.content);

    /// <summary>The text, or what the last message says.</summary>
    public override string ToString() => Text ?? Messages!.LastOrDefault()?["content"]?.ToString() ?? "";
}
