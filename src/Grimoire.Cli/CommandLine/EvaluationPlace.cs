using Grimoire.Evaluation;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Where evaluations go, and how they are told.</summary>
internal static class EvaluationPlace
{
    private const int LongestPart = 60, MostFigures = 30;

    /// <summary>The folder for a result where none is named: <c>runs/KIND-PART-PART</c>.</summary>
    public static string Folder(string kind, params IEnumerable<string> parts) => Path.Combine("runs", string.Join('-', parts.Select(FileName).Prepend(kind)));

    /// <summary>What to call the model at a path: the name of its run where it lies in one.</summary>
    public static string NameOf(string path)
    {
        var place = new DirectoryInfo(Path.GetFullPath(path));
        if (place.Name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return Path.GetFileNameWithoutExtension(place.Name);
        return place.Name == "model" && place.Parent is { } run ? run.Name : place.Name;
    }

    /// <summary>Shows a result, or writes it as one line of JSON.</summary>
    public static int Tell(Terminal terminal, EvaluationResult result, string folder, bool json)
    {
        if (json)
        {
            terminal.Out.Write(JsonLines.ToLine(ResultsJson.Of(result)));
            return Tool.Success;
        }

        // Of many figures those of what was named; the others are in the tables and in the folder.
        Figure[] shown = [.. result.Figures.Where(figure => result.Figures.Count <= MostFigures || !figure.Of.Contains('/', StringComparison.Ordinal))];
        EvaluationScreen.Show(terminal, result with { Figures = shown });
        terminal.Line();
        terminal.Line($"[dim]{Path.Combine(folder, "report.html")} shows all of it.[/]");
        return Tool.Success;
    }

    private static string FileName(string text)
    {
        string name = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')).Trim('.', '_');
        return name.Length > LongestPart ? name[..LongestPart] : name;
    }
}
