using Spectre.Console;
using Spectre.Console.Rendering;

namespace Grimoire.Cli;

/// <summary>The two kinds of tables that verbs print: facts by name, and rows under headings.</summary>
internal static class Sheet
{
    /// <summary>Facts by name.</summary>
    public static void Facts(Terminal terminal, params IEnumerable<(string Name, string Value)> facts)
    {
        Grid grid = Columns(2);
        foreach ((string name, string value) in facts)
            grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value));
        terminal.Console.Write(grid);
    }

    /// <summary>Columns without lines, indented; only the last one wraps.</summary>
    public static Grid Columns(int count)
    {
        var grid = new Grid();
        for (int i = 0; i < count; i++)
            grid.AddColumn(new GridColumn { NoWrap = i < count - 1, Padding = new Padding(i == 0 ? 2 : 0, 0, i == count - 1 ? 0 : 3, 0) });
        return grid;
    }

    /// <summary>Rows under headings; a heading that begins with <c>&gt;</c> stands over numbers.</summary>
    public static void Rows(Terminal terminal, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new Table().Border(new HeadingBorder()).BorderStyle(new Style(decoration: Decoration.Dim));
        foreach (string heading in headings)
        {
            var column = new TableColumn(new Text(heading.TrimStart('>'), new Style(decoration: Decoration.Bold)));
            table.AddColumn(heading.StartsWith('>') ? column.RightAligned().NoWrap() : column);
        }

        foreach (IReadOnlyList<string> row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        terminal.Console.Write(table);
    }

    /// <summary>One line under the headings and nothing else.</summary>
    private sealed class HeadingBorder : TableBorder
    {
        public override string GetPart(TableBorderPart part) => part switch
        {
            TableBorderPart.HeaderBottom => "─",
            _ => " ",
        };
    }
}
