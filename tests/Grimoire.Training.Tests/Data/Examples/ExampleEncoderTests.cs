using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data.Examples;

/// <summary>What is learned of each form, prompts as prefixes, and what happens to what is too long.</summary>
public sealed class ExampleEncoderTests
{
    private static readonly Tokenizer Tokenizer = TokenizerTrainer.Train(
        ["user assistant Hello there, how are you? I am fine.\n\nUser:\nAssistant:\n"], new TokenizerOptions { VocabularySize = 300, Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });

    private static ExampleEncoder Encoder(string? format, int context = 256) => new(Tokenizer, format is null ? null : ChatTemplate.BuiltIn(format), context);

    private static string Learned(EncodedExample example) => Tokenizer.Decode([.. example.Ids.Where((_, t) => example.Trained[t])], skipSpecial: false);

    private static string All(EncodedExample example) => Tokenizer.Decode(example.Ids, skipSpecial: false);

    private static CompletionExample Pair(string prompt, string answer) => new(new Passage(prompt), new Passage(answer));

    [Theory]
    [InlineData("chatml", "<|im_start|>user\nHi?<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n", "Hello!<|im_end|>")]
    [InlineData("plain", "User: Hi?\nAssistant: Hello!<|endoftext|>\n", " Hello!<|endoftext|>")]
    [InlineData(null, " Hi? Hello! <|endoftext|>", " Hello! <|endoftext|>")]
    public void Of_an_answer_what_is_said_and_its_end_are_learned(string? format, string all, string learned)
    {
        EncodedExample encoded = Encoder(format).Encode(Pair(" Hi?", " Hello! "));
        Assert.Equal((all, learned), (All(encoded), Learned(encoded)));
        int[] prompt = Encoder(format).EncodePrompt(new PromptExample(new Passage(" Hi?"), []));
        Assert.Equal(prompt, encoded.Ids[..prompt.Length]);
        Assert.Equal(prompt.Length, encoded.PromptLength);
    }

    [Fact]
    public void Of_a_conversation_all_that_the_assistant_says_is_learned_and_of_an_answer_the_answer_only()
    {
        JsonArray messages = JsonNode.Parse("""
            [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]
            """)!.AsArray();
        EncodedExample whole = Encoder("chatml").Encode(new ConversationExample(messages));
        var last = new CompletionExample(new Passage(MessageList.Range(messages, 0, 3)), new Passage(MessageList.Range(messages, 3, 4)));
        EncodedExample answer = Encoder("chatml").Encode(last);
        Assert.Equal(("b<|im_end|>d<|im_end|>", "d<|im_end|>"), (Learned(whole), Learned(answer)));
        Assert.Equal(whole.Ids, answer.Ids);
    }

    [Fact]
    public void Of_text_all_but_the_first_token_is_learned()
    {
        EncodedExample encoded = Encoder("chatml").Encode(new TextExample("Hello there"));
        Assert.Equal("Hello there<|endoftext|>", All(encoded));
        Assert.Equal(encoded.Ids.Length - 1, encoded.TrainedCount);
        Assert.False(encoded.Trained[0]);
    }

    [Fact]
    public void A_pair_shares_its_prompt_and_what_is_cut_of_it()
    {
        var pair = new PreferenceExample(new Passage("How are you? How are you? How are you?"), new Passage("I am fine."), new Passage("I am fine, fine, fine and fine."));
        (EncodedExample chosen, EncodedExample rejected) = Encoder("chatml").EncodePair(pair);
        Assert.Equal(chosen.Ids[..chosen.PromptLength], rejected.Ids[..rejected.PromptLength]);
        Assert.Equal("I am fine, fine, fine and fine.<|im_end|>", Learned(rejected));
        int room = rejected.Ids.Length - 5;
        (EncodedExample shorter, EncodedExample cut) = Encoder("chatml", room).EncodePair(pair);
        Assert.Equal((5, 5, room), (shorter.Cut, cut.Cut, cut.Ids.Length));
        Assert.Equal(chosen.Ids[5..], shorter.Ids);
        Assert.Equal((Learned(chosen), Learned(rejected)), (Learned(shorter), Learned(cut)));
    }

    [Fact]
    public void Too_long_loses_the_begin_of_the_prompt_and_never_of_the_answer()
    {
        EncodedExample whole = Encoder("chatml").Encode(Pair("How are you? How are you?", "I am fine."));
        int learned = whole.Ids.Length - whole.PromptLength; // with the line break after the end of the turn
        for (int context = learned + 1; context <= whole.Ids.Length; context++)
        {
            EncodedExample cut = Encoder("chatml", context).Encode(Pair("How are you? How are you?", "I am fine."));
            Assert.Equal((context, whole.Ids.Length - context), (cut.Ids.Length, cut.Cut));
            Assert.Equal(Learned(whole), Learned(cut)[..Learned(whole).Length]);
        }

        var example = Pair("How are you?", "I am fine.") with { File = "a.jsonl", Line = 7 };
        string message = Assert.Throws<GrimoireException>(() => Encoder("chatml", learned).Encode(example)).Message;
        Assert.StartsWith("a.jsonl, line 7: what is to be learned has ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_counts_what_was_cut_and_dropped()
    {
        EncodedExample whole = Encoder("chatml").Encode(Pair("How are you?", "I am fine."));
        Example[] examples = [Pair("How are you?", "I am fine."), Pair("How are you? How are you?", "I am fine."), Pair("How are you?", string.Concat(Enumerable.Repeat("I am fine. ", 20)))];
        EncodedExamples cut = EncodedExamples.Of(Encoder("chatml", whole.Ids.Length), examples), dropped = EncodedExamples.Of(Encoder("chatml", whole.Ids.Length), examples, LongExamples.Drop);
        Assert.Equal((2, 1, 1), (cut.All.Count, cut.Cut, cut.Dropped));
        Assert.Equal((1, 0, 2), (dropped.All.Count, dropped.Cut, dropped.Dropped));
        Assert.Equal((cut.All.Sum(e => e.Ids.Length), cut.All.Sum(e => e.TrainedCount)), ((int)cut.Tokens, (int)cut.TrainedTokens));
        Assert.Contains("all 1 examples are longer", Assert.Throws<GrimoireException>(() => EncodedExamples.Of(Encoder("chatml", 12), [examples[2]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_divided_so_that_each_token_is_predicted_once()
    {
        var text = new TextExample(string.Join(' ', Enumerable.Range(0, 50)));
        EncodedExample whole = Encoder("chatml", 4096).Encode(text);
        EncodedExamples pieces = EncodedExamples.Of(Encoder("chatml", 16), [text]);
        Assert.Equal(whole.Ids[1..], pieces.All.SelectMany(piece => piece.Ids[1..]));
        Assert.Equal((whole.TrainedCount, 0), ((int)pieces.TrainedTokens, pieces.Dropped));
        Assert.All(pieces.All, piece => Assert.InRange(piece.Ids.Length, 2, 16));
    }

    [Fact]
    public void Refuses_what_cannot_be_taught()
    {
        Assert.Contains("with no token at which this tokenizer stops", Assert.Throws<GrimoireException>(() => Encoder("llama3")).Message, StringComparison.Ordinal);
        var conversation = new ConversationExample(new Passage("a").Then(new Passage("b"))) { File = "a.jsonl", Line = 3 };
        Assert.StartsWith("a.jsonl, line 3: messages need a chat format", Assert.Throws<GrimoireException>(() => Encoder(null).Encode(conversation)).Message, StringComparison.Ordinal);
        var prompt = new PromptExample(new Passage("How are you?"), []) { File = "a.jsonl", Line = 4 };
        Assert.Contains("line 4: the prompt has ", Assert.Throws<GrimoireException>(() => Encoder("chatml", 5).EncodePrompt(prompt)).Message, StringComparison.Ordinal);
        var same = new PreferenceExample(new Passage("a"), new Passage("b"), new Passage(" b"));
        Assert.Contains("are the same tokens", Assert.Throws<GrimoireException>(() => Encoder("chatml").EncodePair(same)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_that_refuses_an_example_is_told_with_its_place()
    {
        var odd = new ConversationExample(JsonNode.Parse("""[{"role": "assistant", "content": "b"}, {"role": "assistant", "content": "c"}]""")!.AsArray()) { File = "a.jsonl", Line = 3 };
        var strict = new ExampleEncoder(Tokenizer, ChatTemplate.Parse(
            "{% if messages[0].role != 'user' %}{{ raise_exception('begin with the user') }}{% endif %}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}"), 256);
        Assert.Contains("line 3", Assert.Throws<GrimoireException>(() => EncodedExamples.Of(strict, [odd, Pair("a", "b")])).Message, StringComparison.Ordinal);
        EncodedExamples rest = EncodedExamples.Of(strict, [odd, Pair("a", "b")], skipBad: true);
        Assert.Equal((1, 1), (rest.All.Count, rest.Skipped));
        Assert.Contains("begin with the user", Assert.Single(rest.Faults), StringComparison.Ordinal);
    }
}
