namespace Grimoire.Evaluation.Tasks;

/// <summary>How tasks are run.</summary>
public sealed record TaskOptions
{
    /// <summary>The folder of data.</summary>
    public string Data { get; init; } = "data";

    /// <summary>The most examples of a task, its first ones; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many shots come before a question; null for as many as a task says.</summary>
    public int? Fewshot { get; init; }

    /// <summary>Chooses the shots, and resamples for the intervals.</summary>
    public ulong Seed { get; init; } = 1234;

    /// <summary>Whether each question is one turn of a conversation; null where the task says so and the model has a format for it.</summary>
    public bool? Chat { get; init; }

    /// <summary>How questions are answered that are answered freely.</summary>
    public AnswerStrategy Strategy { get; init; } = AnswerStrategy.Greedy;
}

/// <summary>What came of an example.</summary>
/// <param name="Example">The example.</param>
/// <param name="Scores">A number by the name of each metric.</param>
/// <param name="Details">What the model said or thought.</param>
public sealed record ScoredExample(TaskExample Example, IReadOnlyDictionary<string, double> Scores, System.Text.Json.Nodes.JsonObject Details)
{
    /// <summary>All tokens that were generated for it.</summary>
    public int Tokens { get; init; }
}

/// <summary>What came of a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Fewshot">How many shots came before each question.</param>
/// <param name="Chat">Whether each question was one turn of a conversation.</param>
/// <param name="Examples">Its examples, in order.</param>
public sealed record ScoredTask(TaskFile Task, int Fewshot, bool Chat, IReadOnlyList<ScoredExample> Examples);
