using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Grimoire.Models.Tests.Conversation;

public sealed class ChatMessagesTests
{
    [Fact]
    public void A_conversation_with_a_call_is_what_templates_read()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Rain?") { AuthorName = "Ada" },
            new(ChatRole.Assistant,
            [
                new TextReasoningContent("I must look."), new TextContent("A "), new TextContent("moment."),
                new FunctionCallContent("call00000", "weather", new Dictionary<string, object?> { ["city"] = "Ulm", ["days"] = 2, ["deep"] = new JsonObject { ["x"] = null } }),
                new FunctionCallContent("call00001", "time"),
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("call00000", new Dictionary<string, object?> { ["rain"] = true }), new FunctionResultContent("call00001", "noon")]),
            new(ChatRole.Tool, [new FunctionResultContent("other", null) { Exception = new InvalidOperationException("no such town") }]),
        ];
        AssertJson("""
            [
              {"role": "system", "content": "Be brief."},
              {"role": "user", "content": "Rain?", "name": "Ada"},
              {"role": "assistant", "content": "A moment.", "reasoning_content": "I must look.", "tool_calls": [
                {"id": "call00000", "type": "function", "function": {"name": "weather", "arguments": {"city": "Ulm", "days": 2, "deep": {"x": null}}}},
                {"id": "call00001", "type": "function", "function": {"name": "time", "arguments": {}}}]},
              {"role": "tool", "tool_call_id": "call00000", "content": "{\"rain\":true}", "name": "weather"},
              {"role": "tool", "tool_call_id": "call00001", "content": "noon", "name": "time"},
              {"role": "tool", "tool_call_id": "other", "content": "Error: no such town"}
            ]
            """, ChatMessages.ToJson(messages, "Be brief."));
    }

    [Fact]
    public void Tools_come_with_their_schema()
    {
        AIFunction weather = AIFunctionFactory.Create((string city, int days = 1) => "rain", "weather", "Tells the weather.");
        JsonNode function = Assert.Single(ChatMessages.ToJson([weather])!)!["function"]!;
        Assert.Equal(("weather", "Tells the weather."), ((string?)function["name"], (string?)function["description"]));
        Assert.Equal("string", (string?)function["parameters"]!["properties"]!["city"]!["type"]);
        Assert.Equal("city", (string?)Assert.Single(function["parameters"]!["required"]!.AsArray()));
        Assert.Null(ChatMessages.ToJson(tools: null));
        Assert.Null(ChatMessages.ToJson([]));
    }

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
