using System.CommandLine;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Reasoning;
using Grimoire.Evaluation.Tasks;
using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire evaluate</c>: how well a model does tasks.</summary>
internal static class EvaluateCommand
{
    private const string Kind = "evaluate", CacheFile = "answers.jsonl";

    public static Verb Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "a model folder, an adapter, a run folder or a GGUF file; none with --endpoint",
            Arity = ArgumentArity.ZeroOrOne
        };
        Options<EvaluateSettings>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new(Kind, "Measure a model on tasks: questions with choices, minimal pairs, free answers.",
            "grimoire evaluate runs/quickstart --tasks world",
            "grimoire evaluate my-model --tasks blimp,arc_easy --data data --limit 200",
            "grimoire evaluate runs/quickstart --tasks world_sums --strategies greedy,vote:8,calculator",
            "grimoire evaluate --endpoint http://localhost:8000/v1 --model-name my-model --tasks gsm8k --data data")
        {
            Detail = "The result is a folder with figures, tables, every example and a page to look at; " +
                "grimoire runs compare sets two beside each other. Answers are kept as they come: a command that was stopped goes on where it was. " +
                "docs/tasks.md tells how each task is scored, and how to write one's own.",
            Run = (parse, terminal) => Run(terminal, parse.GetValue(model), options!.Read(parse, new EvaluateSettings()),
                [.. parse.Tokens.Select(token => token.Value)], opening!(parse)),
        };
        verb.Add(model);
        options = new Options<EvaluateSettings>(verb, EvaluateSettings.Settings, new EvaluateSettings());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string? path, EvaluateSettings settings, IReadOnlyList<string> command, Opening opening)
    {
        if (settings.List)
            return List(terminal);
        TaskFile[] asked = Asked(settings);
        IReadOnlyList<AnswerStrategy> strategies = settings.ReadStrategies(opening.Kernels);
        TaskModel model = Model(terminal, path, settings, opening);
        string name = path is null ? model.Name : ModelPath.NameOf(path), folder = settings.Out ?? EvaluationPlace.Folder(Kind, name, settings.Tasks);
        TaskOptions options = new()
        {
            Data = settings.Data,
            Limit = settings.Limit,
            Fewshot = settings.Fewshot,
            Seed = (ulong)settings.Seed,
            Chat = settings.Chat ? true : null,
            Strategy = strategies[0]
        };
        RunInfo request = Request(settings, path, model, asked, command);
        if (settings.Show == 0 && EvaluationFolder.Find(folder, request) is { } before)
            return EvaluationPlace.Tell(terminal, before, folder, settings.Json, strategies.Count == 1);

        using var cached = new CachedModel(model, settings.Cache ?? Path.Combine(folder, CacheFile));
        if (settings.Show > 0)
        {
            TaskFile[] tasks = [.. asked.SelectMany(TaskLibrary.Expand).DistinctBy(task => task.Name)];
            ExampleScreen.Show(terminal, cached, new TaskRun(cached, tasks, options), tasks, settings.Show);
            return Tool.Success;
        }

        RunInfo begun = request with { Started = DateTime.UtcNow };
        (EvaluationResult result, IEnumerable<JsonObject> rows) = TimedWork.Do(terminal, "evaluating", tell => strategies.Count == 1
            ? Once(begun, name, cached, asked, options, tell, terminal.Stop)
            : new StrategyRun(cached, asked, strategies, options).Do(begun, name, tell, terminal.Stop));
        EvaluationFolder.Write(folder, result, rows);
        return EvaluationPlace.Tell(terminal, result, folder, settings.Json, strategies.Count == 1);
    }

    private static (EvaluationResult Result, IEnumerable<JsonObject> Rows) Once(
        RunInfo begun, string name, TaskModel model, TaskFile[] asked, TaskOptions options, Action<double, string> tell, CancellationToken stop)
    {
        IReadOnlyList<ScoredTask> scored = new TaskRun(model, [.. asked.SelectMany(TaskLibrary.Expand).DistinctBy(task => task.Name)], options).Run(tell, stop);
        return (TaskReport.Of(begun, name, asked, scored, options), TaskReport.Rows(scored));
    }

    private static int List(Terminal terminal)
    {
        Sheet.Rows(terminal, ["Task", ">Tasks", "What it measures"], TaskLibrary.Names.Select(TaskLibrary.Find).Select(task =>
            (IReadOnlyList<string>)[task.Name, task.IsGroup ? Numbers.Count(TaskLibrary.Expand(task).Count) : "", task.Description]));
        return Tool.Success;
    }

    private static TaskFile[] Asked(EvaluateSettings settings)
    {
        string[] names = settings.Tasks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 ? [.. names.Distinct().Select(TaskLibrary.Find)]
            : throw new UsageException("grimoire evaluate needs --tasks; --list shows them.");
    }

    private static TaskModel Model(Terminal terminal, string? path, EvaluateSettings settings, Opening opening)
    {
        if (path is null == settings.Endpoint is null)
            throw new UsageException("grimoire evaluate takes a model or --endpoint, one of the two.");
        if (settings.Endpoint is { } address)
        {
            return new EndpointModel(new EndpointSettings(address, settings.ModelName
                ?? throw new UsageException("--endpoint needs --model-name, the model's name there."))
            {
                Key = Environment.GetEnvironmentVariable(settings.KeyVariable),
                AtOnce = settings.Concurrency,
            });
        }

        LanguageModel model = Waiting.While(terminal, "opening the model", () => opening.Language(ModelPath.Find(path!)));
        return new LocalModel(model, opening.Kernels, ModelPath.NameOf(path!), settings.Template, settings.BatchTokens, settings.AtOnce);
    }

    /// <summary>What decides the figures; batches, threads and where answers are kept do not.</summary>
    private static RunInfo Request(EvaluateSettings settings, string? path, TaskModel model, TaskFile[] asked, IReadOnlyList<string> command) => new()
    {
        Kind = Kind,
        Command = command,
        Seed = (ulong)settings.Seed,
        Recipe = new JsonObject
        {
            ["model"] = path ?? settings.Endpoint,
            ["fingerprint"] = model.Fingerprint,
            ["tasks"] = new JsonArray([.. asked.Select(task => JsonValue.Create(task.Name))]),
            ["task_files"] = new JsonArray([.. asked.SelectMany(TaskLibrary.Expand).Select(task => JsonValue.Create(task.Hash)).DistinctBy(hash =>
                hash.GetValue<string>())]),
            ["limit"] = settings.Limit,
            ["fewshot"] = settings.Fewshot,
            ["chat"] = settings.Chat,
            ["template"] = settings.Template,
            ["strategies"] = settings.Strategies,
            ["temperature"] = settings.Temperature,
            ["top_p"] = settings.TopP,
            ["thinking_tokens"] = settings.ThinkingTokens,
            ["reward"] = settings.Reward,
        },
    };
}
