using Grimoire.Evaluation;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Where evaluations go, and how they are told.</summary>
internal static class EvaluationPlace
{
    private const int LongestPart = 60, MostFigures = 30;

    /// <summary>The folder for a result where none is named: <c>runs/KIND-PART-PART</c>.</summary>
    public static string Folder(string kind, params IEnumerable<string> parts) => Path.Combine("runs", string.Join('-', parts.Select(FileName).Prepend(kind)));

    /// <summary>Shows a result, or writes it as one line of JSON.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="result">What was found.</param>
    /// <param name="folder">Where it is kept.</param>
    /// <param name="json">Whether as JSON.</param>
    /// <param name="figures">Whether the figures are shown beside the tables, because these do not say it all.</param>
    public static int Tell(Terminal terminal, EvaluationResult result, string folder, bool json, bool figures = true)
    {
        if (json)
        {
            terminal.Out.Write(JsonLines.ToLine(ResultsJson.Of(result)));
            return Tool.Success;
        }

        // Of many figures those of what was named; the others are in the tables and in the folder.
        Figure[] shown = [.. result.Figures.Where(figure => result.Figures.Count <= MostFigures || !figure.Of.Contains('/', StringComparison.Ordinal))];
        EvaluationScreen.Show(terminal, result with { Figures = shown }, figures);
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
