using System.CommandLine;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Tagging;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire tag score</c>: how right labels are that a tagger or somebody else has given.</summary>
internal static class TagScoreCommand
{
    private sealed record Choices
    {
        public string Rules { get; init; } = "";

        public string? Scheme { get; init; }

        public string? WordColumn { get; init; }

        public string? Column { get; init; }

        public string? PredictedColumn { get; init; }

        public string? Floor { get; init; }

        public string? Out { get; init; }

        public bool Json { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("column", "column of the right labels (none: last, in CoNLL-U upos; last but one where one file has both)",
                Text("a number, last or a name").OrNone(),
                (Choices c) => c.Column, (c, v) => c with { Column = v }, "Files"),
            Setting.Of("predicted_column", "column of the given labels (none: as --column; last where one file has both)",
                Text("a number, last or a name").OrNone(),
                (Choices c) => c.PredictedColumn, (c, v) => c with { PredictedColumn = v }, "Files"),
            Setting.Of("word_column", "column of the words (none: 1, in CoNLL-U form)", Text("a number, last or a name").OrNone(),
                (Choices c) => c.WordColumn, (c, v) => c with { WordColumn = v }, "Files"),
            Setting.Of("floor", "training words: what each word's commonest label, and for spans a dictionary of theirs, would reach", Text("a path").OrNone(),
                (Choices c) => c.Floor, (c, v) => c with { Floor = v }, "Files"),
            Setting.Of("rules", "how labels are read as spans: seqeval or conlleval (as those tools do), strict (only what the scheme allows) or raw (each " +
                "label by itself; parts of speech are scored so)", Text("seqeval, conlleval, strict or raw; else seqeval for spans, raw for others"),
                (Choices c) => c.Rules, (c, v) => c with { Rules = v }, "Score"),
            Setting.Of("scheme", "the scheme of the right labels (none: found out)", Text("iob1, iob2, ioe1, ioe2, iobes or bilou").OrNone(),
                (Choices c) => c.Scheme, (c, v) => c with { Scheme = v }, "Score"),
            Setting.Of("out", "the folder of the result; otherwise runs/ and the names of both", Text("a path").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Output"),
            Setting.Of("json", "the figures as JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v }, "Output"),
        ];
    }

    /// <summary>Sentences, the labels given to them, and who gave them.</summary>
    private sealed record Given(IReadOnlyList<TaggedSentence> Gold, IReadOnlyList<IReadOnlyList<string>> Predicted, string By);

    public static Verb Create()
    {
        var first = new Argument<string>("TAGGER_OR_GOLD") { Description = "a tagger's folder or run, or a file with right labels" };
        var second = new Argument<string?>("GOLD_OR_PREDICTED")
        {
            Description = "after a tagger the file with right labels, after such a file one with given labels; " +
                "none where one file has both, as conlleval reads it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Options<Choices>? options = null;
        Verb verb = new("score", "Score labels: accuracy, and precision, recall and F1 of spans by type.",
            "grimoire tag score runs/train-tag test.conllu --floor train.conllu", "grimoire tag score gold.conll predicted.conll --rules conlleval")
        {
            Detail = "Intervals are by resampled sentences; a table tells what was taken for what. Spans are right if place and type are. " +
                "seqeval and conlleval agree on IOB labels; strict counts nothing that breaks the scheme.",
            Run = (parse, terminal) =>
                Run(terminal, parse.GetRequiredValue(first), parse.GetValue(second), options!.Read(parse, new Choices()), Device.Kernels(parse),
                [.. parse.Tokens.Select(token => token.Value)]),
        };
        verb.Add(first);
        verb.Add(second);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string first, string? second, Choices choices, Kernels kernels, IReadOnlyList<string> command)
    {
        string goldFile = Directory.Exists(first) ? second ?? throw new UsageException("grimoire tag score TAGGER needs a file with right labels too.") : first;
        string folder = choices.Out
            ?? Path.Combine("runs", $"tag-score-{NameOf(goldFile)}-{(second is null ? "both" : NameOf(Directory.Exists(first) ? first : second))}");
        JsonObject recipe = Choices.Settings.ToJson(choices);
        (recipe["first"], recipe["second"]) = (first, second);
        recipe.Remove("json");
        recipe.Remove("out");
        var run = new RunInfo { Kind = "tag score", Command = command, Recipe = recipe, Seed = Bootstrap.Seed, Started = DateTime.UtcNow };
        if (EvaluationFolder.Find(folder, run) is { } found)
        {
            Show(terminal, found, folder, choices.Json, again: true);
            return Tool.Success;
        }

        Given given = Directory.Exists(first) ? ByTagger(terminal, first, goldFile, choices, kernels) : ByFile(first, second, choices);
        LabelScheme? scheme = choices.Scheme is { } named ? LabelScheme.Named(named) : SchemeOf(given.Gold);
        SpanRules rules = choices.Rules.Length > 0 ? SpanRules.Named(choices.Rules, scheme) : scheme is null ? SpanRules.Raw : SpanRules.Seqeval;
        EvaluationResult result = Result(given, rules, scheme, goldFile, choices, run, out TagScore score);
        EvaluationFolder.Write(folder, result, TagResult.Examples(NameOf(goldFile), score, given.Gold, given.Predicted));
        Show(terminal, result, folder, choices.Json, again: false);
        return Tool.Success;
    }

    private static Given ByTagger(Terminal terminal, string path, string goldFile, Choices choices, Kernels kernels)
    {
        Tagger tagger = Waiting.While(terminal, "opening the tagger", () => Tagger.Load(ModelPath.Find(path)));
        IReadOnlyList<TaggedSentence> gold = TagFile.Read(goldFile, new TagColumns(Word: choices.WordColumn, Label: choices.Column));
        IReadOnlyList<string[]> predicted = [];
        Waiting.While(terminal, "labelling", tell => predicted = tagger.Tag(gold, new Workspace(kernels), tell));
        // A tagger may have learned another scheme than the file has.
        if (tagger.Tags is { IsCertain: true, Scheme: { } learned } && SchemeOf(gold) is { } written && learned != written)
            predicted = [.. predicted.Select(labels => written.Encode(tagger.Tags.Rules.Spans(labels), labels.Length))];
        return new Given(gold, predicted, path);
    }

    private static Given ByFile(string goldFile, string? predictedFile, Choices choices)
    {
        string? column = choices.Column ?? (predictedFile is null ? "last-1" : null);
        string? predictedColumn = choices.PredictedColumn ?? (predictedFile is null ? "last" : choices.Column);
        IReadOnlyList<TaggedSentence> gold = TagFile.Read(goldFile, new TagColumns(Word: choices.WordColumn, Label: column));
        IReadOnlyList<TaggedSentence> predicted = TagFile.Read(predictedFile ?? goldFile, new TagColumns(Word: choices.WordColumn, Label: predictedColumn));
        for (int i = 0; i < Math.Min(gold.Count, predicted.Count); i++)
        {
            if (!gold[i].Words.SequenceEqual(predicted[i].Words))
            {
                throw new GrimoireException(
                    $"{predicted[i].PlaceOf(0)}: the sentence is another than that of {gold[i].PlaceOf(0)}; both files must be of the same text.");
            }
        }

        return new Given(gold, [.. predicted.Select(sentence => sentence.Labels)], predictedFile ?? goldFile);
    }

    private static EvaluationResult Result(Given given, SpanRules rules, LabelScheme? scheme, string goldFile, Choices choices, RunInfo run, out TagScore score)
    {
        score = TagScore.Of(given.Gold, given.Predicted, rules);
        IReadOnlyList<Figure> figures = TagResult.Figures(score, "", scheme);
        string floors = "";
        if (choices.Floor is { } file)
        {
            IReadOnlyList<TaggedSentence> training = TagFile.Read(file, new TagColumns(Word: choices.WordColumn, Label: choices.Column));
            foreach ((string name, string of, IReadOnlyList<IReadOnlyList<string>> labels) in Floors(training, given.Gold, rules, scheme))
            {
                Figure floor = TagResult.Figures(TagScore.Of(given.Gold, labels, rules), of, scheme)[0];
                figures = [.. figures, floor];
                floors += $" {name} would have {floor.Shown}.";
            }
        }

        return new EvaluationResult
        {
            Run = run,
            Title = $"Labels of {Path.GetFileName(goldFile)} by {given.By}",
            Summary = $"{figures[0].Name} {figures[0].Shown} ({figures[0].ShownInterval}) on {Numbers.Count(score.Sentences)} sentences, " +
                $"{Numbers.Count(score.Words)} words; {Numbers.Fixed(100 * score.Accuracy, 2)} % of the words are labelled rightly.{floors}",
            Figures = figures,
            Tables = TagTables.Of(score),
        };
    }

    private static IEnumerable<(string Name, string Of, IReadOnlyList<IReadOnlyList<string>> Labels)> Floors(
        IReadOnlyList<TaggedSentence> training, IReadOnlyList<TaggedSentence> gold, SpanRules rules, LabelScheme? scheme)
    {
        var commonest = MostFrequentTag.Of(training);
        yield return ("Each word's commonest label", "floor/words", [.. gold.Select(sentence => commonest.Tag(sentence.Words))]);
        if (rules == SpanRules.Raw || scheme is null)
            yield break;
        var dictionary = SpanDictionary.Of(training, rules);
        yield return ("A dictionary of the training spans", "floor/dictionary",
            [.. gold.Select(sentence => scheme.Encode(dictionary.Find(sentence.Words), sentence.Words.Count))]);
    }

    private static void Show(Terminal terminal, EvaluationResult result, string folder, bool json, bool again)
    {
        if (json)
        {
            terminal.Out.WriteLine(new JsonObject(result.Figures.Select(figure =>
                KeyValuePair.Create(figure.FullName, (JsonNode?)JsonLines.Number(figure.Value)))).ToJsonString());
            return;
        }

        terminal.Line($"[bold]{result.Title}[/]{(again ? "   scored before" : "")}");
        terminal.Out.WriteLine(result.Summary);
        foreach (DataTable table in result.Tables.Take(2))
            Sheet.Rows(terminal, table.Columns, table.Rows);
        Sheet.Facts(terminal, [("measured as", result.Figures[0].Signature), ("result", folder), ("report", Path.Combine(folder, "report.html"))]);
    }

    private static LabelScheme? SchemeOf(IReadOnlyList<TaggedSentence> sentences) =>
        Label.AreOfSpans(sentences.SelectMany(sentence => sentence.Labels)) ? LabelScheme.Detect(sentences.Select(sentence => sentence.Labels)) : null;

    private static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return Directory.Exists(path) ? name : name.Split('.')[0];
    }
}
