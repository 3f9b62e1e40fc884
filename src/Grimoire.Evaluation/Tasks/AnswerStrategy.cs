using System.Text.Json.Nodes;

namespace Grimoire.Evaluation.Tasks;

/// <summary>How a model is brought to answer an example of a task that is answered freely. This one asks once, greedily.</summary>
public class AnswerStrategy
{
    /// <summary>Asking once and taking the likeliest token each time.</summary>
    public static AnswerStrategy Greedy { get; } = new();

    /// <summary>What to call it.</summary>
    public virtual string Name => "greedy";

    /// <summary>Answers examples.</summary>
    /// <param name="model">What answers.</param>
    /// <param name="task">The task: its stop strings, its most tokens, its judge.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="done">Takes the index of an example and its answer.</param>
    /// <param name="chat">Whether the prompt is one turn of a conversation in the model's format.</param>
    /// <param name="cancellation">Ends the work soon.</param>
    /// <exception cref="GrimoireException">A prompt cannot be answered.</exception>
    public virtual void Answer(
        TaskModel model, TaskFile task, IReadOnlyList<TaskExample> examples, Action<int, TaskAnswer> done, bool chat, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        GenerateRequest[] requests = [.. examples.Select(example =>
            new GenerateRequest(example.Context) { Chat = chat, Stop = task.Stop, MaxTokens = task.MaxTokens })];
        model.Generate(requests, (index, answer) => done(index, new TaskAnswer(answer.Text, answer.Tokens)), cancellation);
    }
}

/// <summary>What came of asking, by whatever strategy.</summary>
/// <param name="Text">The answer that is judged.</param>
/// <param name="Tokens">All tokens that were generated for it.</param>
public sealed record TaskAnswer(string Text, int Tokens)
{
    /// <summary>What else there is to keep with the example, such as the samples that were voted on.</summary>
    public JsonObject? Notes { get; init; }
}
