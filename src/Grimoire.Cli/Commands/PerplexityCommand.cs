using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Likelihoods;
using Grimoire.Evaluation.Tasks;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire perplexity</c>: how well a model foresees texts.</summary>
internal static class PerplexityCommand
{
    private const string Kind = "perplexity";

    private sealed record Choices
    {
        public DocumentUnit Unit { get; init; } = DocumentUnit.File;

        public bool Rolling { get; init; }

        public int Stride { get; init; }

        public int? Limit { get; init; }

        public string? Tokens { get; init; }

        public int BatchTokens { get; init; } = LikelihoodEngine.DefaultBatchTokens;

        public string? Out { get; init; }

        public bool Json { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("unit", "what a document is in a plain text file", Choice<DocumentUnit>(), (Choices c) => c.Unit, (c, v) => c with { Unit = v }),
            Setting.Of("rolling", "let documents follow each other as one stream, not each on its own", Flag,
                (Choices c) => c.Rolling, (c, v) => c with { Rolling = v }),
            Setting.Of("stride", "new tokens of each window but the first; 0 for as many as the context holds", Count(0, int.MaxValue),
                (Choices c) => c.Stride, (c, v) => c with { Stride = v }),
            Setting.Of("limit", "only the first documents", Count(1, int.MaxValue).OrNone(),
                (Choices c) => c.Limit, (c, v) => c with { Limit = v }),
            Setting.Of("tokens", "every token's surprise: - shows them in colours, a file takes them as JSON lines", Text("- or a .jsonl file").OrNone(),
                (Choices c) => c.Tokens, (c, v) => c with { Tokens = v }),
            Setting.Of("batch_tokens", "tokens of a pass; figures do not depend on it", Count(1, 1 << 24),
                (Choices c) => c.BatchTokens, (c, v) => c with { BatchTokens = v }),
            Setting.Of("out", "the folder for the result (none: runs/perplexity-MODEL-FILE)", Text("a folder").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }).IdleWhere(c => c.Tokens == "-", "with --tokens -"),
            Setting.Of("json", "the result as one line of JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v })
                .IdleWhere(c => c.Tokens == "-", "with --tokens -"),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, an adapter, a run folder or a GGUF file" };
        var files = new Argument<string[]>("FILE")
        {
            Description = "text files, .jsonl files with a column text, folders or patterns",
            Arity = ArgumentArity.OneOrMore
        };
        Options<Choices>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new(Kind, "Measure how well a model foresees texts: perplexity, bits per byte, surprise and calibration.",
            "grimoire perplexity my-model held-out.txt",
            "grimoire perplexity my-model reviews.jsonl --stride 64 --out runs/reviews",
            "grimoire perplexity my-model letter.txt --tokens -")
        {
            Detail = "Perplexity is a geometric mean: e to the mean of −ln p over all tokens, so it depends on the tokenizer; bits per byte and per " +
                "character do not. Each document is read on its own behind the token that begins or ends texts. The intervals are over documents.",
            Run = (parse, terminal) => Run(
                terminal, parse.GetRequiredValue(model), parse.GetRequiredValue(files), options!.Read(parse, new Choices()),
                    [.. parse.Tokens.Select(token => token.Value)], opening!(parse)),
        };
        verb.Add(model);
        verb.Add(files);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string path, string[] files, Choices choices, IReadOnlyList<string> command, Opening opening)
    {
        var corpus = new Corpus(files, choices.Unit);
        LanguageModel model = Waiting.While(terminal, "opening the model", () => opening.Language(ModelPath.Find(path)));
        string name = ModelPath.NameOf(path), of = string.Join(", ", files.Select(file => Path.GetFileName(file.TrimEnd('/', '\\'))));
        string folder = choices.Out ?? EvaluationPlace.Folder(Kind, name, of);
        var perplexity = new Perplexity(
            model, opening.Kernels, choices.Stride, choices.Rolling ? DocumentOrder.Rolling : DocumentOrder.Alone, choices.BatchTokens);
        RunInfo request = Request(choices, path, files, ModelFingerprint.Of(model), command);
        if (choices.Tokens is null && EvaluationFolder.Find(folder, request) is { } before)
            return EvaluationPlace.Tell(terminal, before, folder, choices.Json);
        if (choices.Tokens == "-")
            return Colour(terminal, model.Tokenizer, perplexity.Score(Documents(corpus, choices), terminal.Stop));

        RunInfo begun = request with { Started = DateTime.UtcNow };
        var report = new PerplexityReport();
        Waiting.While(terminal, "scoring", () =>
            Score(terminal, model.Tokenizer, perplexity.Score(Documents(corpus, choices), terminal.Stop), report, choices.Tokens));
        EvaluationResult result = report.Of(begun, name, of, How(choices, perplexity, model));
        EvaluationFolder.Write(folder, result, report.Rows());
        return EvaluationPlace.Tell(terminal, result, folder, choices.Json);
    }

    /// <summary>Documents by the name of their file, and by their place in it where it holds several.</summary>
    private static IEnumerable<(string Name, string Text)> Documents(Corpus corpus, Choices choices)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        return corpus.Documents().Take(choices.Limit ?? int.MaxValue).Select(document =>
        {
            int place = counts[document.File] = counts.GetValueOrDefault(document.File) + 1;
            string file = Path.GetFileName(document.File), name = corpus.Files.Count(other => Path.GetFileName(other) == file) == 1 ? file
                : document.File.Replace('\\', '/');
            return (place == 1 && choices.Unit == DocumentUnit.File && !name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? name
                : string.Create(CultureInfo.InvariantCulture, $"{name}#{place}"), document.Text);
        });
    }

    private static long Score(Terminal terminal, Tokenizer tokenizer, IEnumerable<DocumentLikelihood> documents, PerplexityReport report, string? tokens)
    {
        if (tokens is null)
        {
            foreach (DocumentLikelihood document in documents)
                report.Add(document);
            return report.Documents.Count;
        }

        AtomicFile.Write(tokens, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (DocumentLikelihood document in documents)
            {
                terminal.Stop.ThrowIfCancellationRequested();
                report.Add(document);
                foreach (TokenScore score in document.Scores)
                    writer.Write(JsonLines.ToLine(Row(document.Name, tokenizer, score)));
            }
        });
        return report.Documents.Count;
    }

    private static JsonObject Row(string document, Tokenizer tokenizer, TokenScore score) => new()
    {
        ["document"] = document,
        ["token"] = tokenizer.Piece(score.Token),
        ["id"] = score.Token,
        ["logprob"] = score.LogProbability,
        ["entropy"] = score.Entropy,
        ["rank"] = score.Rank,
    };

    private static int Colour(Terminal terminal, Tokenizer tokenizer, IEnumerable<DocumentLikelihood> documents)
    {
        Surprise.WriteLegend(terminal);
        foreach (DocumentLikelihood document in documents)
        {
            terminal.Line();
            string figures = $"perplexity {Numbers.Metric(Math.Exp(document.CrossEntropy))}, {Numbers.Metric(document.BitsPerByte)} bits a byte";
            terminal.Line($"[bold]{document.Name}[/]  [dim]{figures}[/]");
            StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecial: false);
            foreach (TokenScore score in document.Scores)
                Surprise.Write(terminal, decoder.Append(score.Token), score);
            terminal.Out.WriteLine(decoder.Flush());
        }

        return Tool.Success;
    }

    private static RunInfo Request(Choices choices, string path, string[] files, string fingerprint, IReadOnlyList<string> command) => new()
    {
        Kind = Kind,
        Command = command,
        Seed = Bootstrap.Seed,
        Recipe = new JsonObject
        {
            ["model"] = path,
            ["fingerprint"] = fingerprint,
            ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]),
            ["unit"] = choices.Unit.ToString().ToLowerInvariant(),
            ["rolling"] = choices.Rolling,
            ["stride"] = choices.Stride,
            ["limit"] = choices.Limit,
        },
    };

    private static (string Key, string? Value)[] How(Choices choices, Perplexity perplexity, LanguageModel model) =>
    [
        ("documents", choices.Rolling ? "rolling" : "alone"),
        ("unit", choices.Unit.ToString().ToLowerInvariant()),
        ("context", model.Config.Context.ToString(CultureInfo.InvariantCulture)),
        ("stride", perplexity.Stride.ToString(CultureInfo.InvariantCulture)),
        ("limit", choices.Limit?.ToString(CultureInfo.InvariantCulture) ?? "no"),
    ];
}
