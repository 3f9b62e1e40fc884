using Grimoire.Evaluation.Likelihoods;
using Grimoire.Evaluation.Reasoning;
using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;
using Grimoire.Training.Rewards;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>What <c>grimoire evaluate</c> takes besides a model.</summary>
internal sealed record EvaluateSettings
{
    private const string Tasking = "Tasks", Asking = "Asking the model", Result = "Result", Endpoints = "An endpoint instead of a model",
        Strategic = "Strategies for free answers", NothingDrawn = "without vote:N or best:N in --strategies";

    public string Tasks { get; init; } = "";

    public bool List { get; init; }

    public string Data { get; init; } = "data";

    public int? Limit { get; init; }

    public int? Fewshot { get; init; }

    public long Seed { get; init; } = 1234;

    public bool Chat { get; init; }

    public string? Template { get; init; }

    public int BatchTokens { get; init; } = LikelihoodEngine.DefaultBatchTokens;

    public int AtOnce { get; init; } = 64;

    public int Show { get; init; }

    public string? Out { get; init; }

    public string? Cache { get; init; }

    public bool Json { get; init; }

    public string? Endpoint { get; init; }

    public string? ModelName { get; init; }

    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    public int Concurrency { get; init; } = 8;

    public string Strategies { get; init; } = "greedy";

    public double Temperature { get; init; } = 0.7;

    public double TopP { get; init; } = 1;

    public int ThinkingTokens { get; init; } = 256;

    public string? Reward { get; init; }

    public static SettingList<EvaluateSettings> Settings { get; } =
    [
        Setting.Of("tasks", "names divided by commas, a group's among them, or task files of your own", Text("names"),
            (EvaluateSettings s) => s.Tasks, (s, v) => s with { Tasks = v }, Tasking),
        Setting.Of("list", "list the tasks that come with Grimoire", Flag, (EvaluateSettings s) => s.List, (s, v) => s with { List = v }, Tasking),
        Setting.Of("data", "the folder under which the tasks' files lie", Text("a folder"),
            (EvaluateSettings s) => s.Data, (s, v) => s with { Data = v }, Tasking),
        Setting.Of("limit", "only the first examples of each task", Count(1, int.MaxValue).OrNone(),
            (EvaluateSettings s) => s.Limit, (s, v) => s with { Limit = v }, Tasking),
        Setting.Of("fewshot", "shots before each question (none: as many as the task says)", Count(0, 1000).OrNone(),
            (EvaluateSettings s) => s.Fewshot, (s, v) => s with { Fewshot = v }, Tasking),
        Setting.Of("seed", "chooses the shots, draws answers, and resamples for the intervals", Integer(0),
            (EvaluateSettings s) => s.Seed, (s, v) => s with { Seed = v }, Tasking),
        Setting.Of("chat", "put each question as one turn of a conversation", Flag,
            (EvaluateSettings s) => s.Chat, (s, v) => s with { Chat = v }, Asking),
        Setting.Of("template", "the chat format, a name or a file (none: the model's own)", Text("a name or path").OrNone(),
            (EvaluateSettings s) => s.Template, (s, v) => s with { Template = v }, Asking).IdleWhere(s => s.Endpoint is not null, "with --endpoint"),
        Setting.Of("batch_tokens", "tokens of a pass that scores; figures do not depend on it", Count(1, 1 << 24),
            (EvaluateSettings s) => s.BatchTokens, (s, v) => s with { BatchTokens = v }, Asking).IdleWhere(s => s.Endpoint is not null, "with --endpoint"),
        Setting.Of("at_once", "the most answers at once", Count(1, 4096), (EvaluateSettings s) => s.AtOnce, (s, v) => s with { AtOnce = v }, Asking)
            .IdleWhere(s => s.Endpoint is not null, "with --endpoint, which has --concurrency"),
        Setting.Of("strategies", "names divided by commas: " + ReasoningPlan.Known, Text("names"),
            (EvaluateSettings s) => s.Strategies, (s, v) => s with { Strategies = v }, Strategic),
        Setting.Of("temperature", "the temperature at which one of several answers is drawn", Number(1e-3, 100),
            (EvaluateSettings s) => s.Temperature, (s, v) => s with { Temperature = v }, Strategic).IdleWhere(s => !s.Draws, NothingDrawn),
        Setting.Of("top_p", "draw from the smallest set of tokens whose probabilities come to this", Number(1e-6, 1),
            (EvaluateSettings s) => s.TopP, (s, v) => s with { TopP = v }, Strategic).IdleWhere(s => !s.Draws, NothingDrawn),
        Setting.Of("thinking_tokens", "the most tokens of an answer under cot or a budget without an end; a task's own number where that is larger",
            Count(1, 1 << 20), (EvaluateSettings s) => s.ThinkingTokens, (s, v) => s with { ThinkingTokens = v }, Strategic)
            .IdleWhere(s => !s.Has("cot") && !s.Has("budget"), "without cot or a budget in --strategies"),
        Setting.Of("reward", "what best:N chooses by: model:PATH (a reward model), sum-steps, format=REGEX or length=TOKENS, with weights and added up " +
            "as in 2*model:PATH,sum-steps", Text("a reward").OrNone(), (EvaluateSettings s) => s.Reward, (s, v) => s with { Reward = v }, Strategic)
            .IdleWhere(s => !s.Has("best"), "without best:N in --strategies"),
        Setting.Of("show", "show so many examples of each task as the model saw them", Count(0, 1 << 20),
            (EvaluateSettings s) => s.Show, (s, v) => s with { Show = v }, Result),
        Setting.Of("out", "the folder for the result (none: runs/evaluate-MODEL-TASKS)", Text("a folder").OrNone(),
            (EvaluateSettings s) => s.Out, (s, v) => s with { Out = v }, Result),
        Setting.Of("cache", "a file of answers that were given before (none: answers.jsonl in the result's folder)", Text("a file").OrNone(),
            (EvaluateSettings s) => s.Cache, (s, v) => s with { Cache = v }, Result),
        Setting.Of("json", "the result as one line of JSON", Flag, (EvaluateSettings s) => s.Json, (s, v) => s with { Json = v }, Result)
            .IdleWhere(s => s.Show > 0, "with --show"),
        Setting.Of("endpoint", "the address of an endpoint of OpenAI's kind", Text("an address").OrNone(),
            (EvaluateSettings s) => s.Endpoint, (s, v) => s with { Endpoint = v }, Endpoints),
        Setting.Of("model_name", "the model's name there", Text("a name").OrNone(),
            (EvaluateSettings s) => s.ModelName, (s, v) => s with { ModelName = v }, Endpoints).IdleWhere(s => s.Endpoint is null, "without --endpoint"),
        Setting.Of("key_variable", "the environment variable that holds the key", Text("a name"),
            (EvaluateSettings s) => s.KeyVariable, (s, v) => s with { KeyVariable = v }, Endpoints).IdleWhere(s => s.Endpoint is null, "without --endpoint"),
        Setting.Of("concurrency", "the most requests at once", Count(1, 1024),
            (EvaluateSettings s) => s.Concurrency, (s, v) => s with { Concurrency = v }, Endpoints)
            .IdleWhere(s => s.Endpoint is null, "without --endpoint, whose requests it counts"),
    ];

    private bool Draws => Has("vote") || Has("best");

    private bool Has(string part) => Strategies.Split(',', '+').Any(word => word.Trim().StartsWith(part, StringComparison.Ordinal));

    /// <summary>The strategies that were named.</summary>
    /// <exception cref="UsageException">One is unknown or lacks something.</exception>
    /// <exception cref="GrimoireException">A reward model cannot be opened.</exception>
    public IReadOnlyList<AnswerStrategy> ReadStrategies(Kernels kernels)
    {
        var settings = new ReasoningSettings
        {
            Temperature = Temperature,
            TopP = TopP,
            ThinkingTokens = ThinkingTokens,
            Seed = (ulong)Seed,
            Reward = Reward is null ? null : RewardNames.Parse(Reward, kernels),
        };
        try
        {
            return ReasoningStrategy.Parse(Strategies, settings);
        }
        catch (GrimoireException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
