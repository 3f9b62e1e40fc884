using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Hallucinations;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire hallucinations</c>: how often a model states what is not so, and what would have told.</summary>
internal static class HallucinationsCommand
{
    private const string Kind = "hallucinations", AnswersFile = "answers.jsonl";

    private sealed record Choices
    {
        public string? Questions { get; init; }

        public Split Split { get; init; } = Split.Test;

        public long World { get; init; } = 1;

        public int Count { get; init; } = 300;

        public int Wordings { get; init; } = 4;

        public int Samples { get; init; } = 10;

        public double Temperature { get; init; } = 1;

        public int MaxTokens { get; init; } = 64;

        public string? Template { get; init; }

        public long Seed { get; init; } = 1234;

        public string? Out { get; init; }

        public bool Json { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("questions", "questions of your own: rows with prompt and answer (null where nobody can know), perhaps answers, kind, wordings",
                Text("a .jsonl file").OrNone(), (Choices c) => c.Questions, (c, v) => c with { Questions = v }, "Questions"),
            Setting.Of("world", "else those of the world of this seed", Integer(0), (Choices c) => c.World, (c, v) => c with { World = v }, "Questions")
                .IdleWhere(c => c.Questions is not null, "with --questions"),
            Setting.Of("split", "which of the world's questions", Choice(("train", Split.Train), ("validation", Split.Validation), ("test", Split.Test)),
                (Choices c) => c.Split, (c, v) => c with { Split = v }, "Questions").IdleWhere(c => c.Questions is not null, "with --questions"),
            Setting.Of("count", "the most questions of a kind, or of a file", Count(1, 1 << 20),
                (Choices c) => c.Count, (c, v) => c with { Count = v }, "Questions"),
            Setting.Of("wordings", "the most other wordings in which each is asked again", Count(0, 16),
                (Choices c) => c.Wordings, (c, v) => c with { Wordings = v }, "Questions"),
            Setting.Of("samples", "answers drawn to each question", Count(0, 1024), (Choices c) => c.Samples, (c, v) => c with { Samples = v }, "Answers"),
            Setting.Of("temperature", "the temperature at which they are drawn", Number(1e-3, 100),
                (Choices c) => c.Temperature, (c, v) => c with { Temperature = v }, "Answers").IdleWhere(c => c.Samples == 0, "with --samples 0"),
            Setting.Of("max_tokens", "the most tokens of an answer", Count(1, 1 << 20),
                (Choices c) => c.MaxTokens, (c, v) => c with { MaxTokens = v }, "Answers"),
            Setting.Of("template", "how a conversation is written; else as the model says", ConversationFormat,
                (Choices c) => c.Template, (c, v) => c with { Template = v }, "Answers"),
            Setting.Of("seed", "same seed, same draws", Integer(0), (Choices c) => c.Seed, (c, v) => c with { Seed = v }, "Answers"),
            Setting.Of("out", "the folder of results (none: runs/hallucinations-MODEL)", Text("a path").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Results"),
            Setting.Of("json", "the figures as one line of JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v }, "Results"),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, an adapter, a run folder or a GGUF file" };
        Options<Choices>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new(Kind, "How often a model states what is not so, and which of its own doubts would have told.",
            "grimoire hallucinations runs/quickstart", "grimoire hallucinations my-model.gguf --questions questions.jsonl --samples 20")
        {
            Detail = "Each question is answered greedily and judged; then more answers are drawn, and other wordings are asked. From these, detectors tell " +
                "how suspicious the answer is without knowing the truth, and the truth tells how good the detectors are: AUROC is the chance that a wrong " +
                "answer is more suspicious than a right one.",
            Run = (parse, terminal) => Run(terminal, parse, parse.GetRequiredValue(model), options!.Read(parse, new Choices()), opening!(parse)),
        };
        verb.Add(model);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, ParseResult parse, string path, Choices choices, Opening opening)
    {
        string found = ModelPath.Find(path), name = ModelPath.NameOf(path), folder = choices.Out ?? EvaluationPlace.Folder(Kind, name);
        IReadOnlyList<FactQuestion> questions = Questions(choices);
        LocalModel model = Waiting.While(terminal, "opening the model",
            () => new LocalModel(opening.Language(found), opening.Kernels, name, choices.Template));
        RunInfo run = Request(parse, path, model, choices, questions);
        if (EvaluationFolder.Find(folder, run) is { } before)
            return EvaluationPlace.Tell(terminal, before, folder, choices.Json, figures: false);

        var settings = new HallucinationSettings
        {
            Samples = choices.Samples,
            Temperature = choices.Temperature,
            MaxTokens = choices.MaxTokens,
            Seed = (ulong)choices.Seed,
        };
        // What was answered stays, so that the same command goes on after Ctrl-C.
        using var kept = new CachedModel(model, Path.Combine(folder, AnswersFile));
        IReadOnlyList<ProbedAnswer> answers = [];
        Waiting.While(terminal, $"asking {questions.Count} questions", tell => answers = ProbedAnswer.Ask(kept, questions, settings, tell, terminal.Stop));
        var findings = new HallucinationFindings(answers, settings, Named(choices));
        EvaluationResult result = findings.Result(run, name);
        EvaluationFolder.Write(folder, result, findings.Examples());
        return EvaluationPlace.Tell(terminal, result, folder, choices.Json, figures: false);
    }

    /// <summary>What is asked for: the same settings for the same model and the same questions.</summary>
    private static RunInfo Request(ParseResult parse, string path, LocalModel model, Choices choices, IReadOnlyList<FactQuestion> questions)
    {
        JsonObject recipe = Choices.Settings.ToJson(choices with { Out = null, Json = false });
        recipe["model"] = path;
        recipe["fingerprint"] = model.Fingerprint;
        recipe["asked"] = Hash(questions);
        return new RunInfo
        {
            Kind = Kind,
            Command = [.. parse.Tokens.Select(token => token.Value)],
            Recipe = recipe,
            Seed = (ulong)choices.Seed,
            Started = DateTime.UtcNow,
        };
    }

    private static string Hash(IReadOnlyList<FactQuestion> questions)
    {
        IEnumerable<string> texts = questions.SelectMany(question => question.Wordings.Prepend(question.Answer ?? "").Prepend(question.Prompt));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts))))[..16];
    }

    private static IReadOnlyList<FactQuestion> Questions(Choices choices) => choices.Questions is { } file
        ? [.. TextQuestion.Read(file, choices.Wordings).Take(choices.Count)]
        : WorldQuestion.Of(World.Of((ulong)choices.World), choices.Split, choices.Count, choices.Wordings);

    private static string Named(Choices choices) => choices.Questions is { } file ? $"file:{Path.GetFileName(file)}"
        : FormattableString.Invariant($"world:{choices.World}|split:{choices.Split.ToString().ToLowerInvariant()}");
}
