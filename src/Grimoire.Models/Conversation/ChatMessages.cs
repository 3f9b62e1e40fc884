using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>Messages and tools as the JSON that chat templates read (OpenAI's form, as Hugging Face's templates have it).</summary>
public static class ChatMessages
{
    /// <summary>
    /// The messages: <c>role</c>, <c>content</c>, and where there are any <c>reasoning_content</c>, <c>tool_calls</c>, <c>tool_call_id</c> and <c>name</c>.
    /// </summary>
    /// <param name="messages">The messages.</param>
    /// <param name="instructions">Put before them as a system message; null for none.</param>
    /// <exception cref="GrimoireException">A message holds something that is no text.</exception>
    public static JsonArray ToJson(IEnumerable<ChatMessage> messages, string? instructions = null)
    {
        var json = new JsonArray();
        if (!string.IsNullOrEmpty(instructions))
            json.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ChatMessage message in messages)
        {
            // A message of results only is one message for each of them.
            if (message.Contents.Count == 0 || message.Contents.Any(content => content is not FunctionResultContent))
                json.Add((JsonNode)Spoken(message, names));
            foreach (FunctionResultContent result in message.Contents.OfType<FunctionResultContent>())
                json.Add(Result(result, names));
        }

        return json;
    }

    /// <summary>The tools: <c>{"type": "function", "function": {name, description, parameters}}</c>; null where there are none.</summary>
    /// <exception cref="GrimoireException">A tool is no function.</exception>
    public static JsonArray? ToJson(IEnumerable<AITool>? tools)
    {
        JsonArray json = [.. (tools ?? []).Select(Tool)];
        return json.Count > 0 ? json : null;
    }

    private static JsonObject Spoken(ChatMessage message, Dictionary<string, string> names)
    {
        string text = "", reasoning = "";
        var calls = new JsonArray();
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent said:
                    text += said.Text;
                    break;
                case TextReasoningContent thought:
                    reasoning += thought.Text;
                    break;
                case FunctionCallContent call:
                    names[call.CallId] = call.Name;
                    calls.Add(Call(call));
                    break;
                case FunctionResultContent or UsageContent:
                    break;
                default:
                    throw new GrimoireException(
                        $"chat: a message holds {content.GetType().Name}; this model reads text, function calls and their results only.");
            }
        }

        var json = new JsonObject { ["role"] = message.Role.Value, ["content"] = text };
        if (message.AuthorName is not null)
            json["name"] = message.AuthorName;
        if (reasoning.Length > 0)
            json["reasoning_content"] = reasoning;
        if (calls.Count > 0)
            json["tool_calls"] = calls;
        return json;
    }

    private static JsonNode Call(FunctionCallContent call) => new JsonObject
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = call.Name,
            ["arguments"] = new JsonObject((call.Arguments ?? new Dictionary<string, object?>()).Select(
                pair => KeyValuePair.Create(pair.Key, Node(pair.Value)))),
        },
    };

    private static JsonNode Result(FunctionResultContent result, Dictionary<string, string> names)
    {
        var json = new JsonObject
        {
            ["role"] = "tool",
            ["tool_call_id"] = result.CallId,
            ["content"] = result.Exception is { } e ? $"Error: {e.Message}" : result.Result as string ?? Node(result.Result)?.ToJsonString() ?? "",
        };
        if (names.TryGetValue(result.CallId, out string? name))
            json["name"] = name;
        return json;
    }

    private static JsonNode Tool(AITool tool) => tool is AIFunctionDeclaration function
        ? new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = function.Name,
                ["description"] = function.Description,
                ["parameters"] = Node(function.JsonSchema),
            },
        }
        : throw new GrimoireException($"chat: the tool {tool.Name} is no function; this model can only be told of functions (AIFunction).");

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        JsonElement json => JsonNode.Parse(json.GetRawText()),
        _ => JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())),
    };
}
