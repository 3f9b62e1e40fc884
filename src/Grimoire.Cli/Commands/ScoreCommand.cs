using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Metrics;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire score</c>: texts against references, by the metrics of translation, summaries and answers.</summary>
internal static class ScoreCommand
{
    private const string Kind = "score", Input = "-", Alone = "with one file, which is held against nothing";

    private sealed record Choices
    {
        /// <summary>The files of the systems, which are no option.</summary>
        public string[] Hypotheses { get; init; } = [];

        public IReadOnlyList<string> References { get; init; } = [];

        public string Column { get; init; } = "prediction";

        public string ReferenceColumn { get; init; } = "reference";

        public ScoreSettings Score { get; init; } = new();

        public int Bootstrap { get; init; } = Evaluation.Bootstrap.Resamples;

        public long Seed { get; init; } = (long)Evaluation.Bootstrap.Seed;

        public PairedTest Paired { get; init; } = PairedTest.Bootstrap;

        public int? Trials { get; init; }

        public bool Sentence { get; init; }

        public string? Out { get; init; } = "";

        public bool Json { get; init; }

        /// <summary>What the figures depend on.</summary>
        public static SettingList<Choices> Measured { get; } =
        [
            Setting.Of("references", "what the texts might have been, line by line: a file for each set of references; rows without it hold their own",
                Texts("files"), (Choices c) => c.References, (c, v) => c with { References = v }),
            Setting.Of("column", "the column of a .jsonl file in which the texts are", Text("a name"),
                (Choices c) => c.Column, (c, v) => c with { Column = v }),
            Setting.Of("reference_column", "the column in which references are, each a text or a list of texts", Text("a name"),
                (Choices c) => c.ReferenceColumn, (c, v) => c with { ReferenceColumn = v }),
            .. ScoreSettings.Settings.Select(setting => setting.Within<Choices>(c => c.Score, (c, v) => c with { Score = v }, setting.Group)),
            Setting.Of("bootstrap", "resamples for the intervals; 0 for none", Count(0, 1 << 20),
                (Choices c) => c.Bootstrap, (c, v) => c with { Bootstrap = v }, "Trust"),
            Setting.Of("seed", "of all drawing", Integer(0), (Choices c) => c.Seed, (c, v) => c with { Seed = v }, "Trust"),
            Setting.Of("paired", "how further HYPOTHESES are held against the first", Choice<PairedTest>(),
                (Choices c) => c.Paired, (c, v) => c with { Paired = v }, "Trust")
                .IdleWhere(c => c.Hypotheses.Length == 1, Alone),
            Setting.Of("trials", "resamples or trials of that test (otherwise 1,000 or 10,000)", Count(1, 1 << 24).OrNone(),
                (Choices c) => c.Trials, (c, v) => c with { Trials = v }, "Trust")
                .IdleWhere(c => c.Hypotheses.Length == 1, Alone).IdleWhere(c => c.Paired == PairedTest.None, "with --paired none"),
        ];

        public static SettingList<Choices> Settings { get; } =
        [
            .. Measured,
            Setting.Of("sentence", "show the figures of each line alone", Flag, (Choices c) => c.Sentence, (c, v) => c with { Sentence = v }, "Output"),
            Setting.Of("out", "the folder of the result, or none (otherwise runs/score-NAME, with a number where that is taken)", Text("a folder").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Output"),
            Setting.Of("json", "the result as one line of JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v }, "Output"),
        ];
    }

    private sealed record TextFile(string Name, IReadOnlyList<IReadOnlyList<string>> Lines);

    public static Verb Create()
    {
        var hypotheses = new Argument<string[]>("HYPOTHESES")
        {
            Description = "files with a text on each line, or .jsonl; - reads standard input. Each further file is another system",
            Arity = ArgumentArity.OneOrMore,
        };
        Options<Choices>? options = null;
        Verb verb = new("score", "Score texts against references: BLEU, chrF, TER, ROUGE, exact match, F1, edit distances.",
            "grimoire score translated.txt --references references.txt",
            "grimoire score ours.txt theirs.txt --references a.txt b.txt --metrics bleu,chrf++ --paired randomization")
        {
            Detail = "Figures are those of sacreBLEU, Google's rouge_score and SQuAD's script to all digits; " +
                "the signature beside each says how it was measured. The interval tells how far it would move with other lines of the same kind.",
            Run = (parse, terminal) => Run(
                terminal, options!.Read(parse, new Choices { Hypotheses = parse.GetRequiredValue(hypotheses) }),
                [.. parse.Tokens.Select(token => token.Value)]),
        };

        // Before the argument: --references takes all files that follow it, and HYPOTHESES come first.
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        verb.Add(hypotheses);
        return verb;
    }

    private static int Run(Terminal terminal, Choices choices, string[] command)
    {
        DateTime started = DateTime.UtcNow;
        IReadOnlyList<TextMetric> metrics = choices.Score.Create();
        TextFile[] systems = [.. choices.Hypotheses.Select(path => Read(terminal, path, choices.Column))];
        TextFile[] references = [.. ReferencesOf(choices).Select(path => Read(terminal, path, choices.ReferenceColumn))];
        foreach (TextFile system in systems)
            Require(system, systems[0], references);
        string[][] expected = [.. systems[0].Lines.Select((_, line) => references.SelectMany(file => file.Lines[line]).ToArray())];
        var sheet = new ScoreSheet(metrics, expected, choices.Bootstrap, (ulong)choices.Seed);
        RunInfo info = Info(systems, references, choices) with { Command = command, Started = started };
        (EvaluationResult result, IReadOnlyList<SystemComparison> comparisons) = Waiting.While(terminal, "scoring", () => Score(sheet, systems, choices, info));
        string? folder = Write(result, sheet, choices);
        if (choices.Json)
            terminal.Out.Write(JsonLines.ToLine(Json(result, comparisons, sheet, choices)));
        else
            Show(terminal, result, sheet, choices, folder);
        return Tool.Success;
    }

    private static IEnumerable<string> ReferencesOf(Choices choices)
    {
        if (choices.References.Count > 0)
            return choices.References;
        return LineFile.HasColumns(choices.Hypotheses[0]) ? choices.Hypotheses[..1]
            : throw new UsageException("--references is missing: name the files with what the texts might have been, line by line.");
    }

    private static TextFile Read(Terminal terminal, string path, string column) =>
        new(path, path == Input ? LineFile.Read(terminal.In, "standard input", null) : LineFile.Read(path, column));

    private static void Require(TextFile system, TextFile first, TextFile[] references)
    {
        foreach (TextFile other in references.Prepend(first))
        {
            if (other.Lines.Count != system.Lines.Count)
                throw new GrimoireException(
                    $"{system.Name} has {system.Lines.Count} lines and {other.Name} has {other.Lines.Count}; line by line they must belong together.");
        }

        int several = system.Lines.ToList().FindIndex(texts => texts.Count != 1);
        if (several >= 0)
            throw new GrimoireException($"{system.Name}, row {several + 1}: {system.Lines[several].Count} texts; a system says one a row.");
    }

    private static (EvaluationResult Result, IReadOnlyList<SystemComparison> Comparisons) Score(
        ScoreSheet sheet, TextFile[] systems, Choices choices, RunInfo info)
    {
        foreach (TextFile system in systems)
            sheet.Add(system.Name, [.. system.Lines.Select(texts => texts[0])]);
        IReadOnlyList<Figure> figures = sheet.Figures();
        IReadOnlyList<SystemComparison> comparisons = sheet.Comparisons(choices.Paired, choices.Trials ?? 0);
        var result = new EvaluationResult
        {
            Run = info,
            Title = $"Scores of {string.Join(", ", systems.Select(system => system.Name))}",
            Summary = Summary(systems[0].Lines.Count, figures),
            Figures = figures,
            Tables = comparisons.Count > 0 ? [sheet.Details(), ScoreSheet.Table(systems[0].Name, comparisons)] : [sheet.Details()],
        };
        return (result, comparisons);
    }

    private static string Summary(int lines, IReadOnlyList<Figure> figures) => $"{Numbers.Count(lines)} lines: " + string.Join("; ", figures
        .GroupBy(figure => figure.Name).Select(of => $"{of.Key} {string.Join(", ", of.Select(figure => $"{figure.Shown} {figure.Of}".Trim()))}")) + ".";

    /// <summary>The request: settings and contents of files, whatever the files are called where.</summary>
    private static RunInfo Info(TextFile[] systems, TextFile[] references, Choices choices)
    {
        JsonObject recipe = Choices.Measured.ToJson(choices);
        recipe["hypotheses"] = new JsonArray([.. choices.Hypotheses.Select(path => JsonValue.Create(path))]);
        recipe["contents"] = new JsonArray([.. systems.Concat(references).Select(file => JsonValue.Create(Hash(file)))]);
        return new RunInfo { Kind = Kind, Command = [], Recipe = recipe, Seed = (ulong)choices.Seed };
    }

    private static string Hash(TextFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in file.Lines.SelectMany(texts => texts.Append("\n")))
            hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the folder unless it is there, and says where it is.</summary>
    private static string? Write(EvaluationResult result, ScoreSheet sheet, Choices choices)
    {
        if (choices.Out is not { } folder)
            return null;
        if (folder.Length == 0)
            folder = Free(result.Run, choices.Hypotheses[0]);
        if (EvaluationFolder.Find(folder, result.Run) is null)
            EvaluationFolder.Write(folder, result, sheet.Examples());
        return folder;
    }

    /// <summary>The first of runs/score-NAME, runs/score-NAME-2, … in which no other request lies.</summary>
    private static string Free(RunInfo request, string first)
    {
        string name = Path.Combine("runs", $"{Kind}-{(first == Input ? "input" : Path.GetFileNameWithoutExtension(first))}");
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? name : $"{name}-{number}")
            .First(folder => !Directory.Exists(folder) || EvaluationFolder.IsOf(folder, request));
    }

    private static JsonObject Json(EvaluationResult result, IReadOnlyList<SystemComparison> comparisons, ScoreSheet sheet, Choices choices)
    {
        JsonObject json = ResultsJson.Of(result);
        if (comparisons.Count > 0)
        {
            json["comparisons"] = new JsonArray([.. comparisons.Select(one => new JsonObject
            {
                ["system"] = one.System,
                ["name"] = one.Metric.Name,
                ["difference"] = one.Comparison.Difference,
                ["interval"] = new JsonArray(one.Comparison.Interval.Lower, one.Comparison.Interval.Upper),
                ["level"] = one.Comparison.Interval.Level,
                ["p"] = one.Comparison.PValue,
                ["test"] = one.Comparison.Test,
            })]);
        }

        if (choices.Sentence)
            json["lines"] = new JsonArray([.. sheet.Examples()]);
        return json;
    }

    private static void Show(Terminal terminal, EvaluationResult result, ScoreSheet sheet, Choices choices, string? folder)
    {
        if (choices.Sentence)
            EvaluationScreen.Table(terminal, sheet.Lines());
        DataTable figures = sheet.Overview(result.Figures);
        Sheet.Rows(terminal, figures.Columns, figures.Rows);
        foreach (DataTable comparisons in result.Tables.Skip(1))
            EvaluationScreen.Table(terminal, comparisons);
        foreach (Figure figure in result.Figures.DistinctBy(figure => figure.Name))
            terminal.Out.WriteLine($"  {figure.Name}|{figure.Signature}");
        if (folder is not null)
            terminal.Line($"  [dim]{Path.Combine(folder, EvaluationFolder.ReportFile)}[/]");
    }
}
