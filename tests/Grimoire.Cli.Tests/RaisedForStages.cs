using System.Text;

namespace Grimoire.Cli.Tests;

/// <summary>A tiny model that can read conversations, and data for all stages.</summary>
public sealed class RaisedForStages : IDisposable
{
    /// <summary>Steps of a stage.</summary>
    public const int Steps = 16;
    private readonly Scratch scratch = new();

    public RaisedForStages()
    {
        string text = scratch.Write("tale.txt", Tale.Of(8000));
        Outcome.Of("pretrain", "--data", text, "--run", scratch["base"], "--tokenizer", "bpe", "--vocabulary", "300", "--layers", "1", "--heads", "2", "--channels",
            "16", "--context", "96", "--batch", "2", "--steps", "20", "--eval-interval", "20", "--sample-interval", "0", "--threads", "1").AssertSucceeded();
        scratch.Write("answers.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","completion":"{{Who(i)}} sees {{What(i)}}."}"""));
        scratch.Write("pairs.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","chosen":"{{What(i)}}.","rejected":"I see {{What(i + 1)}} and more."}"""));
        scratch.Write("words.conll", Lines(i => $"{Who(i).Replace(" ", "\tO\n", StringComparison.Ordinal)}\tB-WHO\nsees\tO\nsomething\tO\n"));
        scratch.Write("prompts.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","answer":"{{What(i)}}"}"""));
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>The words of a command, for seconds of training.</summary>
    /// <param name="stage">The verb and what is its own; MODEL, ANSWERS, PAIRS, PROMPTS and WORDS stand for paths.</param>
    /// <param name="run">The run folder.</param>
    internal string[] Command(string stage, string run) =>
    [
        .. stage.Split(' ').Select(word => word switch
        {
            "MODEL" => scratch["base"],
            "ANSWERS" => scratch["answers.jsonl"],
            "PAIRS" => scratch["pairs.jsonl"],
            "PROMPTS" => scratch["prompts.jsonl"],
            "WORDS" => scratch["words.conll"],
            _ => word,
        }),
        "--run", run, "--steps", $"{Steps}", "--batch", "2", "--log-interval", "1", "--checkpoint-interval", "5",
        .. stage.StartsWith("tag", StringComparison.Ordinal) ? Array.Empty<string>() : ["--check-count", "4", "--check-tokens", "8"], "--threads", "1",
    ];

    private static string Lines(Func<int, string> line) =>
        Enumerable.Range(0, 40).Aggregate(new StringBuilder(), (text, i) => text.Append(line(i)).Append('\n')).ToString();

    private static string Who(int i) => new[] { "the cat", "a fox", "my aunt", "Anna" }[i % 4];

    private static string What(int i) => new[] { "a red ball", "the moon", "two apples", "no one", "the sea" }[i % 5];
}
