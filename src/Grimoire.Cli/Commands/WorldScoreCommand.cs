using System.CommandLine;
using System.Text.Json;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire world score</c>: what a model makes of the world's exercises.</summary>
internal static class WorldScoreCommand
{
    private const int LongestLine = 200;

    // Kinds that ask what others ask too.
    private static readonly string[] AskedAgain = [WorldExam.Unanswerable, WorldExam.PlainRequests];

    private sealed record Choices
    {
        public Split Split { get; init; } = Split.Test;

        public long Seed { get; init; } = 1;

        public int Count { get; init; } = 300;

        public int MaxTokens { get; init; } = 128;

        public string? Template { get; init; }

        public int Wrong { get; init; }

        public bool Json { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("split", "which exercises", Choice(("train", Split.Train), ("validation", Split.Validation), ("test", Split.Test)),
                (Choices c) => c.Split, (c, v) => c with { Split = v }),
            Setting.Of("seed", "the world the model was raised in", Integer(0), (Choices c) => c.Seed, (c, v) => c with { Seed = v }),
            Setting.Of("count", "the most exercises of a kind", Count(1, 1 << 20), (Choices c) => c.Count, (c, v) => c with { Count = v }),
            Setting.Of("max_tokens", "the most tokens of an answer", Count(1, 1 << 20), (Choices c) => c.MaxTokens, (c, v) => c with { MaxTokens = v }),
            Setting.Of("template", "the chat format, a name or a file (none: the model's own)", Text("a name or path").OrNone(),
                (Choices c) => c.Template, (c, v) => c with { Template = v }),
            Setting.Of("wrong", "show so many wrong answers of each kind", Count(0, 1 << 20), (Choices c) => c.Wrong, (c, v) => c with { Wrong = v }),
            Setting.Of("json", "the numbers as one line of JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v }),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, an adapter, a run folder or a GGUF file" };
        Options<Choices>? options = null;
        Verb verb = new("score", "Have a model do the world's exercises, and judge each answer exactly.", "grimoire world score runs/quickstart",
            "grimoire world score my-model --split validation --wrong 2")
        {
            Detail = "Answers are greedy, so the same model has the same score; " +
                "± is the standard error of a share, which tells how far the luck of the draw goes.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), options!.Read(parse, new Choices()), Device.Kernels(parse)),
        };
        verb.Add(model);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string path, Choices choices, Kernels kernels)
    {
        LanguageModel model = LanguageModel.Load(ModelPath.Find(path));
        var encoder = new ExampleEncoder(model.Tokenizer, ChatFormat.Of(model, choices.Template), model.Config.Context);
        var exam = new WorldExam(World.Of((ulong)choices.Seed), choices.Split, choices.Count);
        WorldMarks marks = Waiting.While(terminal, "answering", () => exam.Take(model, encoder, kernels, choices.MaxTokens));
        if (choices.Json)
        {
            JsonText.Write(terminal.Out, json => Write(json, path, choices, marks));
            return Tool.Success;
        }

        Show(terminal, marks);
        foreach (SubjectMarks subject in marks.Subjects.Where(_ => choices.Wrong > 0))
            ShowWrong(terminal, subject, choices.Wrong);
        return Tool.Success;
    }

    private static void Show(Terminal terminal, WorldMarks marks)
    {
        Sheet.Rows(terminal, ["Exercises", ">Right", ">Of", ">Share", ">Reward", ">Tokens", ">Ended"], marks.Subjects.SelectMany(subject =>
            subject.Scores.BySkill.Count < 2 ? [Row(subject)] : subject.Scores.BySkill.Select(Row).Prepend(Row(subject))));
        Sheet.Facts(
            terminal,
            ("\"I don't know\" where nobody can know", Shown(marks.AdmittedIgnorance)),
            ("\"I don't know\" or a refusal where there is an answer", Shown(marks.RefusedWrongly)),
            ("secret told when asked plainly", Shown(marks.LeakedPlainly)),
            ("secret told when asked in this split's way", Shown(marks.LeakedToTricks)));
    }

    private static IReadOnlyList<string> Row(SubjectMarks subject) =>
    [
        subject.Name, .. Counted(subject.Scores.Accepted), Numbers.Fixed(subject.Reward, 2), Numbers.Fixed(subject.Length, 1),
        Numbers.Percent(subject.Ended.Share),
    ];

    private static IReadOnlyList<string> Row((string Skill, Rate Accepted) skill) => ["  " + Words(skill.Skill), .. Counted(skill.Accepted), "", "", ""];

    private static IEnumerable<string> Counted(Rate rate) => [Numbers.Count(rate.Count), Numbers.Count(rate.Total), WithError(rate)];

    private static string Shown(Rate rate) => rate.Total == 0 ? "–" : $"{rate.Count} of {rate.Total}, {WithError(rate)}";

    private static string WithError(Rate rate) => $"{Numbers.Fixed(100 * rate.Share, 1)} % ± {Numbers.Fixed(100 * rate.StandardError, 1)}";

    /// <summary>FirstLetters as first letters.</summary>
    private static string Words(string skill) =>
        string.Concat(skill.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static void ShowWrong(Terminal terminal, SubjectMarks subject, int count)
    {
        terminal.Line();
        terminal.Line($"[bold]{subject.Name}[/], wrong answers");
        foreach (var answer in subject.Answers.Where(answer => AnswerJudge.Judge(answer.Prompt, answer.Text).Accepted == false).Take(count))
        {
            terminal.Out.WriteLine($"  {answer.Prompt.Prompt}");
            terminal.Out.WriteLine($"    said    {OneLine(answer.Text)}");
            terminal.Out.WriteLine($"    right   {World.Exercise(answer.Prompt.Columns["exercise"]!.GetValue<string>()).Answer}");
        }
    }

    private static string OneLine(string text)
    {
        string line = text.Trim().Replace("\n", " ⏎ ", StringComparison.Ordinal);
        return line.Length > LongestLine ? line[..LongestLine] + " …" : line;
    }

    private static void Write(Utf8JsonWriter json, string path, Choices choices, WorldMarks marks)
    {
        json.WriteStartObject();
        json.WriteString("model", path);
        json.WriteNumber("seed", choices.Seed);
        json.WriteString("split", choices.Split.ToString().ToLowerInvariant());
        json.WriteStartObject("kinds");
        foreach (SubjectMarks subject in marks.Subjects)
        {
            json.WriteStartObject(subject.Name.Replace(' ', '_'));
            WriteRate(json, subject.Scores.Accepted);
            json.WriteNumber("reward", Math.Round(subject.Reward, 4));
            json.WriteNumber("tokens", Math.Round(subject.Length, 2));
            json.WriteNumber("ended", Math.Round(subject.Ended.Share, 4));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("skills");
        foreach ((string skill, Rate accepted) in marks.Subjects.Where(subject => !AskedAgain.Contains(subject.Name))
            .SelectMany(subject => subject.Scores.BySkill))
            WriteNamed(json, skill, accepted);
        json.WriteEndObject();
        WriteNamed(json, "unknown_admitted", marks.AdmittedIgnorance);
        WriteNamed(json, "refused_wrongly", marks.RefusedWrongly);
        WriteNamed(json, "secret_told_plainly", marks.LeakedPlainly);
        WriteNamed(json, "secret_told_to_tricks", marks.LeakedToTricks);
        json.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter json, string name, Rate rate)
    {
        json.WriteStartObject(name);
        WriteRate(json, rate);
        json.WriteEndObject();
    }

    private static void WriteRate(Utf8JsonWriter json, Rate rate)
    {
        json.WriteNumber("count", rate.Count);
        json.WriteNumber("of", rate.Total);
        if (rate.Total == 0)
            return;
        json.WriteNumber("share", Math.Round(rate.Share, 4));
        json.WriteNumber("standard_error", Math.Round(rate.StandardError, 4));
    }
}
