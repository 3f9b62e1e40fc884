using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;

namespace Grimoire.Cli.Tests;

public sealed class ChatCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>
{
    [Fact]
    public void A_prompt_is_answered_in_plain_text()
    {
        Outcome once = Outcome.Of(talking.Chat("--prompt", "Hello")).AssertSucceeded();
        Assert.NotEqual("", once.Output.Trim());
        Assert.Equal("", once.Error);
        Assert.DoesNotContain('\u001b', once.Output);
        Assert.Equal(once, Outcome.WithInput("Hello\n", talking.Chat("--prompt", "-")));
        Assert.Equal(once, Outcome.WithInput("Hello\n", talking.Chat()));
    }

    [Fact]
    public void Turns_make_a_conversation()
    {
        string both = Outcome.WithInput("Hello\nAgain\n", talking.Chat()).AssertSucceeded().Output;
        string first = Outcome.WithInput("Hello\n", talking.Chat()).AssertSucceeded().Output;
        string alone = Outcome.WithInput("Again\n", talking.Chat()).AssertSucceeded().Output;
        Assert.StartsWith(first, both, StringComparison.Ordinal);
        Assert.NotEqual(first + alone, both);
        string afresh = Outcome.WithInput("Hello\n/reset\nAgain\n", talking.Chat()).AssertSucceeded().Output;
        Assert.Equal(first + "The conversation is forgotten.\n" + alone, afresh);
    }

    [Fact]
    public void Lines_that_belong_together_are_one_turn()
    {
        string one = Outcome.Of(talking.Chat("--prompt", "One\nTwo")).AssertSucceeded().Output;
        Assert.Equal(one, Outcome.WithInput("One\\\nTwo\n", talking.Chat()).AssertSucceeded().Output);
        Assert.Equal(one, Outcome.WithInput("\"\"\"\nOne\nTwo\n\"\"\"\n", talking.Chat()).AssertSucceeded().Output);
        Assert.Equal(one, Outcome.WithInput("\"\"\"One\nTwo\"\"\"\n", talking.Chat()).AssertSucceeded().Output);
        Assert.Equal(Outcome.Of(talking.Chat("--prompt", "/reset")).AssertSucceeded().Output, Outcome.WithInput("\"\"\"/reset\"\"\"\n", talking.Chat()).AssertSucceeded().Output);
        Assert.Equal(Outcome.Of(talking.Chat("--prompt", "One")).AssertSucceeded().Output, Outcome.WithInput("\"\"\"One\"\"\"\n", talking.Chat()).AssertSucceeded().Output);
    }

    [Fact]
    public void Another_answer_is_another_answer()
    {
        string[] answers = Outcome.WithInput("Hello\n/regen\n", talking.Chat()).AssertSucceeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, answers.Length);
        Assert.NotEqual(answers[0], answers[1]);
        Assert.Equal(answers[1] + "\n", Outcome.Of(talking.Chat("--prompt", "Hello", "--seed", "1")).AssertSucceeded().Output);
    }

    [Fact]
    public void The_system_may_speak_first_or_later()
    {
        string told = Outcome.Of(talking.Chat("--system", "Be brief.", "--prompt", "Hello")).AssertSucceeded().Output;
        Assert.NotEqual(told, Outcome.Of(talking.Chat("--prompt", "Hello")).AssertSucceeded().Output);
        Assert.Equal("The model was told nothing.\nBe brief.\n" + told, Outcome.WithInput("/system\n/system Be brief.\n/system\nHello\n", talking.Chat()).AssertSucceeded().Output);
    }

    [Fact]
    public void A_conversation_is_saved_as_training_data_and_taken_up_again()
    {
        using var scratch = new Scratch();
        string path = scratch["talk.jsonl"];
        string first = Outcome.WithInput($"Hello\n/save {path}\n", talking.Chat("--system", "Be brief.")).AssertSucceeded().Output;
        JsonNode[] messages = [.. JsonNode.Parse(File.ReadAllText(path))!["messages"]!.AsArray()!];
        Assert.Equal(["system", "user", "assistant"], messages.Select(message => (string?)message["role"]));
        Assert.Equal(["Be brief.", "Hello", first.Split('\n')[0]], messages.Select(message => (string?)message["content"]));
        string later = Outcome.WithInput($"/load {path}\nAgain\n/tokens\n", talking.Chat()).AssertSucceeded().Output;
        string atOnce = Outcome.WithInput("Hello\nAgain\n/tokens\n", talking.Chat("--system", "Be brief.")).AssertSucceeded().Output;
        Assert.Equal(atOnce.Split('\n')[1..], later.Split('\n')[1..]);
        Assert.Contains("4 messages, ", later, StringComparison.Ordinal);
        Assert.Contains(" of 200 tokens of context.", later, StringComparison.Ordinal);
        Outcome.WithInput($"/load {path}\nAgain\n/save {path}\n", talking.Chat()).AssertSucceeded();
        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public void Surprise_is_marked_with_bits()
    {
        string plain = Outcome.Of(talking.Chat("--prompt", "Hello")).AssertSucceeded().Output;
        Outcome marked = Outcome.WithInput("Hello\n", talking.Chat("--surprise"));
        Assert.Matches("‹[0-9]+›", marked.Output);
        Assert.Equal(plain, System.Text.RegularExpressions.Regex.Replace(marked.Output, "‹[0-9]+›", ""));
        Assert.Contains("bit", marked.Error + "bit", StringComparison.Ordinal);
        Assert.Contains("surprise", marked.Error, StringComparison.Ordinal);
        var coloured = new StringWriter();
        Assert.Equal(0, Tool.Run(talking.Chat("--surprise"), new Terminal(coloured, new StringWriter(), new StringReader("Hello\n"), live: true, colour: true)));
        Assert.Contains("\u001b[38;5;", coloured.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("‹", coloured.ToString(), StringComparison.Ordinal);
        Assert.Contains("surprise in bits", coloured.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_is_told_more_and_mistakes_end_nothing()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error, new StringReader("/regenn\nHello\n\n/help\n/load nowhere.jsonl\n/exit\nnever read\n")) { Asks = true };
        Assert.Equal(0, Tool.Run(talking.Chat(), terminal));
        Assert.Contains("There is no command /regenn; did you mean /regen?", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("nowhere.jsonl: there is no such file.", error.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"12 tokens, .* a second; \d+ of 200 tokens of context used", output.ToString());
        foreach (string command in (string[])["/system [TEXT]", "/reset", "/regen", "/save FILE", "/load FILE", "/tokens", "/help", "/exit"])
            Assert.Contains(command, output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("never read", output.ToString() + error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_context_says_what_to_do()
    {
        Outcome full = Outcome.Of(talking.Chat("--prompt", "Hello", "--max-tokens", "none")).AssertSucceeded();
        Assert.Contains("context of 200 tokens is full", full.Error, StringComparison.Ordinal);
        Outcome.Of(talking.Chat("--prompt", new string('a', 300))).AssertRefused(Tool.Failed, "context is 200", "shorten it");
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error, new StringReader($"{new string('a', 300)}\nHello\n/tokens\n")) { Asks = true };
        Assert.Equal(0, Tool.Run(talking.Chat(), terminal));
        Assert.Contains("context is 200; /reset begins anew", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 messages", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_interruption_stops_the_answer_and_the_next_the_program()
    {
        using var signal = new StopSignal(TextWriter.Null);
        var (output, error) = (new Interrupting(signal, afterWrites: 3), new StringWriter());
        string[] command = talking.Chat("--max-tokens", "100");
        Assert.Equal(0, Tool.Run(command, new Terminal(output, error, new StringReader("Hello\n/tokens\nAgain\n"), signal: signal)));
        Assert.Contains(" …\n2 messages", output.ToString(), StringComparison.Ordinal);
        Assert.True(output.ToString().Split('\n')[2].Length > 90, output.ToString());

        using var twice = new StopSignal(TextWriter.Null);
        var ended = new Interrupting(twice, afterWrites: 3, times: 2);
        Assert.Equal(Tool.Stopped, Tool.Run(command, new Terminal(ended, error, new StringReader("Hello\n/tokens\n"), signal: twice)));
        Assert.DoesNotContain("messages", ended.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_GGUF_file_talks_like_the_folder_it_was_made_from()
    {
        using var scratch = new Scratch();
        LanguageModel model = LanguageModel.Load(talking.Model);
        model.SaveGguf(scratch["same.gguf"]);
        string expected = Outcome.Of(talking.Chat("--prompt", "Hello")).AssertSucceeded().Output;
        string[] rest = talking.Chat("--prompt", "Hello")[2..];
        Assert.Equal(expected, Outcome.Of(["chat", scratch["same.gguf"], .. rest]).AssertSucceeded().Output);
        Assert.Equal(
            Outcome.Of("generate", talking.Model, "--prompt", "Hello", "--max-tokens", "9").AssertSucceeded().Output,
            Outcome.Of("generate", scratch["same.gguf"], "--prompt", "Hello", "--max-tokens", "9").AssertSucceeded().Output);
        Assert.Contains(
            "1.000   1.000", Outcome.Of("embed", scratch["same.gguf"], "Hello", "Hello", "--similarity").AssertSucceeded().Output, StringComparison.Ordinal);
        var withTemplate = model with { ChatTemplate = ChatTemplate.Parse(File.ReadAllText(talking.Template)) };
        withTemplate.SaveGguf(scratch["own.gguf"], DType.F16);
        Outcome own = Outcome.Of("chat", scratch["own.gguf"], "--prompt", "Hello", "--max-tokens", "12").AssertSucceeded();
        Assert.Equal(12 + 1, own.Output.Length);
    }

    [Fact]
    public void An_encoder_does_not_talk()
    {
        using var scratch = new Scratch();
        LanguageModel model = LanguageModel.Load(talking.Model);
        ModelConfig config = model.Config with
        {
            Family = "bert",
            Norm = NormKind.Layer,
            NormPlacement = NormPlacement.Post,
            EmbeddingNorm = true,
            TokenTypes = 2,
            Positions = PositionKind.Learned,
            Activation = Activation.Gelu,
            Gated = false,
            QueryKeyValueBias = true,
            OutputBias = true,
            FeedForwardBias = true,
            Causal = false,
            Head = false,
        };
        ModelFolder.Save(scratch["encoder"], new Transformer(config, Initialization.Random(config, seed: 1)));
        model.Tokenizer.Save(scratch["encoder"]);
        Outcome.Of("embed", scratch["encoder"], "Hello").AssertSucceeded();
        Outcome.Of("chat", scratch["encoder"], "--prompt", "Hello").AssertRefused(Tool.Failed, scratch["encoder"], "encoder", "grimoire embed");
        Outcome.Of("generate", scratch["encoder"], "--prompt", "Hello").AssertRefused(Tool.Failed, "encoder");
    }

    [Fact]
    public void What_cannot_be_is_refused_in_a_sentence()
    {
        using var scratch = new Scratch();
        Outcome.Of("chat").AssertRefused(Tool.WrongUsage, "MODEL");
        Outcome.Of("chat", "no-such-model").AssertRefused(Tool.Failed, "no-such-model");
        Outcome.Of("chat", talking.Model, "--prompt", "Hello").AssertRefused(Tool.Failed, talking.Model, "no chat template", "--template", "chatml");
        Outcome.Of("chat", talking.Model, "--template", "no-such-template").AssertRefused(Tool.Failed, "no-such-template", "chatml");
        Outcome.Of("chat", talking.Model, "--template", scratch.Write("broken.jinja", "{% for %}")).AssertRefused(Tool.Failed, "broken.jinja");
        Outcome.Of(talking.Chat()).AssertRefused(Tool.Failed, "standard input is empty");
        Outcome.Of(talking.Chat("--prompt", " ")).AssertRefused(Tool.Failed, "--prompt is empty");
        Outcome.Of(talking.Chat("--prompt", "-")).AssertRefused(Tool.Failed, "standard input is empty");
        Outcome.WithInput("/regen\n", talking.Chat()).AssertRefused(Tool.Failed, "no answer yet");
        Outcome greedy = Outcome.WithInput("Hello\n/regen\n", talking.Chat("--temperature", "0"));
        greedy.AssertRefused(Tool.Failed, "the same", "--temperature");
        Outcome.WithInput("/save\n", talking.Chat()).AssertRefused(Tool.Failed, "/save", "file");
        Outcome.WithInput("/bogus\n", talking.Chat()).AssertRefused(Tool.Failed, "/bogus", "/help");
        Outcome.WithInput($"/load {scratch.Write("other.jsonl", "{\"text\": \"x\"}")}\n", talking.Chat()).AssertRefused(Tool.Failed, "other.jsonl", "messages");
        Outcome.WithInput($"/load {scratch.Write("broken.jsonl", "{")}\n", talking.Chat()).AssertRefused(Tool.Failed, "broken.jsonl", "messages");
        Outcome.WithInput($"/save {scratch.Write("mine.txt", "my novel")}\n", talking.Chat()).AssertRefused(Tool.Failed, "mine.txt", "another name");
        Assert.Equal("my novel", File.ReadAllText(scratch["mine.txt"]));
        Outcome.Of(talking.Chat("--temperature", "-1", "--prompt", "x")).AssertRefused(Tool.WrongUsage, "temperature");
        Outcome.Of(talking.Chat("--stop", "", "--prompt", "x")).AssertRefused(Tool.Failed, "stop string is empty");
    }

    /// <summary>Text that presses Ctrl-C when an answer has come so far.</summary>
    private sealed class Interrupting(StopSignal signal, int afterWrites, int times = 1) : StringWriter
    {
        private int writes;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value)
        {
            base.Write(value);
            if (++writes == afterWrites)
            {
                for (int i = 0; i < times; i++)
                    Assert.True(signal.Interrupt());
            }
        }
    }
}
