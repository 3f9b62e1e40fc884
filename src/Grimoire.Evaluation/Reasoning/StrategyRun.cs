using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>Puts the same examples to a model under several strategies. Tasks that are not answered freely know no strategies and are done once.</summary>
/// <param name="model">What is evaluated.</param>
/// <param name="asked">The tasks and groups.</param>
/// <param name="strategies">The strategies; the first is the one that the others are held against.</param>
/// <param name="options">How tasks are run.</param>
public sealed class StrategyRun(TaskModel model, IReadOnlyList<TaskFile> asked, IReadOnlyList<AnswerStrategy> strategies, TaskOptions options)
{
    /// <summary>Runs all tasks.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="name">What to call the model.</param>
    /// <param name="progress">Told how much of the work is done, from 0 to 1, and what is being done.</param>
    /// <param name="cancellation">Ends the work soon.</param>
    /// <returns>The result, and the rows of its examples.</returns>
    /// <exception cref="GrimoireException">No task is answered freely, a task's data is not there, or the model cannot do a task.</exception>
    public (EvaluationResult Result, IReadOnlyList<JsonObject> Rows) Do(
        RunInfo run, string name, Action<double, string>? progress = null, CancellationToken cancellation = default)
    {
        TaskFile[] free = [.. Of(one => one.Kind == TaskKind.Generate)], others = [.. Of(one => one.Kind != TaskKind.Generate)];
        if (free.Length == 0)
            throw new GrimoireException("none of the tasks is answered freely, so strategies make no difference; leave --strategies out.");
        double parts = strategies.Count + (others.Length > 0 ? 1 : 0);
        StrategyOutcome[] outcomes = [.. strategies.Select((strategy, part) =>
            new StrategyOutcome(strategy, Run(free, options with { Strategy = strategy }, part, strategy.Name)))];
        EvaluationResult result = StrategyReport.Of(run, name, free, outcomes, options);
        JsonObject[] rows = [.. StrategyReport.Rows(outcomes)];
        if (others.Length == 0)
            return (result, rows);
        IReadOnlyList<ScoredTask> scored = Run(others, options, strategies.Count, "choosing");
        EvaluationResult rest = TaskReport.Of(run, name, others, scored, options);
        result = result with
        {
            Summary = $"{result.Summary} {rest.Summary}",
            Figures = [.. result.Figures, .. rest.Figures],
            Tables = [.. result.Tables, .. rest.Tables],
        };
        return (result, [.. rows, .. TaskReport.Rows(scored)]);

        IReadOnlyList<ScoredTask> Run(TaskFile[] tasks, TaskOptions how, int part, string what) =>
            new TaskRun(model, [.. tasks.SelectMany(TaskLibrary.Expand).DistinctBy(task => task.Name)], how)
                .Run((share, task) => progress?.Invoke((part + share) / parts, $"{task}, {what}"), cancellation);
    }

    /// <summary>What was asked for, as far as its tasks are of a kind; of a group of both kinds only those tasks.</summary>
    private IEnumerable<TaskFile> Of(Func<TaskFile, bool> kind) => asked.SelectMany(one =>
    {
        IReadOnlyList<TaskFile> tasks = TaskLibrary.Expand(one);
        return tasks.All(kind) ? [one] : tasks.Where(kind);
    });
}
