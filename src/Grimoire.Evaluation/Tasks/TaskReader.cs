using System.Security.Cryptography;
using Grimoire.Models.Chat;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Reads task files. What is not understood is refused with its place.</summary>
internal static class TaskReader
{
    private static readonly string[] OfChoice = ["acc", "acc_norm", "acc_bytes", "mc2"], OfContexts = ["acc"], OfContinuation = ["acc", "perplexity"],
        OfRolling = ["word_perplexity", "byte_perplexity", "bits_per_byte"], OfAnswers = ["exact_match", "squad_match", "f1", "number", "contains", "world"];

    /// <summary>Reads a task from a file's bytes; <paramref name="origin"/> stands for it in messages.</summary>
    /// <exception cref="GrimoireException">The file is not a task.</exception>
    public static TaskFile Read(ReadOnlySpan<byte> bytes, string origin)
    {
        StrictObject json = StrictObject.Parse(bytes, origin);
        var task = new TaskFile
        {
            Name = json.Needed("name"),
            Description = json.Text("description") ?? "",
            Source = json.Text("source") ?? "",
            Hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]
        };
        if (task.Name.Length == 0 || task.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
            throw json.Fault($"the name \"{task.Name}\" is used in paths and ids; give one of letters, digits, _ and -");
        task = task with { Tasks = json.Texts("tasks") };
        if (task.Tasks.Count == 0)
            task = ReadTask(json, task);
        json.Done();
        return task.Tasks.Count > 0 ? task : Checked(json, task);
    }

    /// <summary>What a kind of task can measure.</summary>
    public static IReadOnlyList<string> MetricsOf(TaskKind kind) => kind switch
    {
        TaskKind.Choice => OfChoice,
        TaskKind.Contexts => OfContexts,
        TaskKind.Continuation => OfContinuation,
        TaskKind.Rolling => OfRolling,
        _ => OfAnswers,
    };

    private static TaskFile ReadTask(StrictObject json, TaskFile task)
    {
        TaskKind kind = json.Choice("kind", TaskKind.Choice, ("choice", TaskKind.Choice), ("contexts", TaskKind.Contexts),
            ("continuation", TaskKind.Continuation), ("rolling", TaskKind.Rolling), ("generate", TaskKind.Generate));
        return task with
        {
            Kind = kind,
            Variants = json.Texts("variants"),
            Data = Data(json, "data") ?? throw json.Fault("the key \"data\" is missing: a file under the folder of data, or a world's exercises"),
            FewshotData = Data(json, "fewshot_data"),
            Fewshot = json.Whole("fewshot", 0, 0, 1000),
            FirstShots = json.Flag("fewshot_first"),
            FewshotDelimiter = json.Text("fewshot_delimiter") ?? task.FewshotDelimiter,
            Preamble = Template(json, "preamble"),
            Context = Template(json, "context"),
            Delimiter = json.Text("delimiter") ?? task.Delimiter,
            Choices = json.Each("choices", text => Texts(json, "choices", text), each => Texts(each, mayBeRight: true)),
            Gold = Template(json, "gold"),
            Continuation = Template(json, "continuation"),
            Answers = json.Each("answers", text => Texts(json, "answers", text), each => Texts(each, mayBeRight: false)),
            Shown = Template(json, "shown"),
            Chat = json.Flag("chat"),
            Stop = json.Texts("stop"),
            MaxTokens = json.Whole("max_tokens", task.MaxTokens, 1, 1 << 20),
            Cues = json.Within("cues", cues => cues.AllTexts()) ?? task.Cues,
            Metrics = Metrics(json, kind),
            By = Template(json, "by"),
            Published = json.Within("published", published => new PublishedFigures(
                Data(published, "data") ?? throw published.Fault("the key \"data\" is missing"), published.Needed("variant"), published.Texts("columns"))),
        };
    }

    private static TaskFile Checked(StrictObject json, TaskFile task)
    {
        string? lacks = task.Kind switch
        {
            TaskKind.Choice when task.Choices.Count == 0 => "choices",
            TaskKind.Contexts when task.Choices.Count == 0 => "choices",
            TaskKind.Contexts or TaskKind.Continuation or TaskKind.Rolling when task.Continuation.Length == 0 => "continuation",
            TaskKind.Generate when task.Answers.Count == 0 && task.Metrics.Any(metric => metric.Of != "world") => "answers",
            _ => null,
        };
        if (lacks is not null)
            throw json.Fault($"a task of kind {task.Kind.ToString().ToLowerInvariant()} needs the key \"{lacks}\"");
        if (task.Kind is TaskKind.Choice or TaskKind.Contexts && task.Gold.Length == 0 && !task.Choices.Any(choice => choice.IsRight))
            throw json.Fault("nothing says which choice is right; add \"gold\" or mark choices with \"right\": true");
        if (task.Metrics.FirstOrDefault(metric => !MetricsOf(task.Kind).Contains(metric.Of)) is { } odd)
            throw json.Fault(
                $"a task of kind {task.Kind.ToString().ToLowerInvariant()} has no metric \"{odd.Of}\"; known are {string.Join(", ", MetricsOf(task.Kind))}");
        if (task.Metrics.GroupBy(metric => metric.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw json.Fault($"two metrics are called \"{twice.Key}\"; give one of them another \"name\"");
        if (task.Variants.Count > 0 && !task.Data.File.Contains("{variant}", StringComparison.Ordinal))
            throw json.Fault("a task with variants says {variant} in the file of its data");
        return task;
    }

    private static TaskData? Data(StrictObject json, string key) => json.Each(key, file => new TaskData { File = file }, ReadData) switch
    {
        [] => null,
        [var one] => one,
        _ => throw json.Fault($"{key} is one file, not a list"),
    };

    private static TaskData ReadData(StrictObject json)
    {
        var data = new TaskData
        {
            File = json.Text("file") ?? "",
            Format = json.Choice("format", "", ("jsonl", "jsonl"), ("json", "json"), ("csv", "csv"), ("squad", "squad")),
            Rows = json.Text("rows") ?? "",
            Lists = json.Within("lists", lists => lists.AllTexts()) ?? new Dictionary<string, string>(StringComparer.Ordinal),
            World = json.Choice("world", "", ("questions", "questions"), ("sums", "sums"), ("instructions", "instructions"), ("requests", "requests")),
            Split = json.Choice("split", "test", ("train", "train"), ("validation", "validation"), ("test", "test")),
            Seed = (ulong)json.Whole("seed", 1, 0, int.MaxValue),
            Count = json.Whole("count", 300, 1, 1 << 20),
            Where = Template(json, "where"),
            Get = json.Text("get") ?? "",
        };
        return data.File.Length > 0 != data.World.Length > 0 ? data : throw json.Fault("rows come from a \"file\" or from a \"world\", one of the two");
    }

    private static TaskTexts Texts(StrictObject json, bool mayBeRight) => new(
        json.Has("text") ? Template(json, "text") : "{{ item }}", json.Text("each") ?? "", mayBeRight && json.Flag("right"))
    {
        // One of both must be there, or an object says nothing.
        Each = json.Has("each") || json.Has("text") ? json.Text("each") ?? ""
            : throw json.Fault("an object here says \"each\" and a column, or \"text\" and a template"),
    };

    private static TaskTexts Texts(StrictObject json, string key, string template)
    {
        Parse(json, key, template);
        return new TaskTexts(template);
    }

    private static IReadOnlyList<TaskMetric> Metrics(StrictObject json, TaskKind kind)
    {
        IReadOnlyList<TaskMetric> metrics = json.Each("metrics", name => new TaskMetric(name, name), Metric);
        string[] usual = kind switch
        {
            TaskKind.Choice => ["acc", "acc_norm"],
            TaskKind.Generate => ["exact_match"],
            _ => [.. MetricsOf(kind)],
        };
        return metrics.Count > 0 ? metrics : [.. usual.Select(name => new TaskMetric(name, name))];
    }

    private static TaskMetric Metric(StrictObject json)
    {
        string of = json.Needed("metric");
        IReadOnlyList<string> ignore = json.Texts("ignore");
        try
        {
            foreach (string expression in ignore)
                _ = AnswerFilter.Compiled(expression);
            return new TaskMetric(json.Text("name") ?? of, of)
            {
                Filter = json.Each("filter", AnswerFilter.Named, filter =>
                    AnswerFilter.Of(filter.Needed("regex"), filter.Whole("match", 0, -1000, 1000), filter.Text("otherwise") ?? AnswerFilter.Invalid)),
                IgnoreCase = json.Flag("ignore_case"),
                IgnorePunctuation = json.Flag("ignore_punctuation"),
                Ignore = ignore,
            };
        }
        catch (GrimoireException e) when (!e.Message.Contains(", metrics:", StringComparison.Ordinal))
        {
            throw json.Fault(e.Message);
        }
    }

    private static string Template(StrictObject json, string key)
    {
        string template = json.Text(key) ?? "";
        Parse(json, key, template);
        return template;
    }

    private static void Parse(StrictObject json, string key, string template)
    {
        try
        {
            _ = TextTemplate.Parse(template);
        }
        catch (GrimoireException e)
        {
            throw json.Fault($"the template of {key}: {e.Message}");
        }
    }
}
