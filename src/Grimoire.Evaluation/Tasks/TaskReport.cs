using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tasks;

/// <summary>What tasks came to, as figures, tables and rows.</summary>
public static class TaskReport
{
    /// <summary>The result of an evaluation.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="model">What to call the model.</param>
    /// <param name="asked">The tasks and groups that were asked for.</param>
    /// <param name="tasks">What came of each task.</param>
    /// <param name="options">How they were run.</param>
    public static EvaluationResult Of(RunInfo run, string model, IReadOnlyList<TaskFile> asked, IReadOnlyList<ScoredTask> tasks, TaskOptions options)
    {
        List<Figure> figures = [];
        List<DataTable> tables = [];
        foreach (TaskFile one in asked)
        {
            HashSet<string> names = [.. TaskLibrary.Expand(one).Select(task => task.Name)];
            ScoredTask[] own = [.. tasks.Where(task => names.Contains(task.Task.Name))];
            if (one.IsGroup)
                figures.AddRange(OfGroup(one, own, options));
            foreach (ScoredTask task in own)
                figures.AddRange(OfTask(task, options));
            tables.AddRange(TaskTables.Of(one, own, options.Data));
        }

        long examples = tasks.Sum(task => (long)task.Examples.Count);
        return new EvaluationResult
        {
            Run = run,
            Title = $"{model} on {string.Join(", ", asked.Select(task => task.Name))}",
            Summary = string.Join(", ", figures.Where(figure => asked.Any(task => task.Name == figure.Of)).Select(Said)) +
                $", over {examples.ToString("N0", CultureInfo.InvariantCulture)} examples.",
            Figures = figures,
            Tables = tables,
        };
    }

    /// <summary>The rows of <see cref="EvaluationFolder.ExamplesFile"/>.</summary>
    public static IEnumerable<JsonObject> Rows(IReadOnlyList<ScoredTask> tasks) => tasks.SelectMany(task => task.Examples.Select(example =>
    {
        var row = new JsonObject
        {
            ["id"] = example.Example.Id,
            ["task"] = task.Task.Name,
            ["scores"] = new JsonObject(example.Scores.Select(score => KeyValuePair.Create(score.Key, (JsonNode?)JsonLines.Number(score.Value)))),
        };
        if (example.Example.Part.Length > 0)
            row["part"] = example.Example.Part;
        foreach ((string key, JsonNode? value) in example.Details)
            row[key] = value?.DeepClone();
        return row;
    }));

    private static string Said(Figure figure) => $"{figure.FullName} {figure.Shown}";

    private static IEnumerable<Figure> OfTask(ScoredTask task, TaskOptions options)
    {
        foreach (TaskMetric metric in task.Task.Metrics)
        {
            var how = TaskFigure.Of(metric);
            yield return new Figure(metric.Name, how.Value(task.Examples))
            {
                Of = task.Task.Name,
                Interval = Bootstrap.Of(how.Statistics(task.Examples), seed: options.Seed),
                Count = task.Examples.Count,
                Signature = SignatureOf(task, options),
                LowerIsBetter = how.LowerIsBetter,
            };
        }

        if (task.Task.Kind == TaskKind.Generate)
            yield return new Figure("tokens", task.Examples.Average(example => (double)example.Tokens))
            {
                Of = task.Task.Name,
                Count = task.Examples.Count,
                LowerIsBetter = true
            };
    }

    /// <summary>The mean of the tasks' figures, each counting alike however many examples it has; for what all of them measure.</summary>
    private static IEnumerable<Figure> OfGroup(TaskFile group, ScoredTask[] tasks, TaskOptions options)
    {
        foreach (TaskMetric metric in tasks[0].Task.Metrics.Where(metric =>
            tasks.All(task => task.Task.Metrics.Any(own => own.Name == metric.Name && own.Of == metric.Of))))
        {
            var how = TaskFigure.Of(metric);
            (int Task, double Above, double Below)[] terms =
                [.. tasks.SelectMany((task, index) =>
                    task.Examples.Select(example => how.Terms(example) is var (above, below) ? (index, above, below) : default))];
            int[] all = [.. Enumerable.Range(0, terms.Length)];
            yield return new Figure(metric.Name, Mean(all))
            {
                Of = group.Name,
                Interval = Bootstrap.Of(terms.Length, Mean, seed: options.Seed),
                Count = terms.Length,
                Signature = Signature.Of(("group", group.Name), ("hash", group.Hash), ("tasks", Text(tasks.Length)), ("mean", "of_tasks"),
                    ("limit", options.Limit is { } limit ? Text(limit) : "no")),
                LowerIsBetter = how.LowerIsBetter,
            };

            double Mean(int[] drawn)
            {
                double[] above = new double[tasks.Length], below = new double[tasks.Length];
                foreach (int index in drawn)
                {
                    (int task, double numerator, double denominator) = terms[index];
                    above[task] += numerator;
                    below[task] += denominator;
                }

                return Enumerable.Range(0, tasks.Length).Where(task => below[task] > 0).Average(task => how.Figure(above[task] / below[task]));
            }
        }
    }

    private static string SignatureOf(ScoredTask task, TaskOptions options) => Signature.Of(
        ("task", task.Task.Name),
        ("hash", task.Task.Hash),
        ("shots", Text(task.Fewshot)),
        ("seed", task.Fewshot > 0 && !task.Task.FirstShots ? options.Seed.ToString(CultureInfo.InvariantCulture) : null),
        ("chat", Signature.YesNo(task.Chat)),
        ("limit", options.Limit is { } limit ? Text(limit) : "no"),
        ("strategy", task.Task.Kind == TaskKind.Generate ? options.Strategy.Name : null));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
