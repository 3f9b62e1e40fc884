using Grimoire.Evaluation.Tasks;

namespace Grimoire.Cli;

/// <summary>Examples of tasks as the model saw them: its pieces with a bar between, what was compared, and what it made of that.</summary>
internal static class ExampleScreen
{
    /// <summary>Shows the first examples of each task.</summary>
    public static void Show(Terminal terminal, TaskModel model, TaskRun run, IReadOnlyList<TaskFile> tasks, int count)
    {
        foreach (TaskFile task in tasks)
        {
            foreach (TaskExample example in run.Examples(task.Name).Take(count))
            {
                terminal.Stop.ThrowIfCancellationRequested();
                terminal.Line();
                terminal.Line($"[bold]{example.Id}[/]");
                if (task.Kind == TaskKind.Generate)
                    Answer(terminal, model, task, example, run.IsChat(task));
                else if (task.Kind == TaskKind.Rolling)
                    Whole(terminal, model, example);
                else
                    Scores(terminal, model, run.Requests(task, example), example);
            }
        }
    }

    private static void Scores(Terminal terminal, TaskModel model, IReadOnlyList<ContinuationRequest> requests, TaskExample example)
    {
        IReadOnlyList<ContinuationScore> scores = model.Score(requests, terminal.Stop);
        for (int i = 0; i < requests.Count; i++)
        {
            (string context, string continuation) = Read(model, requests[i]);
            if (i == 0 || requests[i].Context != requests[0].Context)
                terminal.Out.WriteLine($"  read      {context}");
            string sign = example.Right.Count == 0 ? "scored " : example.Right.Contains(i) ? "right  " : "wrong  ";
            terminal.Out.WriteLine($"  {sign}   {continuation}");
            terminal.Out.WriteLine(
                $"            ln p {Numbers.Fixed(scores[i].LogProbability, 4)}, {scores[i].Tokens} tokens{(scores[i].IsGreedy ? ", greedy" : "")}");
        }
    }

    private static void Whole(Terminal terminal, TaskModel model, TaskExample example)
    {
        ContinuationScore score = model.ScoreTexts([example.Continuation], terminal.Stop)[0];
        terminal.Out.WriteLine($"  scored    {Read(model, new ContinuationRequest("", example.Continuation)).Continuation}");
        terminal.Out.WriteLine($"            ln p {Numbers.Fixed(score.LogProbability, 4)}, {score.Tokens} tokens");
    }

    private static void Answer(Terminal terminal, TaskModel model, TaskFile task, TaskExample example, bool chat)
    {
        TaskAnswer? answer = null;
        AnswerStrategy.Greedy.Answer(model, task, [example], (_, given) => answer = given, chat, terminal.Stop);
        terminal.Out.WriteLine($"  read      {Read(model, new ContinuationRequest(example.Context, "") { Chat = chat }).Context}");
        terminal.Out.WriteLine($"  said      {Pieces.Visible(answer!.Text)}  ({answer.Tokens} tokens)");
        terminal.Out.WriteLine($"  right     {string.Join("  or  ", example.Answers.Select(Pieces.Visible))}");
        foreach ((string metric, double score) in TaskScoring.OfAnswer(task, example, answer.Text))
            terminal.Out.WriteLine($"            {metric} {Numbers.Metric(score)}");
    }

    /// <summary>The pieces where they are known, else the texts.</summary>
    private static (string Context, string Continuation) Read(TaskModel model, ContinuationRequest request) => model.Pieces(request) is { } pieces
        ? (Joined(pieces.Context), Joined(pieces.Continuation))
        : (Pieces.Visible(request.Context), Pieces.Visible(request.Continuation));

    private static string Joined(IReadOnlyList<string> pieces) => string.Join('|', pieces.Select(Pieces.Visible));
}
