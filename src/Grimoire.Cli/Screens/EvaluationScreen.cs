using Grimoire.Evaluation;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>An evaluation at the terminal.</summary>
internal static class EvaluationScreen
{
    /// <summary>What came out: summary, tables and, where the tables do not say it all, the figures.</summary>
    public static void Show(Terminal terminal, EvaluationResult result, bool figures = true)
    {
        terminal.Out.WriteLine(result.Summary);
        foreach (DataTable table in result.Tables)
            Table(terminal, table);
        if (figures)
            Table(terminal, result.FigureTable);
    }

    /// <summary>A table under its title; nothing where it has no rows.</summary>
    public static void Table(Terminal terminal, DataTable table)
    {
        if (table.Rows.Count == 0)
            return;
        terminal.Line();
        if (table.Title.Length > 0)
            terminal.Line($"[bold]{table.Title}[/]");
        Sheet.Rows(terminal, table.Columns, table.Rows);
    }
}
