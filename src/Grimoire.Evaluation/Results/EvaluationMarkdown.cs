using System.Text;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>An evaluation's result as Markdown, to be put into a page or an issue.</summary>
public static class EvaluationMarkdown
{
    /// <summary>Heading, summary, the figures, the tables, and the command that made them.</summary>
    public static string Of(EvaluationResult result)
    {
        var text = new StringBuilder();
        text.Append($"# {Line(result.Title)}\n\n{Line(result.Summary)}\n");
        foreach (DataTable table in result.Tables.Prepend(result.FigureTable).Where(table => table.Rows.Count > 0))
        {
            if (table.Title.Length > 0)
                text.Append($"\n## {Line(table.Title)}\n");
            text.Append($"\n{Of(table)}");
        }

        text.Append($"\n```\n{EvaluationReport.Command(result.Run)}\n```\n");
        return text.Append($"\nGrimoire {result.Run.Version}, {Line(result.Run.Machine.ToString())}, seed {result.Run.Seed}.\n").ToString();
    }

    /// <summary>A table of GitHub's Markdown.</summary>
    public static string Of(DataTable table)
    {
        var text = new StringBuilder();
        Append(text, table.Columns.Select(column => column.TrimStart('>')));
        Append(text, table.Columns.Select(column => column.StartsWith('>') ? "---:" : "---"));
        foreach (IReadOnlyList<string> row in table.Rows)
            Append(text, row);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) => text.Append($"| {string.Join(" | ", cells.Select(Line))} |\n");

    /// <summary>Text of models and data that stays in its place: on one line, and without what Markdown or HTML would take for its own.</summary>
    private static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '|' or '`' or '*' or '_' or '[' or ']' or '\\' => line.Append('\\').Append(letter),
                '<' => line.Append("&lt;"),
                '&' => line.Append("&amp;"),
                _ => char.IsControl(letter) ? line.Append(' ') : line.Append(letter),
            };
        }

        return line.ToString();
    }
}
