using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>
/// The folder of an evaluation: <c>run.json</c> (what was asked for, where and when), <c>results.json</c> (figures, tables, plots), <c>examples.jsonl</c>
/// (what came of each example), <c>results.md</c> and <c>report.html</c> for reading. <c>run.json</c> is written last: a folder that has it is whole.
/// </summary>
public static class EvaluationFolder
{
    /// <summary>Figures, tables and plots.</summary>
    public const string ResultsFile = "results.json";

    /// <summary>
    /// One object a line for each example: <c>id</c> (unique, and the same whatever model is measured), <c>task</c>, <c>scores</c> (numbers by name, which
    /// comparisons pair by <c>id</c>), and anything else.
    /// </summary>
    public const string ExamplesFile = "examples.jsonl";

    /// <summary>The page.</summary>
    public const string ReportFile = "report.html";

    private const string MarkdownFile = "results.md";

    /// <summary>Whether a folder holds a whole evaluation.</summary>
    public static bool Exists(string folder) => Run.Exists(folder) && File.Exists(Path.Combine(folder, ResultsFile));

    /// <summary>Whether a folder holds the whole evaluation of a request: of the same kind, with the same recipe.</summary>
    public static bool IsOf(string folder, RunInfo request) => Exists(folder) && Run.ReadInfo(folder) is var found
        && found.Kind == request.Kind && JsonNode.DeepEquals(found.Recipe, Plain(request.Recipe));

    /// <summary>The result in a folder if it is that of the same request; null where the folder holds none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="request">The request: its kind and recipe are compared.</param>
    /// <exception cref="GrimoireException">The folder holds a training run or the result of another request, or its files are damaged.</exception>
    public static EvaluationResult? Find(string folder, RunInfo request)
    {
        if (!Run.Exists(folder))
            return null;
        if (!Exists(folder))
            throw new GrimoireException($"{folder}: a run of grimoire {Run.ReadInfo(folder).Kind} is here; choose another folder with --out.");
        EvaluationResult found = Read(folder);
        if (found.Run.Kind != request.Kind)
            throw new GrimoireException($"{folder}: a result of grimoire {found.Run.Kind} is here; choose another folder with --out.");
        if (!JsonNode.DeepEquals(found.Run.Recipe, Plain(request.Recipe)))
        {
            string differs = found.Run.Recipe.Select(setting => setting.Key).Union(request.Recipe.Select(setting => setting.Key), StringComparer.Ordinal)
                .First(key => !JsonNode.DeepEquals(found.Run.Recipe[key], Plain(request.Recipe)[key]));
            throw new GrimoireException(
                $"{folder}: holds the result of another request (its {differs} is another); choose another folder with --out, or delete it.");
        }

        return found;
    }

    /// <summary>
    /// Writes the folder. The run is set down as finished, now unless it says when it ended, with the figures as its results.
    /// </summary>
    /// <param name="folder">The folder, made if need be; an evaluation that is there is replaced.</param>
    /// <param name="result">What was found.</param>
    /// <param name="examples">The rows of <see cref="ExamplesFile"/>.</param>
    /// <exception cref="GrimoireException">The folder holds a training run or cannot be written.</exception>
    public static void Write(string folder, EvaluationResult result, IEnumerable<JsonObject> examples)
    {
        if (Run.Exists(folder) && !Exists(folder))
            throw new GrimoireException($"{folder}: a run of grimoire {Run.ReadInfo(folder).Kind} is here; choose another folder.");
        result = result with { Run = Finished(result) };
        RemoveOld(folder);
        AtomicFile.Write(Path.Combine(folder, ExamplesFile), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (JsonObject row in examples)
                writer.Write(JsonLines.ToLine(row));
        });
        AtomicFile.WriteText(Path.Combine(folder, MarkdownFile), EvaluationMarkdown.Of(result));
        Report.Write(Path.Combine(folder, ReportFile), EvaluationReport.Of(result));
        AtomicFile.WriteText(Path.Combine(folder, ResultsFile), ResultsJson.Write(result));
        result.Run.Write(folder);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, but for the examples.</summary>
    /// <exception cref="GrimoireException">The folder holds no evaluation or a file is damaged.</exception>
    public static EvaluationResult Read(string folder)
    {
        if (!Exists(folder))
            throw new GrimoireException($"{folder}: there is no evaluation in this folder ({RunInfo.FileName} or {ResultsFile} is missing).");
        return ResultsJson.Read(Path.Combine(folder, ResultsFile), Run.ReadInfo(folder));
    }

    /// <summary>The rows of <see cref="ExamplesFile"/>.</summary>
    /// <exception cref="GrimoireException">A line is damaged.</exception>
    public static IReadOnlyList<JsonObject> Examples(string folder) => [.. JsonLines.Read(Path.Combine(folder, ExamplesFile))];

    private static RunInfo Finished(EvaluationResult result)
    {
        DateTime now = DateTime.UtcNow;
        var results = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (Figure figure in result.Figures)
            results.TryAdd(figure.FullName, figure.Value);
        return result.Run with
        {
            Status = RunStatus.Finished,
            Started = result.Run.Started == default ? now : result.Run.Started,
            Ended = result.Run.Ended ?? now,
            Results = results,
            Recipe = Plain(result.Run.Recipe),
        };
    }

    /// <summary>A recipe as it will be read back: numbers are what their digits say, whatever they were made of.</summary>
    private static JsonObject Plain(JsonObject recipe) => JsonNode.Parse(recipe.ToJsonString())!.AsObject();

    /// <summary>What is half written must not pass for whole.</summary>
    private static void RemoveOld(string folder)
    {
        try
        {
            File.Delete(Path.Combine(folder, RunInfo.FileName));
        }
        catch (DirectoryNotFoundException)
        {
            // There was none.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{folder}: cannot be written ({e.Message.TrimEnd('.')}); choose another folder.", e);
        }
    }
}
