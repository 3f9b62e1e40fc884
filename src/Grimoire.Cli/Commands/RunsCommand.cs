using System.CommandLine;
using System.Globalization;
using Grimoire.Evaluation;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire runs</c>: what was trained, how it went, and how runs differ.</summary>
internal static class RunsCommand
{
    private const int SampleLength = 600;

    private sealed record Choices
    {
        public string Folder { get; init; } = "runs";

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("in", "the folder to look in", Text("a path"), (Choices c) => c.Folder, (c, v) => c with { Folder = v }),
        ];
    }

    public static Verb Create()
    {
        Options<Choices>? options = null, listed = null;
        Verb list = new("list", "All runs, newest first.", "grimoire runs list")
        {
            Run = (parse, terminal) => List(terminal, listed!.Read(parse, new Choices())),
        };
        listed = new Options<Choices>(list, Choices.Settings, new Choices());
        Verb verb = new("runs", "List, show and compare what was trained.", "grimoire runs", "grimoire runs compare runs/a runs/b")
        {
            Run = (parse, terminal) => List(terminal, options!.Read(parse, new Choices())),
        };
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        verb.Add(list);
        verb.Add(Show());
        verb.Add(Compare());
        return verb;
    }

    private static Verb Show()
    {
        var run = new Argument<string>("RUN") { Description = "a run folder, or its name in runs/" };
        Verb verb = new("show", "All about one run.", "grimoire runs show runs/quickstart")
        {
            Run = (parse, terminal) => Show(terminal, Find(parse.GetRequiredValue(run))),
        };
        verb.Add(run);
        return verb;
    }

    private static Verb Compare()
    {
        var runs = new Argument<string[]>("RUN") { Description = "run folders, or their names in runs/", Arity = new ArgumentArity(2, 16) };
        Verb verb = new("compare", "How runs differ: settings and outcome, or the figures of evaluations.", "grimoire runs compare runs/a runs/b")
        {
            Detail = "Two evaluations of the same tasks are paired example by example: each figure's difference comes with an interval and with the " +
                "probability that so large a one would come of nothing, and with how many examples went up (from wrong to right) and down.",
            Run = (parse, terminal) => Compare(terminal, [.. parse.GetRequiredValue(runs).Select(Find)]),
        };
        verb.Add(runs);
        return verb;
    }

    private static int List(Terminal terminal, Choices choices)
    {
        IReadOnlyList<RunSummary> runs = RunSummary.List(choices.Folder, refused => terminal.Complain(refused.Message));
        if (runs.Count == 0)
        {
            terminal.Out.WriteLine($"There are no runs in {choices.Folder} yet; grimoire quickstart makes one.");
            return Tool.Success;
        }

        Sheet.Rows(terminal, ["Run", "Verb", "Status", ">Steps", ">Loss", "Outcome", ">Time", "Begun"], runs.Select(run => (IReadOnlyList<string>)
        [
            Path.GetRelativePath(".", run.Folder), run.Info.Kind, Word(run.Info.Status),
            run.Steps == 0 && EvaluationFolder.Exists(run.Folder) ? "–" : Numbers.Count(run.Steps),
            Numbers.Loss(run.Loss), Outcome(run),
            Numbers.Duration(run.Seconds), Date(run.Info.Started),
        ]));
        return Tool.Success;
    }

    private static int Show(Terminal terminal, string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        if (EvaluationFolder.Exists(folder))
            return ShowEvaluation(terminal, folder, run);
        terminal.Line($"[bold]{Path.GetRelativePath(".", folder)}[/]   {Word(run.Info.Status)}");
        List<(string, string)> facts =
        [
            ("command", "grimoire " + CommandText.Of(run.Info.Command)),
            ("begun", Date(run.Info.Started)),
            ("steps", Numbers.Count(run.Steps)),
            ("time", Numbers.Duration(run.Seconds)),
            ("loss", Numbers.Loss(run.Loss)),
            .. run.BestValidationLoss is { } best ? [("best validation loss", Numbers.Loss(best))] : ((string, string)[])[],
            .. run.Info.Results.Select(result => (Metric.Words(result.Key), result.Value.ToString("G6", CultureInfo.InvariantCulture))),
            ("checkpoints", string.Join(", ", Run.Checkpoints(folder).Select(c => Numbers.Count(c.Step)))),
            ("machine", run.Info.Machine.ToString()),
        ];
        if (run.Info.Message is { } message)
            facts.Insert(0, ("message", message));
        if (File.Exists(Path.Combine(folder, "report.html")))
            facts.Add(("report", Path.Combine(folder, "report.html")));
        Sheet.Facts(terminal, facts);
        if (Run.Samples(folder) is [.., var sample])
        {
            terminal.Line();
            terminal.Line($"[bold]Last sample[/] [dim]after {sample.Step} steps[/]");
            terminal.Out.WriteLine(sample.Prompt + (run.Info.Kind == "pretrain" ? "" : "\n→ ") + sample.Text[..Math.Min(sample.Text.Length, SampleLength)]);
        }

        return Tool.Success;
    }

    private static int ShowEvaluation(Terminal terminal, string folder, RunSummary run)
    {
        EvaluationResult result = EvaluationFolder.Read(folder);
        terminal.Line($"[bold]{Path.GetRelativePath(".", folder)}[/]   {Word(run.Info.Status)}");
        Sheet.Facts(
            terminal,
            ("command", "grimoire " + CommandText.Of(run.Info.Command)),
            ("begun", Date(run.Info.Started)),
            ("time", Numbers.Duration(run.Seconds)),
            ("examples", Path.Combine(folder, EvaluationFolder.ExamplesFile)),
            ("report", Path.Combine(folder, EvaluationFolder.ReportFile)),
            ("machine", run.Info.Machine.ToString()));
        terminal.Line();
        EvaluationScreen.Show(terminal, result);
        return Tool.Success;
    }

    private static int Compare(Terminal terminal, IReadOnlyList<string> folders)
    {
        string[] evaluations = [.. folders.Where(EvaluationFolder.Exists)];
        if (evaluations.Length == folders.Count)
            return CompareEvaluations(terminal, folders);
        if (evaluations.Length > 0)
        {
            string other = folders.First(folder => !EvaluationFolder.Exists(folder));
            throw new GrimoireException($"{evaluations[0]} is an evaluation and {other} is none; compare evaluations with each other.");
        }

        RunSummary[] runs = [.. folders.Select(RunSummary.Read)];
        List<IReadOnlyList<string>> rows =
        [
            ["status", .. runs.Select(run => Word(run.Info.Status))],
            ["steps", .. runs.Select(run => Numbers.Count(run.Steps))],
            ["loss", .. runs.Select(run => Numbers.Loss(run.Loss))],
            ["best validation loss", .. runs.Select(run => Numbers.Loss(run.BestValidationLoss))],
            .. Results(runs),
            ["time", .. runs.Select(run => Numbers.Duration(run.Seconds))],
            .. RunSummary.Differences(runs).Select(row => (IReadOnlyList<string>)[row.Key, .. row.Values]),
        ];
        Sheet.Rows(terminal, ["", .. folders.Select(folder => Path.GetRelativePath(".", folder))], rows);
        return Tool.Success;
    }

    /// <summary>Each evaluation beside the first.</summary>
    private static int CompareEvaluations(Terminal terminal, IReadOnlyList<string> folders)
    {
        foreach (string other in folders.Skip(1))
        {
            EvaluationComparison comparison = Waiting.While(terminal, "pairing the examples", () => EvaluationComparison.Of(folders[0], other));
            terminal.Line($"[bold]{Path.GetRelativePath(".", folders[0])}[/] and [bold]{Path.GetRelativePath(".", other)}[/]");
            string[] names = [.. new[] { folders[0], other }.Select(folder => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)))];
            EvaluationScreen.Table(terminal, names[0] == names[1] ? comparison.Table("first", "second") : comparison.Table(names[0], names[1]));
            terminal.Line();
        }

        terminal.Line($"[dim]Intervals by paired bootstrap; p by the exact sign test where examples are right or wrong, else by approximate randomisation.[/]");
        return Tool.Success;
    }

    /// <summary>What was measured of the finished models, where any two runs differ in it.</summary>
    private static IEnumerable<IReadOnlyList<string>> Results(IReadOnlyList<RunSummary> runs) => runs
        .SelectMany(run => run.Info.Results.Keys).Distinct(StringComparer.Ordinal).Where(name => name is not (Metric.Seconds or Metric.ValidationLoss))
        .Select(name => (IReadOnlyList<string>)
            [Metric.Words(name), .. runs.Select(run => run.Info.Results.TryGetValue(name, out double value) ? Numbers.Metric(value) : "–")])
        .Where(row => row.Skip(1).Distinct(StringComparer.Ordinal).Skip(1).Any());

    private static string Outcome(RunSummary run) => run.Outcome is { } outcome ? $"{Metric.Words(outcome.Name)} {Numbers.Metric(outcome.Value)}" : "–";

    private static string Find(string name) => !Run.Exists(name) && Run.Exists(Path.Combine("runs", name)) ? Path.Combine("runs", name) : name;

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    private static string Date(DateTime utc) => utc.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
