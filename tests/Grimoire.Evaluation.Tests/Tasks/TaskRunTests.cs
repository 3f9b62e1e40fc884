using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tests;

public sealed class TaskRunTests
{
    private static readonly LocalModel Model = new(LetterModels.Llama(), Kernels.Simd, "tiny");

    [Fact]
    public void Choices_contexts_and_continuations_come_to_what_their_likelihoods_say()
    {
        using var scratch = new Scratch();
        scratch.Write("rows.jsonl", """
            {"q": "One plus one is", "c": ["two", "five"], "g": 0}
            {"q": "A cat says", "c": ["meow", "moo", "baa"], "g": 1}
            """);
        TaskFile task = Task(scratch, "c", """ "context": "{{ q }}", "choices": [{"each": "c"}], "gold": "{{ g }}" """);
        TaskFile contexts = Task(scratch, "x", """ "kind": "contexts", "context": "So: ", "choices": [{"each": "c"}], "continuation": "indeed", "gold": "{{ g }}" """);
        TaskFile continuation = Task(scratch, "l", """ "kind": "continuation", "context": "{{ q }}", "continuation": "{{ c[0] }}" """);
        IReadOnlyList<ScoredTask> scored = new TaskRun(Model, [task, contexts, continuation], new TaskOptions { Data = scratch.Folder }).Run(cancellation: TestContext.Current.CancellationToken);

        double[] own = [.. Score(("A cat says", " meow"), ("A cat says", " moo"), ("A cat says", " baa"))];
        Assert.Equal(own, scored[0].Examples[1].Details["logprobs"]!.AsArray().Select(value => value!.GetValue<double>()), Near);
        Assert.Equal(Array.IndexOf(own, own.Max()) == 1 ? 1 : 0, scored[0].Examples[1].Scores["acc"]);
        double[] after = [.. Score(("So: meow", " indeed"), ("So: moo", " indeed"), ("So: baa", " indeed"))];
        Assert.Equal(after, scored[1].Examples[1].Details["logprobs"]!.AsArray().Select(value => value!.GetValue<double>()), Near);
        Assert.Equal(own[0], scored[2].Examples[1].Scores["perplexity"], 1e-4);

        EvaluationResult result = TaskReport.Of(new RunInfo { Kind = "evaluate", Command = ["evaluate"], Recipe = [], Seed = 1 }, "tiny", [task, contexts, continuation], scored, new TaskOptions());
        double mean = scored[2].Examples.Average(example => example.Scores["perplexity"]);
        Figure perplexity = result.Figures.First(figure => figure.FullName == "l perplexity");
        Assert.Equal(Math.Exp(-mean), perplexity.Value, Math.Exp(-mean) * 1e-9);
        Assert.True(perplexity.LowerIsBetter);
        Assert.NotNull(perplexity.Interval);
        Assert.Contains("shots:0", perplexity.Signature, StringComparison.Ordinal);
        Assert.Equal(6, TaskReport.Rows(scored).Select(row => row["id"]!.ToString()).Distinct().Count());

        IEnumerable<double> Score(params (string, string)[] pairs) =>
            Model.Score([.. pairs.Select(pair => new ContinuationRequest(pair.Item1, pair.Item2))], TestContext.Current.CancellationToken).Select(score => score.LogProbability);
    }

    [Fact]
    public void A_groups_figure_is_the_mean_of_its_tasks_and_parts_stand_beside_what_was_published()
    {
        using var scratch = new Scratch();
        string good = """{"good": "a b", "bad": "a c", "kind": "k1"}""", bad = """{"good": "a c", "bad": "a b", "kind": "k2"}""";
        scratch.Write("one.jsonl", good + "\n" + good + "\n" + good + "\n");
        scratch.Write("two.jsonl", bad + "\n");
        scratch.Write("known.jsonl", """{"name": "one", "lstm": 0.25}""" + "\n" + """{"name": "two", "lstm": 0.75}""" + "\n");
        TaskFile group = Task(scratch, "pairs", """
            "variants": ["one", "two"], "choices": [{"text": "{{ good }}", "right": true}, "{{ bad }}"], "metrics": ["acc"], "by": "{{ row['kind'] }}",
            "published": {"data": "known.jsonl", "variant": "name", "columns": ["lstm"]}
            """, "{variant}.jsonl");
        var options = new TaskOptions { Data = scratch.Folder };
        IReadOnlyList<ScoredTask> scored = new TaskRun(Model, TaskLibrary.Expand(group), options).Run(cancellation: TestContext.Current.CancellationToken);
        EvaluationResult result = TaskReport.Of(new RunInfo { Kind = "evaluate", Command = [], Recipe = [], Seed = 1 }, "tiny", [group], scored, options);
        Assert.Equal(0.5, result.Figures[0].Value); // 3 of 3 and 0 of 1, or the other way round: each task counts alike
        Assert.Equal(("pairs", "acc"), (result.Figures[0].Of, result.Figures[0].Name));
        DataTable parts = result.Tables[0];
        Assert.Equal(["Part", ">acc", ">lstm, published", ">Examples"], parts.Columns);
        Assert.Equal(["k1", "k2", "all"], parts.Rows.Select(row => row[0]));
        Assert.Equal(["0.2500", "0.7500", "0.5000"], parts.Rows.Select(row => row[2]));
        Assert.Equal(["one", "two"], result.Tables[1].Rows.Select(row => row[0]));
        Assert.Equal("pairs/one/2", scored[0].Examples[2].Example.Id);
    }

    [Fact]
    public void Rolling_figures_divide_by_words_and_bytes_of_all_examples()
    {
        using var scratch = new Scratch();
        string[] texts = ["One two three", "é"];
        scratch.Write("rows.jsonl", string.Concat(texts.Select(text => new JsonObject { ["text"] = text }.ToJsonString() + "\n")));
        TaskFile task = Task(scratch, "r", """ "kind": "rolling", "continuation": "{{ text }}" """);
        var options = new TaskOptions { Data = scratch.Folder };
        IReadOnlyList<ScoredTask> scored = new TaskRun(Model, [task], options).Run(cancellation: TestContext.Current.CancellationToken);
        EvaluationResult result = TaskReport.Of(new RunInfo { Kind = "evaluate", Command = [], Recipe = [], Seed = 1 }, "tiny", [task], scored, options);
        double nats = -Model.ScoreTexts(texts, TestContext.Current.CancellationToken).Sum(score => score.LogProbability);
        Assert.Equal([Math.Exp(nats / 4), Math.Exp(nats / 15), nats / 15 / Math.Log(2)], result.Figures.Select(figure => figure.Value), Near);
    }

    [Fact]
    public void Work_is_told_from_nothing_to_all_of_it()
    {
        using var scratch = new Scratch();
        scratch.Write("rows.jsonl", """{"q": "Hello", "a": "x"}""" + "\n");
        TaskFile task = Task(scratch, "g", """ "kind": "generate", "context": "{{ q }}", "answers": ["{{ a }}"], "max_tokens": 3, "metrics": ["exact_match", "f1", "contains"] """);
        List<double> told = [];
        ScoredTask scored = Assert.Single(new TaskRun(Model, [task], new TaskOptions { Data = scratch.Folder }).Run((share, _) => told.Add(share), TestContext.Current.CancellationToken));
        Assert.Equal((0, 1), (told[0], told[^1]));
        Assert.Equal(3, scored.Examples[0].Tokens);
        Assert.Equal(["exact_match", "f1", "contains"], scored.Examples[0].Scores.Keys);
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-6 * Math.Abs(a);

    private static TaskFile Task(Scratch scratch, string name, string keys, string file = "rows.jsonl") =>
        TaskLibrary.Find(scratch.Write($"{name}.json", $$"""{"name": "{{name}}", "data": "{{file}}", {{keys}}}"""));
}
