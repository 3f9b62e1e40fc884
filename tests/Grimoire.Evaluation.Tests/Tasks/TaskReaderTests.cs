using System.Text;
using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Tests;

public sealed class TaskReaderTests
{
    private const string Good = """
        // one's own task
        { "name": "mine", "data": "rows.jsonl", "context": "{{ q }}", "choices": [{ "each": "c" }], "gold": "{{ g }}", }
        """;

    [Fact]
    public void A_task_of_ones_own_is_read_from_its_file()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["mine.json"], Good);
        File.WriteAllText(scratch["rows.jsonl"], """{"q": "One?", "c": ["yes", "no"], "g": "no"}""" + "\n");
        TaskFile task = TaskLibrary.Find(scratch["mine.json"]);
        Assert.Equal(["acc", "acc_norm"], task.Metrics.Select(metric => metric.Name));
        TaskExample example = new TaskPrompter(task, scratch.Folder).Example(0);
        Assert.Equal("mine/0", example.Id);
        Assert.Equal([1], example.Right);
    }

    [Theory]
    [InlineData("\"choices\"", "\"choises\"", "choises", "did you mean \"choices\"")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"kind\": \"quiz\"", "quiz", "generate")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"fewshot\": -1", "fewshot", "whole number")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"gold\": \"{{ g\"", "gold", "template")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"by\": \"x\"", "right", "gold")]
    [InlineData("\"name\": \"mine\"", "\"name\": \"a/b\"", "a/b", "letters")]
    [InlineData("\"name\": \"mine\"", "\"name\": \"mine\", \"name\": \"two\"", "JSON", "name")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"gold\": \"{{ g }}\", \"metrics\": [\"bleu\"]", "bleu", "acc_norm")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"gold\": \"{{ g }}\", \"metrics\": [{\"metric\": \"acc\", \"filter\": [\"trim\"]}]", "trim", "strip")]
    [InlineData("\"rows.jsonl\"", "{\"file\": \"a.csv\", \"world\": \"sums\"}", "world", "one of the two")]
    [InlineData("\"gold\": \"{{ g }}\"", "\"gold\": 5", "gold is 5", "a text")]
    public void What_is_not_understood_is_refused_by_name(string old, string given, string says, string helps)
    {
        string text = Good.Replace(old, given, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        string message = Assert.Throws<GrimoireException>(() => TaskReader.Read(Encoding.UTF8.GetBytes(text), "mine.json")).Message;
        Assert.StartsWith("mine.json", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains(helps, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_read_from_every_format()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["a.csv"], "\uFEFFq,\"the, answers\"\r\n\"Say \"\"x\"\"\nplease\",a; b\r\n");
        var csv = TaskRows.Read(new TaskData { File = "a.csv", Lists = new Dictionary<string, string>(StringComparer.Ordinal) { ["the, answers"] = ";" } }, scratch.Folder, "t");
        Assert.Equal("""{"q":"Say \u0022x\u0022\nplease","the, answers":["a","b"]}""", Assert.Single(csv).ToJsonString());

        File.WriteAllText(scratch["b.json"], """{"x": {"y": [{"q": 1}, {"q": 2}]}}""");
        Assert.Equal(2, TaskRows.Read(new TaskData { File = "b.json", Rows = "x.y" }, scratch.Folder, "t").Count);
        Assert.Single(TaskRows.Read(new TaskData { File = "b.json", Rows = "x.y", Where = "{{ q == 2 }}" }, scratch.Folder, "t"));

        File.WriteAllText(scratch["c.json"], """{"data": [{"title": "T", "paragraphs": [{"context": "C", "qas": [{"id": "1", "question": "Q", "answers": [{"text": "A"}, {"text": "B"}]}]}]}]}""");
        var squad = Assert.Single(TaskRows.Read(new TaskData { File = "c.json", Format = "squad" }, scratch.Folder, "t"));
        Assert.Equal("""{"id":"1","title":"T","context":"C","question":"Q","answers":["A","B"]}""", squad.ToJsonString());
    }

    [Theory]
    [InlineData("a.csv", "q,r\n\"open", "not closed")]
    [InlineData("a.csv", "q,r\n1\n", "line 2")]
    [InlineData("a.jsonl", "{\"q\": 1}\nnot json\n", "line 2")]
    [InlineData("a.jsonl", "[1]\n", "line 1")]
    [InlineData("a.json", "{\"q\": []}", "begins otherwise")]
    [InlineData("a.bin", "x", "format")]
    public void Damaged_rows_are_told_with_their_place(string name, string text, string says)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch[name], text);
        Assert.Contains(says, Assert.Throws<GrimoireException>(() => TaskRows.Read(new TaskData { File = name }, scratch.Folder, "t")).Message, StringComparison.Ordinal);
    }
}
