using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Microsoft.Extensions.AI;

namespace Grimoire.Models.Tests.Conversation;

/// <summary>What a template writes for an assistant's turn is read back as that turn: calls, thoughts and text.</summary>
public sealed class ToolTurnsTests
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create((string city, int days) => "rain", "weather", "Tells the weather.");

    // Calls as Llama 3.1 and Mistral are told to write them; what is around them is shortened.
    private const string LlamaLike = """
        {%- for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' }}
        {%- if m.tool_calls %}{%- set call = m.tool_calls[0].function %}{{ '{"name": "' + call.name + '", "parameters": ' }}{{ call.arguments | tojson }}{{ '}' }}
        {%- else %}{% if loop.first and tools %}{{ tools | tojson }}{% endif %}{{ m.content }}{% endif %}{{ '<|eot_id|>' }}{% endfor -%}
        {% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    private const string MistralLike = """
        {%- for m in messages %}{% if m.role == 'user' %}{% if tools %}{{ '[AVAILABLE_TOOLS] ' + tools | tojson + '[/AVAILABLE_TOOLS]' }}{% endif %}{{ '[INST] ' + m.content + '[/INST]' }}
        {%- elif m.tool_calls %}{{ '[TOOL_CALLS] [' }}{% for call in m.tool_calls %}{% if call.id | length != 9 %}{{ raise_exception('nine letters') }}{% endif -%}
        {{ '{"name": "' + call.function.name + '", "arguments": ' }}{{ call.function.arguments | tojson }}{{ ', "id": "' + call.id + '"}' }}{{ ', ' if not loop.last }}{% endfor %}{{ ']</s>' }}
        {%- elif m.role == 'tool' %}{{ '[TOOL_RESULTS] {"content": ' + m.content + ', "call_id": "' + m.tool_call_id + '"}[/TOOL_RESULTS]' }}
        {%- else %}{{ ' ' + m.content + '</s>' }}{% endif %}{% endfor -%}
        """;

    public static TheoryData<string, string> Formats => new()
    {
        { ChatTemplate.BuiltIn("qwen3").Source, "<|im_end|>" }, { LlamaLike, "<|eot_id|>" }, { MistralLike, "</s>" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_call_is_read_as_it_is_written(string format, string end)
    {
        ChatTemplate template = ChatTemplate.Parse(format);
        JsonArray? tools = ChatMessages.ToJson([Weather]);
        var call = new FunctionCallContent("call00000", "weather", new Dictionary<string, object?> { ["city"] = "Ulm \"on\" Danube", ["days"] = 3 });
        ChatMessage[] conversation = [new(ChatRole.User, "Rain?"), new(ChatRole.Assistant, [call])];
        string prompt = template.Render(ChatMessages.ToJson(conversation[..1]), tools, addGenerationPrompt: true);
        string whole = template.Render(ChatMessages.ToJson(conversation), tools, addGenerationPrompt: false);
        Assert.StartsWith(prompt, whole, StringComparison.Ordinal);
        string turn = whole[prompt.Length..].TrimEnd()[..^end.Length];
        var reader = new AnswerReader(new HashSet<string> { "weather" });
        AIContent[] contents = [.. turn.SelectMany(letter => reader.Append(letter.ToString()).ToArray()), .. reader.Flush()];
        FunctionCallContent read = Assert.IsType<FunctionCallContent>(contents.Last());
        Assert.All(contents.SkipLast(1), content => Assert.IsType<TextReasoningContent>(content));
        Assert.Equal(("call00000", "weather"), (read.CallId, read.Name));
        Assert.Equal(("Ulm \"on\" Danube", 3), (((JsonElement)read.Arguments!["city"]!).GetString(), ((JsonElement)read.Arguments["days"]!).GetInt32()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_result_goes_back_to_the_model(string format, string end)
    {
        var call = new FunctionCallContent("call00000", "weather", new Dictionary<string, object?> { ["city"] = "Ulm" });
        ChatMessage[] conversation =
        [
            new(ChatRole.User, "Rain?"), new(ChatRole.Assistant, [call]), new(ChatRole.Tool, [new FunctionResultContent("call00000", "a drizzle")]),
        ];
        string text = ChatTemplate.Parse(format).Render(ChatMessages.ToJson(conversation), ChatMessages.ToJson([Weather]), addGenerationPrompt: true);
        Assert.Contains("a drizzle", text, StringComparison.Ordinal);
        Assert.Contains("Tells the weather.", text, StringComparison.Ordinal);
        Assert.Contains(end, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Thinking_can_be_switched_off_where_the_template_knows_it()
    {
        ChatTemplate qwen = ChatTemplate.BuiltIn("qwen3");
        JsonArray conversation = ChatMessages.ToJson([new ChatMessage(ChatRole.User, "Well?")]);
        ChatRequest off = ChatRequest.Of(new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.None } }, new GenerationOptions(), "m");
        ChatRequest on = ChatRequest.Of(new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.High } }, new GenerationOptions(), "m");
        Assert.Contains("</think>", qwen.Render(conversation, addGenerationPrompt: true, variables: off.Variables), StringComparison.Ordinal);
        Assert.DoesNotContain("</think>", qwen.Render(conversation, addGenerationPrompt: true, variables: on.Variables), StringComparison.Ordinal);
    }
}
