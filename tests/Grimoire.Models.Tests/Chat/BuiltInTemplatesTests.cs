using System.Text.Json.Nodes;
using Grimoire.Models.Chat;

namespace Grimoire.Models.Tests.Chat;

/// <summary>The formats, letter by letter.</summary>
public sealed class BuiltInTemplatesTests
{
    [Theory]
    [InlineData("chatml", "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\nHi there<|im_end|>\n<|im_start|>user\nHow are you?<|im_end|>\n<|im_start|>assistant\nFine.<|im_end|>\n", "<|im_start|>assistant\n")]
    [InlineData("gemma", "<bos><start_of_turn>user\nBe kind.\n\nHello!<end_of_turn>\n<start_of_turn>model\nHi there<end_of_turn>\n<start_of_turn>user\nHow are you?<end_of_turn>\n<start_of_turn>model\nFine.<end_of_turn>\n", "<start_of_turn>model\n")]
    [InlineData("llama2", "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHello! [/INST] Hi there </s><s>[INST] How are you? [/INST] Fine. </s>", "")]
    [InlineData("llama3", "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHi there<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHow are you?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nFine.<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("mistral", "<s>[INST] Hello![/INST] Hi there</s>[INST] Be kind.\n\nHow are you?[/INST] Fine.</s>", "")]
    [InlineData("phi4", "<|im_start|>system<|im_sep|>Be kind.<|im_end|><|im_start|>user<|im_sep|>Hello!<|im_end|><|im_start|>assistant<|im_sep|>Hi there<|im_end|><|im_start|>user<|im_sep|>How are you?<|im_end|><|im_start|>assistant<|im_sep|>Fine.<|im_end|>", "<|im_start|>assistant<|im_sep|>")]
    [InlineData("plain", "System: Be kind.\nUser: Hello!\nAssistant: Hi there</s>\nUser: How are you?\nAssistant: Fine.</s>\n", "Assistant:")]
    [InlineData("qwen3", "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\nHi there<|im_end|>\n<|im_start|>user\nHow are you?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nFine.<|im_end|>\n", "<|im_start|>assistant\n")]
    public void Writes_a_conversation(string name, string expected, string prompt)
    {
        ChatTemplate template = ChatTemplate.BuiltIn(name);
        JsonObject? tokens = name == "plain" ? new JsonObject { ["eos_token"] = "</s>" } : null;
        Assert.Equal(expected, template.Render(Conversations.Greeting, variables: tokens));
        Assert.Equal(expected + prompt, template.Render(Conversations.Greeting, addGenerationPrompt: true, variables: tokens));
    }

    [Fact]
    public void Phi3_ends_what_it_does_not_continue()
    {
        ChatTemplate template = ChatTemplate.BuiltIn("phi3");
        Assert.Equal("<|user|>\nHello!<|end|>\n<|assistant|>\n", template.Render(Conversations.Of(("user", "Hello!")), addGenerationPrompt: true));
        Assert.Equal("<|user|>\nHello!<|end|>\n<|assistant|>\nHi<|end|>\n<|endoftext|>", template.Render(Conversations.Of(("user", "Hello!"), ("assistant", "Hi"))));
    }

    [Fact]
    public void Qwen3_writes_tools_calls_results_and_thoughts()
    {
        JsonArray tools = JsonNode.Parse("""[{"type": "function", "function": {"name": "now", "description": "The hour.", "parameters": {"type": "object", "properties": {}}}}]""")!.AsArray();
        JsonArray messages = JsonNode.Parse("""
            [{"role": "user", "content": "What hour?"},
             {"role": "assistant", "content": "", "reasoning_content": "I should look.", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "now", "arguments": {"zone": "Zürich", "exact": true}}}]},
             {"role": "tool", "content": "9:05"}, {"role": "tool", "content": "sharp"}]
            """)!.AsArray();
        Assert.Equal(
            """
            <|im_start|>system
            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type": "function", "function": {"name": "now", "description": "The hour.", "parameters": {"type": "object", "properties": {}}}}
            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call><|im_end|>
            <|im_start|>user
            What hour?<|im_end|>
            <|im_start|>assistant
            <think>
            I should look.
            </think>

            <tool_call>
            {"name": "now", "arguments": {"zone": "Zürich", "exact": true}}
            </tool_call><|im_end|>
            <|im_start|>user
            <tool_response>
            9:05
            </tool_response>
            <tool_response>
            sharp
            </tool_response><|im_end|>
            <|im_start|>assistant
            <think>

            </think>


            """.ReplaceLineEndings("\n"),
            ChatTemplate.BuiltIn("qwen3").Render(messages, tools, addGenerationPrompt: true, new JsonObject { ["enable_thinking"] = false }));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        Assert.Equal(["chatml", "gemma", "llama2", "llama3", "mistral", "phi3", "phi4", "plain", "qwen3"], ChatTemplate.BuiltInNames);
        Assert.Contains("chatml, gemma", Assert.Throws<GrimoireException>(() => ChatTemplate.BuiltIn("word")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("gemma")]
    [InlineData("mistral")]
    public void Turns_out_of_turn_are_refused_in_the_template_s_words(string name) => Assert.Contains(
        "must take turns",
        Assert.Throws<GrimoireException>(() => ChatTemplate.BuiltIn(name).Render(Conversations.Of(("user", "a"), ("user", "b")))).Message,
        StringComparison.Ordinal);
}
