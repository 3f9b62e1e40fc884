using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Likelihoods;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Puts the examples of some tasks to a model and scores what it makes of them.</summary>
public sealed class TaskRun
{
    private readonly TaskModel model;
    private readonly TaskOptions options;
    private readonly (TaskPrompter Prompter, TaskExample[] Examples)[] tasks;

    /// <summary>Makes all examples, so that whatever is wrong with a task is told before the model works.</summary>
    /// <param name="model">What is evaluated.</param>
    /// <param name="tasks">The tasks, no groups.</param>
    /// <param name="options">How they are run.</param>
    /// <exception cref="GrimoireException">A task's data is not there or not understood.</exception>
    public TaskRun(TaskModel model, IReadOnlyList<TaskFile> tasks, TaskOptions options)
    {
        (this.model, this.options) = (model, options);
        if (tasks.GroupBy(task => task.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new GrimoireException($"the task {twice.Key} is named twice; name it once.");
        this.tasks = [.. tasks.Select(Made)];
    }

    /// <summary>How many examples there are.</summary>
    public int Count => tasks.Sum(task => task.Examples.Length);

    /// <summary>The examples of a task.</summary>
    public IReadOnlyList<TaskExample> Examples(string task) => tasks.First(one => one.Prompter.Task.Name == task).Examples;

    /// <summary>Whether a task's questions are turns of a conversation.</summary>
    public bool IsChat(TaskFile task) => options.Chat ?? (task.Chat && model.Chats);

    /// <summary>Runs all tasks.</summary>
    /// <param name="progress">Told how much of the work is done, from 0 to 1, and what is being done.</param>
    /// <param name="cancellation">Ends the work soon.</param>
    /// <exception cref="GrimoireException">The model cannot do a task.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<ScoredTask> Run(Action<double, string>? progress = null, CancellationToken cancellation = default)
    {
        double all = tasks.Sum(task => task.Examples.Sum(example => Weight(task.Prompter.Task, example))), done = 0;
        var scored = new List<ScoredTask>();
        foreach ((TaskPrompter prompter, TaskExample[] examples) in tasks)
        {
            TaskFile task = prompter.Task;
            progress?.Invoke(done / all, task.Name);
            ScoredExample[] found = Run(task, examples, example =>
            {
                done += Weight(task, example);
                progress?.Invoke(done / all, task.Name);
            }, cancellation);
            scored.Add(new ScoredTask(task, prompter.Fewshot, IsChat(task), found));
        }

        return scored;
    }

    /// <summary>The continuations that are scored of an example, as the model is asked for them.</summary>
    public IReadOnlyList<ContinuationRequest> Requests(TaskFile task, TaskExample example)
    {
        bool chat = IsChat(task);
        string delimiter = chat ? "" : task.Delimiter;
        return task.Kind switch
        {
            TaskKind.Choice => [.. example.Choices.Select(choice => new ContinuationRequest(example.Context, delimiter + choice) { Chat = chat })],
            TaskKind.Contexts => [.. example.Choices.Select(choice =>
                new ContinuationRequest(example.Before + example.Question + choice, delimiter + example.Continuation) { Chat = chat })],
            TaskKind.Continuation => [new ContinuationRequest(example.Context, delimiter + example.Continuation) { Chat = chat }],
            _ => [],
        };
    }

    private (TaskPrompter Prompter, TaskExample[] Examples) Made(TaskFile task)
    {
        var prompter = new TaskPrompter(task, options.Data, options.Fewshot, options.Seed, IsChat(task));
        int count = Math.Min(options.Limit ?? prompter.Count, prompter.Count);
        return (prompter, [.. Enumerable.Range(0, count).Select(prompter.Example)]);
    }

    /// <summary>About how much work an example is: the letters that are read, and for each token that may be written as many as it has letters.</summary>
    private static double Weight(TaskFile task, TaskExample example) => 1 + example.Context.Length + example.Continuation.Length
        + example.Choices.Sum(choice => choice.Length) + (task.Kind == TaskKind.Generate ? 4 * task.MaxTokens : 0);

    private ScoredExample[] Run(TaskFile task, TaskExample[] examples, Action<TaskExample> done, CancellationToken cancellation) => task.Kind switch
    {
        TaskKind.Generate => Answer(task, examples, done, cancellation),
        TaskKind.Rolling => Roll(task, examples, done, cancellation),
        _ => Score(task, examples, done, cancellation),
    };

    private ScoredExample[] Score(TaskFile task, TaskExample[] examples, Action<TaskExample> done, CancellationToken cancellation)
    {
        (ContinuationRequest Request, int Example, int Choice)[] requests =
            [.. examples.SelectMany((example, index) => Requests(task, example).Select((request, choice) => (request, index, choice)))];
        ContinuationScore[][] scores = [.. examples.Select(example => new ContinuationScore[Math.Max(1, example.Choices.Count)])];
        int[] left = [.. scores.Select(own => own.Length)];
        model.Score([.. requests.Select(request => request.Request)], (index, score) =>
        {
            (_, int example, int choice) = requests[index];
            scores[example][choice] = score;
            if (--left[example] == 0)
                done(examples[example]);
        }, cancellation);
        return [.. examples.Zip(scores, (example, own) => new ScoredExample(
            example,
            task.Kind == TaskKind.Continuation ? TaskScoring.OfContinuation(task, own[0]) : TaskScoring.OfChoices(task, example, own),
            Details(example, own)))];
    }

    private static JsonObject Details(TaskExample example, ContinuationScore[] scores)
    {
        var details = new JsonObject { ["logprobs"] = new JsonArray([.. scores.Select(score => JsonValue.Create(score.LogProbability))]) };
        if (example.Right.Count > 0)
            details["right"] = new JsonArray([.. example.Right.Select(right => JsonValue.Create(right))]);
        return details;
    }

    /// <summary>Words are what white space parts, and one more than there is white space, as the reference harness counts them.</summary>
    private ScoredExample[] Roll(TaskFile task, TaskExample[] examples, Action<TaskExample> done, CancellationToken cancellation)
    {
        var scores = new ContinuationScore[examples.Length];
        model.ScoreTexts([.. examples.Select(example => example.Continuation)], (index, score) =>
        {
            scores[index] = score;
            done(examples[index]);
        }, cancellation);
        return [.. examples.Zip(scores, (example, score) =>
        {
            int words = DocumentLikelihood.CountWords(example.Continuation), bytes = Encoding.UTF8.GetByteCount(example.Continuation);
            var values = task.Metrics.ToDictionary(metric => metric.Name, metric => metric.Of switch
            {
                "word_perplexity" => Math.Exp(-score.LogProbability / words),
                "byte_perplexity" => Math.Exp(-score.LogProbability / bytes),
                _ => -score.LogProbability / bytes / Math.Log(2),
            }, StringComparer.Ordinal);
            return new ScoredExample(example, values,
                new JsonObject { ["logprob"] = score.LogProbability, ["words"] = (double)words, ["bytes"] = (double)bytes, ["tokens"] = score.Tokens });
        })];
    }

    private ScoredExample[] Answer(TaskFile task, TaskExample[] examples, Action<TaskExample> done, CancellationToken cancellation)
    {
        var answers = new TaskAnswer[examples.Length];
        options.Strategy.Answer(model, task, examples, (index, answer) =>
        {
            answers[index] = answer;
            done(examples[index]);
        }, IsChat(task), cancellation);
        return [.. examples.Zip(answers, (example, answer) =>
        {
            var details = new JsonObject { ["answer"] = answer.Text, ["tokens"] = answer.Tokens };
            if (answer.Notes is { } notes)
                details["notes"] = notes.DeepClone();
            return new ScoredExample(example, TaskScoring.OfAnswer(task, example, answer.Text), details) { Tokens = answer.Tokens };
        })];
    }
}
