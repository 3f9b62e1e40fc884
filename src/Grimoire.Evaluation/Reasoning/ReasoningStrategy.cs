using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>Answers by a plan: so many drafts of each answer, written with what help the plan gives, of which one is chosen.</summary>
public sealed class ReasoningStrategy : AnswerStrategy
{
    private const int DraftsAtOnce = 256;
    private readonly ReasoningPlan plan;
    private readonly ReasoningSettings settings;

    /// <summary>A strategy of a plan.</summary>
    /// <exception cref="GrimoireException">The plan chooses by a reward and there is none.</exception>
    public ReasoningStrategy(ReasoningPlan plan, ReasoningSettings settings)
    {
        (this.plan, this.settings) = (plan, settings);
        if (plan.Choice == AnswerChoice.Best && settings.Reward is null)
            throw new GrimoireException($"the strategy '{plan.Name}' chooses by a reward; name one with --reward, as in --reward model:runs/my-reward.");
    }

    /// <summary>The strategies of a list as it is written on the command line, divided by commas.</summary>
    /// <exception cref="GrimoireException">One is unknown, incomplete or named twice.</exception>
    public static IReadOnlyList<AnswerStrategy> Parse(string list, ReasoningSettings settings)
    {
        ReasoningPlan[] plans = [.. list.Split(',').Select(ReasoningPlan.Parse)];
        if (plans.GroupBy(plan => plan.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new GrimoireException($"the strategy '{twice.Key}' is named twice; name each once.");
        return [.. plans.Select(plan => plan == new ReasoningPlan() ? Greedy : new ReasoningStrategy(plan, settings))];
    }

    /// <inheritdoc/>
    public override string Name => plan.Name;

    /// <inheritdoc/>
    public override void Answer(
        TaskModel model, TaskFile task, IReadOnlyList<TaskExample> examples, Action<int, TaskAnswer> done, bool chat, CancellationToken cancellation = default)
    {
        var writer = new DraftWriter(model, task, plan, settings, chat);
        int first = 0;
        foreach (TaskExample[] some in examples.Chunk(Math.Max(1, DraftsAtOnce / plan.Samples)))
        {
            Draft[][] drafts = [.. some.Select(example => Drafts(task, example, chat))];
            writer.Write([.. drafts.SelectMany(of => of)], cancellation);
            for (int i = 0; i < some.Length; i++)
                done(first + i, Answer(task, some[i], drafts[i]));
            first += some.Length;
        }
    }

    private Draft[] Drafts(TaskFile task, TaskExample example, bool chat)
    {
        string begun = plan.Cue is { } cue ? (chat ? "" : task.Delimiter) + Cues.Of(task, cue) : "";
        ulong seed = TextSeed.Of(settings.Seed, example.Id);
        return [.. Enumerable.Range(0, plan.Samples).Select(sample => new Draft(example.Context, begun, CountedRandom.Bits(seed, (ulong)sample)))];
    }

    private TaskAnswer Answer(TaskFile task, TaskExample example, Draft[] drafts)
    {
        string[] votes = [.. drafts.Select(draft => Votes.Of(task, draft.Text))];
        double[]? rewards = plan.Choice == AnswerChoice.Best ? Rewards(example, drafts) : null;
        int chosen = rewards is null ? Votes.Winner(votes) : Array.IndexOf(rewards, rewards.Max());
        var notes = new JsonObject { ["turns"] = drafts.Sum(draft => draft.Turns) };
        if (plan.Calculator)
            notes["results"] = drafts.Sum(draft => draft.Results);
        if (plan.HasBudget)
            (notes["waits"], notes["cut"]) = (drafts.Sum(draft => draft.Waits), drafts.Count(draft => draft.IsConcluding));
        if (drafts.Length > 1)
            notes["drafts"] = new JsonArray([.. drafts.Select((draft, i) => Row(draft, votes[i], rewards?[i]))]);
        return new TaskAnswer(drafts[chosen].Text, drafts.Sum(draft => draft.Tokens)) { Notes = notes };
    }

    private static JsonObject Row(Draft draft, string vote, double? reward)
    {
        var row = new JsonObject { ["text"] = draft.Text, ["answer"] = vote, ["tokens"] = draft.Tokens };
        if (reward is { } value)
            row["reward"] = value;
        return row;
    }

    private double[] Rewards(TaskExample example, Draft[] drafts)
    {
        var prompt = new PromptExample(new Passage(example.Question), new JsonObject());
        return settings.Reward!.Score([.. drafts.Select(draft => new Rollout(prompt, [], [], draft.Text, draft.Ended, [], []))]);
    }
}
