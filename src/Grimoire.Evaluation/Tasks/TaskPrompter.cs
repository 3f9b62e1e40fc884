using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Makes examples of a task's rows: lays values into templates and puts shots before the question.</summary>
public sealed class TaskPrompter
{
    private readonly IReadOnlyList<JsonObject> rows, shots;
    private readonly TextTemplate preamble, context, gold, continuation, shown, by;
    private readonly (TaskTexts Texts, TextTemplate Template)[] choices, answers;
    private readonly ulong seed;

    /// <summary>Reads a task's rows.</summary>
    /// <param name="task">The task, no group.</param>
    /// <param name="folder">The folder of data.</param>
    /// <param name="fewshot">How many shots; null for as many as the task says.</param>
    /// <param name="seed">Chooses the shots.</param>
    /// <param name="chat">Whether the question is one turn of a conversation.</param>
    /// <exception cref="GrimoireException">A file is not there or not understood, or has too few rows for so many shots.</exception>
    public TaskPrompter(TaskFile task, string folder, int? fewshot = null, ulong seed = 1234, bool chat = false)
    {
        (Task, this.seed, Chat, Fewshot) = (task, seed, chat, fewshot ?? task.Fewshot);
        rows = TaskRows.Read(task.Data, folder, task.Name);
        shots = Fewshot == 0 || task.FewshotData is null ? rows : TaskRows.Read(task.FewshotData, folder, task.Name);
        if (Fewshot > shots.Count - (SharesRows ? 1 : 0))
            throw new GrimoireException($"task {task.Name}: {Fewshot} shots are asked for, and there are {shots.Count} rows to draw them from; ask for fewer.");
        (preamble, context, gold) = (TextTemplate.Parse(task.Preamble), TextTemplate.Parse(task.Context), TextTemplate.Parse(task.Gold));
        (continuation, shown, by) = (TextTemplate.Parse(task.Continuation), TextTemplate.Parse(task.Shown), TextTemplate.Parse(task.By));
        (choices, answers) = (Templates(task.Choices), Templates(task.Answers));
    }

    /// <summary>The task.</summary>
    public TaskFile Task { get; }

    /// <summary>Whether the question is one turn of a conversation.</summary>
    public bool Chat { get; }

    /// <summary>How many shots come before each question.</summary>
    public int Fewshot { get; }

    /// <summary>How many examples there are.</summary>
    public int Count => rows.Count;

    private bool SharesRows => ReferenceEquals(shots, rows);

    /// <summary>The example of a row.</summary>
    /// <param name="index">The row, from 0.</param>
    /// <exception cref="GrimoireException">A template fails on the row, or nothing says what is right.</exception>
    public TaskExample Example(int index)
    {
        TaskExample bare = Bare(rows[index], string.Create(CultureInfo.InvariantCulture, $"{Task.Name}/{index}"));
        if (Task.Preamble.Length == 0 && Fewshot == 0)
            return bare;
        string before = preamble.Render(TaskRows.Values(rows[index], Chat));
        foreach (int shot in Shots(index))
            before += Shot(Bare(shots[shot], $"{Task.Name}, shot {shot}")) + Task.FewshotDelimiter;
        return bare with { Before = before };
    }

    /// <summary>
    /// Which rows are shown before a question: the first ones, or some drawn by the seed and the question's place; never the question itself.
    /// </summary>
    private IEnumerable<int> Shots(int index)
    {
        int own = SharesRows ? index : -1;
        if (Task.FirstShots)
            return Enumerable.Range(0, shots.Count).Where(shot => shot != own).Take(Fewshot);
        var drawn = new List<int>();
        for (ulong attempt = 0; drawn.Count < Fewshot; attempt++)
        {
            int shot = (int)CountedRandom.Below(shots.Count, seed, (ulong)index, attempt);
            if (shot != own && !drawn.Contains(shot))
                drawn.Add(shot);
        }

        return drawn;
    }

    private string Shot(TaskExample example)
    {
        if (Task.Shown.Length > 0)
            return example.Question + Task.Delimiter + shown.Render(TaskRows.Values(example.Row, Chat));
        return Task.Kind switch
        {
            TaskKind.Choice => example.Question + Task.Delimiter + example.Choices[example.Right[0]],
            TaskKind.Contexts => example.Question + example.Choices[example.Right[0]] + Task.Delimiter + example.Continuation,
            TaskKind.Generate => example.Question + Task.Delimiter + (example.Answers.Count > 0 ? example.Answers[0]
                : throw Fault(example.Id, "there is no answer to show in a shot")),
            _ => example.Question + Task.Delimiter + example.Continuation,
        };
    }

    /// <summary>The example without what stands before it.</summary>
    private TaskExample Bare(JsonObject row, string id)
    {
        JsonObject values = TaskRows.Values(row, Chat);
        try
        {
            (string Text, bool IsRight)[] texts = [.. Texts(choices, values, id)];
            var example = new TaskExample
            {
                Id = id,
                Row = row,
                Question = context.Render(values),
                Choices = [.. texts.Select(text => text.Text)],
                Continuation = continuation.Render(values),
                Answers = [.. Texts(answers, values, id).Select(text => text.Text)],
                Part = by.Render(values),
            };
            int[] marked = [.. Enumerable.Range(0, texts.Length).Where(choice => texts[choice].IsRight)];
            return example with
            {
                Right = Task.Kind is not (TaskKind.Choice or TaskKind.Contexts) ? [] : Task.Gold.Length > 0
                ? [Gold(example, gold.Render(values).Trim())] : Marked(example, marked)
            };
        }
        catch (GrimoireException e) when (!e.Message.StartsWith("task ", StringComparison.Ordinal))
        {
            throw Fault(id, e.Message);
        }
    }

    private static int[] Marked(TaskExample example, int[] marked) =>
        marked.Length > 0 ? marked : throw Fault(example.Id, "no choice of it is right");

    private static int Gold(TaskExample example, string gold)
    {
        if (int.TryParse(gold, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < example.Choices.Count)
            return index;
        for (int i = 0; i < example.Choices.Count; i++)
        {
            if (example.Choices[i].Trim() == gold)
                return i;
        }

        throw Fault(example.Id, $"its right choice is \"{gold}\", which is neither the index of a choice nor one of the {example.Choices.Count}");
    }

    private static IEnumerable<(string Text, bool IsRight)> Texts((TaskTexts Texts, TextTemplate Template)[] all, JsonObject values, string id)
    {
        foreach ((TaskTexts texts, TextTemplate template) in all)
        {
            if (texts.Each.Length == 0)
            {
                yield return (template.Render(values), texts.IsRight);
                continue;
            }

            if (values[texts.Each] is not JsonArray items)
                throw Fault(id, $"there is no list in the column \"{texts.Each}\" (columns: " +
                    $"{string.Join(", ", values.Select(value => value.Key).Where(key => key is not ("row" or "chat")))})");
            foreach (JsonNode? item in items)
            {
                values["item"] = item?.DeepClone();
                yield return (template.Render(values), texts.IsRight);
            }
        }
    }

    private static (TaskTexts Texts, TextTemplate Template)[] Templates(IReadOnlyList<TaskTexts> texts) =>
        [.. texts.Select(one => (one, TextTemplate.Parse(one.Template)))];

    private static GrimoireException Fault(string id, string what) => new($"task {id}: {what.TrimEnd('.')}.");
}
