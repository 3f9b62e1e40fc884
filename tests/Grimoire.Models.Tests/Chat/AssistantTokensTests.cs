using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Models.Tests.Tokenizers;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Chat;

/// <summary>Which tokens are the assistant's, and that nobody writes special tokens but the template.</summary>
public sealed class AssistantTokensTests
{
    [Theory]
    [InlineData("chatml", "Hi there<|im_end|>", "Fine.<|im_end|>")]
    [InlineData("gemma", "Hi there<end_of_turn>", "Fine.<end_of_turn>")]
    [InlineData("llama2", " Hi there </s>", " Fine. </s>")]
    [InlineData("llama3", "Hi there<|eot_id|>", "Fine.<|eot_id|>")]
    [InlineData("mistral", " Hi there</s>", " Fine.</s>")] // the system message moves from turn to turn
    [InlineData("phi3", "Hi there<|end|>", "Fine.<|end|>")]
    [InlineData("phi4", "Hi there<|im_end|>", "Fine.<|im_end|>")]
    [InlineData("plain", " Hi there</s>", " Fine.</s>")]
    [InlineData("qwen3", "Hi there<|im_end|>", "<think>\n\n</think>\n\nFine.<|im_end|>")] // thoughts are taken out of earlier turns
    public void Marks_what_follows_the_prompt_up_to_the_end_of_the_turn(string name, params string[] expected)
    {
        ChatTemplate template = ChatTemplate.BuiltIn(name);
        (int[] ids, bool[] assistant) = template.Encode(Conversations.Tokenizer, Conversations.Greeting);
        Assert.Equal(expected, Conversations.Assistants((ids, assistant)));
        Assert.Equal(ids, Conversations.Tokenizer.Encode(Conversations.Tokenizer.Decode(ids, skipSpecial: false), parseSpecial: true));
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData("llama3")]
    [InlineData("phi4")]
    public void Blocks_of_generation_mark_the_same(string name)
    {
        string source = ChatTemplate.BuiltIn(name).Source;
        string marked = source.Replace("message.content", "' ' }}{%- generation %}{{- message.content", StringComparison.Ordinal);
        Assert.NotEqual(source, marked);
        string end = name == "llama3" ? "'<|eot_id|>'" : name == "phi4" ? "'<|im_end|>'" : "'<|im_end|>\\n'";
        marked = marked.Replace($"{end} }}}}", $"{end.Replace("\\n", "", StringComparison.Ordinal)} }}}}{{%- endgeneration %}}{(name == "chatml" ? "{{- '\\n' }}" : "")}", StringComparison.Ordinal);
        string[] all = Conversations.Assistants(ChatTemplate.Parse(marked).Encode(Conversations.Tokenizer, Conversations.Greeting));
        Assert.Equal(5, all.Length); // this template marks every message
        string[] found = Conversations.Assistants(ChatTemplate.BuiltIn(name).Encode(Conversations.Tokenizer, Conversations.Greeting));
        Assert.Equal(found, new[] { all[2], all[4] });
    }

    [Fact]
    public void Calls_and_thoughts_are_the_assistant_s_and_results_are_not()
    {
        JsonArray messages = JsonNode.Parse("""
            [{"role": "user", "content": "Hour?"},
             {"role": "assistant", "content": "", "reasoning_content": "Look.", "tool_calls": [{"function": {"name": "now", "arguments": {"n": 1}}}]},
             {"role": "tool", "content": "9:05"}, {"role": "assistant", "content": "Nine."}]
            """)!.AsArray();
        Assert.Equal(
            ["<think>\nLook.\n</think>\n\n<tool_call>\n{\"name\": \"now\", \"arguments\": {\"n\": 1}}\n</tool_call><|im_end|>", "<think>\n\n</think>\n\nNine.<|im_end|>"],
            Conversations.Assistants(ChatTemplate.BuiltIn("qwen3").Encode(Conversations.Tokenizer, messages)));
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("gemma")]
    [InlineData("phi3")]
    public void A_message_cannot_write_special_tokens(string name)
    {
        Tokenizer tokenizer = Conversations.Tokenizer;
        string forged = string.Concat(tokenizer.AddedTokens.Select(token => token.Content));
        ChatTemplate template = ChatTemplate.BuiltIn(name);
        int[] honest = template.EncodePrompt(tokenizer, Conversations.Of(("user", "Hello!"), ("assistant", "Hi"), ("user", "x")));
        int[] ids = template.EncodePrompt(tokenizer, Conversations.Of(("user", forged), ("assistant", forged + "Hi"), ("user", forged)));
        Assert.Equal(honest.Where(tokenizer.IsSpecial), ids.Where(tokenizer.IsSpecial));
        Assert.Contains(forged, tokenizer.Decode(ids, skipSpecial: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_begins_once()
    {
        Tokenizer tokenizer = Conversations.Tokenizer;
        int[] ids = ChatTemplate.BuiltIn("mistral").EncodePrompt(tokenizer, Conversations.Of(("user", "Hello!")));
        Assert.Equal(tokenizer.Id("<s>"), ids[0]);
        Assert.DoesNotContain(ids[0], ids[1..]);
    }

    [Fact]
    public void A_template_that_hides_what_the_assistant_says_is_refused()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.content if m.role == 'user' else '...' }}</s>{% endfor %}");
        Assert.Contains("leaves out what it says in message 3", Assert.Throws<GrimoireException>(() => template.Encode(Conversations.Tokenizer, Conversations.Greeting)).Message, StringComparison.Ordinal);
        var torn = ChatTemplate.Parse("{{ messages[2].content[:2] }}{{ messages[1].content }}{{ messages[2].content[2:] }}");
        Assert.Contains("puts another message into", Assert.Throws<GrimoireException>(() => torn.Encode(Conversations.Tokenizer, Conversations.Greeting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_are_those_of_the_whole_text_in_published_vocabularies()
    {
        Tokenizer qwen = Vocabularies.Load("qwen2");
        ChatTemplate template = ChatTemplate.BuiltIn("chatml");
        JsonArray messages = Conversations.Of(("user", "\n\nWhat?\n"), ("assistant", "\n\nFine é 𝄞 "), ("user", " and "), ("assistant", "e\u0301 done"));
        (int[] ids, bool[] assistant) = template.Encode(qwen, messages);
        int end = qwen.Id("<|im_end|>")!.Value;
        Assert.Equal(2, ids.Zip(assistant).Count(pair => pair.First == end && pair.Second));
        JsonArray plain = Conversations.Of(("user", "\n\nWhat?\n"), ("assistant", "Fine é 𝄞 "));
        Assert.Equal(qwen.Encode(template.Render(plain), parseSpecial: true), template.Encode(qwen, plain).Ids);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_prompt_s_ids_are_what_the_conversation_s_begin_with(string name)
    {
        ChatTemplate template = ChatTemplate.BuiltIn(name);
        string[] answers = ["Hi there", "\n\nFine é 𝄞 ", " \n x", "assistant\n"];
        foreach (Tokenizer tokenizer in new[] { Conversations.Tokenizer, Vocabularies.Load("qwen2"), Vocabularies.Load("stories260K") })
        {
            if (name == "plain" && tokenizer.EndOfText is null)
                continue;
            foreach (string answer in answers)
            {
                JsonArray messages = Conversations.Of(("user", "Hello!\n"), ("assistant", answer), ("user", "\nAnd?"), ("assistant", answer));
                (int[] whole, bool[] assistant) = template.Encode(tokenizer, messages);
                foreach (int turn in new[] { 1, 3 })
                {
                    int[] prompt = template.EncodePrompt(tokenizer, [.. messages.Take(turn).Select(m => m!.DeepClone())]);
                    Assert.Equal(prompt, whole[..prompt.Length]);
                    Assert.True(assistant[prompt.Length]);
                    Assert.False(assistant[prompt.Length - 1]);
                }
            }
        }
    }

    public static TheoryData<string> Formats => [.. ChatTemplate.BuiltInNames];

    [Theory]
    [InlineData("chatml")]
    [InlineData("llama2")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    [InlineData("plain")]
    public void A_long_conversation_is_marked_at_a_linear_price(string name)
    {
        ChatTemplate template = ChatTemplate.BuiltIn(name);
        Marked(template, turns: 10);
        long quarter = Marked(template, turns: 250), whole = Marked(template, turns: 1000);
        // Rendered anew for each turn it would be sixteen times as much.
        Assert.InRange(whole, 1, 8 * quarter);
    }

    /// <summary>Has a conversation marked, and tells the bytes that it took.</summary>
    private static long Marked(ChatTemplate template, int turns)
    {
        JsonArray messages = Conversations.Of([.. Enumerable.Range(0, turns).SelectMany(i => new[] { ("user", $"Say {i}."), ("assistant", $"It is {i}.") })]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        (int[] ids, bool[] assistant) = template.Encode(Conversations.Tokenizer, messages);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        string[] answers = Conversations.Assistants((ids, assistant));
        Assert.Equal(turns, answers.Length);
        Assert.All(answers.Select((answer, i) => (answer, i)), pair => Assert.Contains($"It is {pair.i}.", pair.answer, StringComparison.Ordinal));
        return bytes;
    }
}
