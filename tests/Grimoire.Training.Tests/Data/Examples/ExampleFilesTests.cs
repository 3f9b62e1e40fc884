using System.IO.Compression;
using System.Text;
using Grimoire.Tests;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data.Examples;

/// <summary>Every form of row, every file ending, and what is wrong with bad rows, at the line where it is wrong.</summary>
public sealed class ExampleFilesTests : IDisposable
{
    private const ExampleKinds Learnable = ExampleKinds.Text | ExampleKinds.Completion | ExampleKinds.Conversation;
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Reads_what_is_learned_by_imitation()
    {
        IReadOnlyList<Example> examples = Read(
            Learnable,
            """{"text": "Once upon a time."}""",
            """{"prompt": "Hi", "completion": "Hello", "skill": "Greet"}""",
            """{"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Hello"}]}""",
            """{"messages": [{"role": "system", "content": ""}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "tools": "[{\"name\": \"now\"}]"}""",
            """{"instruction": "Add.", "input": "1 2", "output": "3"}""",
            """{"instruction": "Rhyme.", "input": "", "output": "Thyme."}""",
            """{"question": "1 + 1?", "answer": "2 #### 2"}""").Examples;
        Assert.Equal("Once upon a time.", Assert.IsType<TextExample>(examples[0]).Text);
        Assert.Equal(("Hi", "Hello"), Texts(examples[1]));
        Assert.Equal("user", Assert.IsType<CompletionExample>(examples[2]).Prompt.Messages![0]!["role"]!.ToString());
        var conversation = Assert.IsType<ConversationExample>(examples[3]);
        Assert.Equal((3, "now"), (conversation.Messages.Count, conversation.Tools![0]!["name"]!.ToString()));
        Assert.Equal(("Add.\n\n1 2", "3"), Texts(examples[4]));
        Assert.Equal(("Rhyme.", "Thyme."), Texts(examples[5]));
        Assert.Equal(("1 + 1?", "2 #### 2"), Texts(examples[6]));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], examples.Select(example => example.Line));
    }

    [Fact]
    public void Reads_preferences_with_and_without_a_prompt()
    {
        IReadOnlyList<Example> pairs = Read(
            ExampleKinds.Preference | ExampleKinds.Labelled,
            """{"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"}""",
            """{"chosen": "\n\nHuman: A pen?\n\nAssistant: Yes.\n\nHuman: Two?\n\nAssistant: Of course.", "rejected": "\n\nHuman: A pen?\n\nAssistant: Yes.\n\nHuman: Two?\n\nAssistant: No!"}""",
            """{"chosen": "The sky is blue.", "rejected": "The sky is bluish green."}""",
            """{"prompt": "Hi", "chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "b"}]}""",
            """{"prompt": "Hi", "completion": "Hello", "label": true}""").Examples;
        Assert.Equal(("Hi", "Hello", "Go away"), Sides(pairs[0]));
        var human = Assert.IsType<PreferenceExample>(pairs[1]);
        Assert.Equal(["user:A pen?", "assistant:Yes.", "user:Two?"], human.Prompt.Messages!.Select(m => $"{m!["role"]}:{m["content"]}"));
        Assert.Equal(("Two?", "Of course.", "No!"), Sides(pairs[1]));
        Assert.Equal(("The sky is", " blue.", " bluish green."), Sides(pairs[2]));
        Assert.Equal(("Hi", "a", "b"), Sides(pairs[3]));
        Assert.True(Assert.IsType<LabelledExample>(pairs[4]).Label);
    }

    [Fact]
    public void Reads_prompts_with_whatever_else_there_is()
    {
        Example[] prompts = [.. Read(
            ExampleKinds.Prompt,
            """{"prompt": "Hi", "completion": "Hello", "exercise": "1/sums/test/7"}""",
            """{"question": "1 + 1?", "answer": "2"}""",
            """{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "skill": "Greet"}""").Examples];
        Assert.Equal("Hello 1/sums/test/7", $"{Columns(0)["completion"]} {Columns(0)["exercise"]}");
        Assert.Equal("2", Columns(1)["answer"]!.ToString());
        Assert.Equal("Hi", ((PromptExample)prompts[2]).Prompt.ToString());
        Assert.Equal("Hello Greet", $"{Columns(2)["completion"]} {Columns(2)["skill"]}");

        System.Text.Json.Nodes.JsonObject Columns(int i) => ((PromptExample)prompts[i]).Columns;
    }

    [Fact]
    public void Reads_lines_arrays_and_gzip_alike()
    {
        string[] rows = ["""{"prompt": "a", "completion": "b"}""", """{"prompt": "ä", "completion": "日本"}"""];
        string lines = scratch.Write("a.jsonl", "\uFEFF" + string.Join("\r\n", rows) + "\n\n");
        string array = scratch.Write("a.json", $"[\n  {rows[0]},\n\n  {rows[1]}\n]\n");
        string zipped = scratch.Write("a.jsonl.gz", Zip(string.Join('\n', rows)));
        foreach (string file in new[] { lines, array, zipped })
            Assert.Equal([("a", "b"), ("ä", "日本")], ExampleFiles.Read([file], Learnable).Examples.Select(Texts));
        Assert.Equal([2, 4], ExampleFiles.Read([array], Learnable).Examples.Select(example => example.Line));
        Assert.Equal(6, ExampleFiles.Read([scratch.Folder], Learnable).Examples.Count);
    }

    [Fact]
    public void The_key_follows_rows_and_reading()
    {
        string a = scratch.Write("a.jsonl", """{"prompt": "a", "completion": "b"}"""), same = scratch.Write("b.jsonl", """{"prompt": "a", "completion": "b"}""" + "\n");
        string other = scratch.Write("c.jsonl", """{"prompt": "a", "completion": "c"}""");
        Assert.Equal(ExampleFiles.Read([a], Learnable).Key, ExampleFiles.Read([same], Learnable).Key);
        Assert.NotEqual(ExampleFiles.Read([a], Learnable).Key, ExampleFiles.Read([other], Learnable).Key);
        Assert.NotEqual(ExampleFiles.Read([a], Learnable).Key, ExampleFiles.Read([a], ExampleKinds.Prompt).Key);
    }

    [Fact]
    public void Columns_can_have_other_names()
    {
        string file = scratch.Write("a.jsonl", """{"ask": "a", "reply": "b"}""");
        var renamed = new Dictionary<string, string> { ["prompt"] = "ask", ["completion"] = "reply" };
        Assert.Equal(("a", "b"), Texts(ExampleFiles.Read([file], Learnable, renamed: renamed).Examples[0]));
    }

    [Theory]
    [InlineData("""{"prompt": "a", "completion": "b" """, "not valid JSON")]
    [InlineData("""{"prompt": "a", "prompt": "b", "completion": "b"}""", "not valid JSON")]
    [InlineData("""["prompt"]""", "the row is a list, not an object")]
    [InlineData("""{"prompt": "a", "complition": "b"}""", "a column is missing: needed are messages, or prompt, completion (or instruction, input, output; or question, answer), or text; found are prompt, complition")]
    [InlineData("{}", "found are none")]
    [InlineData("""{"prompt": "a", "completion": " "}""", "column \"completion\" is empty")]
    [InlineData("""{"prompt": "", "completion": "b"}""", "column \"prompt\" is empty")]
    [InlineData("""{"prompt": "a", "completion": 3}""", "column \"completion\" is a number, not a text")]
    [InlineData("""{"text": ["a"]}""", "column \"text\" is a list, not a text")]
    [InlineData("""{"text": "\ud800"}""", "a text is no valid Unicode")]
    [InlineData("""{"messages": "Hi"}""", "column \"messages\" is a text, not a list of messages")]
    [InlineData("""{"messages": []}""", "column \"messages\" is an empty list")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}]}""", "the conversation has no turn of the assistant")]
    [InlineData("""{"messages": [{"from": "human", "value": "Hi"}]}""", "message 1 of \"messages\" has no \"role\"")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "asistant", "content": "b"}]}""", "message 2 of \"messages\" has the role \"asistant\"; roles are")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]}""", "message 2 of \"messages\" is an empty answer")]
    [InlineData("""{"messages": [{"role": "user"}, {"role": "assistant", "content": "b"}]}""", "message 1 of \"messages\" has no \"content\"")]
    [InlineData("""{"prompt": "a", "completion": [{"role": "user", "content": "b"}]}""", "does not end with a message of the assistant")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "b"}], "tools": {"a": 1}}""", "column \"tools\" is not a list")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "b"}], "tools": "[{"}""", "not valid JSON")]
    public void Says_what_is_wrong_with_a_row_and_where(string bad, string expected)
    {
        string good = """{"prompt": "a", "completion": "b"}""";
        string file = scratch.Write("a.jsonl", $"{good}\n\n{bad}\n{good}\n");
        string message = Assert.Throws<GrimoireException>(() => ExampleFiles.Read([file], Learnable)).Message;
        Assert.StartsWith($"{file}, line 3: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.EndsWith("--skip-bad.", message, StringComparison.Ordinal);
        ExampleFiles rest = ExampleFiles.Read([file], Learnable, skipBad: true);
        Assert.Equal((2, 1), (rest.Examples.Count, rest.Skipped));
        Assert.StartsWith($"{file}, line 3: ", Assert.Single(rest.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": "b"}""", "are equal")]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": ""}""", "column \"rejected\" is empty")]
    [InlineData("""{"prompt": "a", "chosen": "b"}""", "needed are chosen, rejected and perhaps prompt, or prompt, completion, label; found are prompt, chosen")]
    [InlineData("""{"prompt": "a", "completion": "b", "label": 1}""", "column \"label\" is a number, not true or false")]
    [InlineData("""{"chosen": "ab", "rejected": "cd"}""", "do not begin alike")]
    [InlineData("""{"chosen": "a b c", "rejected": "a b "}""", "\"rejected\" says nothing")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: c\n\nAssistant: d"}""", "begin with different messages")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant:"}""", "\"rejected\" ends with an empty answer")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a"}""", "\"rejected\" says nothing")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nHuman: b", "rejected": "\n\nHuman: a\n\nAssistant: c"}""", "\"chosen\" apart does not begin and end with a message of the assistant")]
    public void Says_what_is_wrong_with_a_pair(string bad, string expected)
    {
        string file = scratch.Write("a.jsonl", bad);
        string message = Assert.Throws<GrimoireException>(() => ExampleFiles.Read([file], ExampleKinds.Preference | ExampleKinds.Labelled)).Message;
        Assert.StartsWith($"{file}, line 1: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_broken_json_at_line_70312()
    {
        var text = new StringBuilder();
        for (int line = 1; line <= 100_000; line++)
            text.Append(line == 70_312 ? "{\"prompt\": \"a\", \"completion\": \"b\n" : "{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        string file = scratch.Write("a.jsonl", text.ToString());
        Assert.StartsWith($"{file}, line 70312: not valid JSON", Assert.Throws<GrimoireException>(() => ExampleFiles.Read([file], Learnable)).Message, StringComparison.Ordinal);
        ExampleFiles rest = ExampleFiles.Read([file], Learnable, skipBad: true);
        Assert.Equal((99_999, 1), (rest.Examples.Count, rest.Skipped));
    }

    [Fact]
    public void Refuses_when_all_rows_are_bad_and_when_there_are_none()
    {
        string bad = scratch.Write("a.jsonl", "{\n{\n"), blank = scratch.Write("b.jsonl", "\n \n"), empty = scratch.Write("c.jsonl", ""), list = scratch.Write("d.json", "[]");
        Assert.Contains("all 2 rows are bad, so nothing is left; the first: ", Fault(bad), StringComparison.Ordinal);
        Assert.Contains("there is no row in it", Fault(blank), StringComparison.Ordinal);
        Assert.Contains("the file is empty", Fault(empty), StringComparison.Ordinal);
        Assert.Contains("there is no row in it", Fault(list), StringComparison.Ordinal);
        Assert.Contains("no such file", Fault(scratch["none.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_broken_files()
    {
        string row = """{"text": "a"}""";
        Assert.Contains("line 3: not valid JSON", Fault(scratch.Write("a.json", $"[\n{row},\n{{\"text\": a}}\n]")), StringComparison.Ordinal);
        Assert.Contains("not valid JSON", Fault(scratch.Write("b.json", $"[{row}] x")), StringComparison.Ordinal);
        Assert.Contains("one row a line is named .jsonl", Fault(scratch.Write("c.json", row)), StringComparison.Ordinal);
        byte[] zipped = Zip(string.Concat(Enumerable.Range(0, 2000).Select(i => $"{{\"text\": \"{i * 7919 % 1009}\"}}\n")));
        Assert.Contains("d.jsonl.gz: cannot be read to its end", Fault(scratch.Write("d.jsonl.gz", zipped[..(zipped.Length / 2)])), StringComparison.Ordinal);
        Assert.Contains("the file is damaged", Fault(scratch.Write("e.jsonl.gz", "no gzip"u8.ToArray())), StringComparison.Ordinal);
        Assert.Contains("line 1: a text is no valid Unicode", Fault(scratch.Write("f.jsonl", [.. "{\"text\": \""u8, 0xFF, .. "\"}"u8])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_refused_before_memory_is()
    {
        using var text = new MemoryStream();
        using (var zip = new GZipStream(text, CompressionLevel.Fastest))
        {
            byte[] block = new byte[1 << 20];
            block.AsSpan().Fill((byte)'a');
            for (int i = 0; i < 70; i++)
                zip.Write(block);
        }

        Assert.Contains("line 1: longer than 64 MiB", Fault(scratch.Write("a.jsonl.gz", text.ToArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instruct/rasbt/instruction-data.json", Learnable, 1100, 0)]
    [InlineData("instruct/rasbt/instruction-data-with-preference.json", ExampleKinds.Preference, 1100, 6)] // equal sides
    [InlineData("instruct/dolly-hhrlhf/dolly_hhrlhf_train_small.jsonl", Learnable, 1000, 0)]
    [InlineData("preference/hh-rlhf/harmless-base-test.jsonl.gz", ExampleKinds.Preference, 2312, 4)] // empty answers
    [InlineData("math-gsm8k/train.jsonl", ExampleKinds.Prompt, 7473, 0)]
    public void Reads_published_data(string path, ExampleKinds wanted, int count, int bad)
    {
        string? file = Shared.Path("data/" + path);
        Assert.SkipWhen(file is null, $"needs ../shared/data/{path}");
        ExampleFiles read = ExampleFiles.Read([file], wanted, skipBad: true);
        Assert.Equal((count, bad), (read.Examples.Count + read.Skipped, read.Skipped));
    }

    private static (string, string) Texts(Example example) => example is CompletionExample c ? (c.Prompt.ToString(), c.Completion.ToString()) : default;

    private static (string, string, string) Sides(Example example) => example is PreferenceExample p ? (p.Prompt.ToString(), p.Chosen.ToString(), p.Rejected.ToString()) : default;

    private static string Fault(string file) => Assert.Throws<GrimoireException>(() => ExampleFiles.Read([file], Learnable, skipBad: true)).Message;

    private static byte[] Zip(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    private ExampleFiles Read(ExampleKinds wanted, params string[] rows) => ExampleFiles.Read([scratch.Write("rows.jsonl", string.Join('\n', rows))], wanted);
}
