using System.Text;

namespace Grimoire.Training.Runs;

/// <summary>The part of the page that shows what was found as rows under headings; a table too wide for the screen is moved under the finger.</summary>
internal static class ResultSections
{
    public static string Results(IReadOnlyList<DataTable> tables)
    {
        var html = new StringBuilder();
        foreach (DataTable table in tables.Where(table => table.Rows.Count > 0))
            Append(html, table);
        return html.Length == 0 ? "" : ReportSections.Section("results", "What was found", "", html.ToString());
    }

    public static string Figures(DataTable? table)
    {
        if (table is null || table.Rows.Count == 0)
            return "";
        var html = new StringBuilder();
        Append(html, table with { Title = "" });
        return ReportSections.Section("figures", "Every figure", "", html.ToString());
    }

    private static void Append(StringBuilder html, DataTable table)
    {
        string[] looks = [.. table.Columns.Select(column => column.StartsWith('>') ? " class=\"n\"" : "")];
        html.Append("<div class=\"grid\"><table>\n");
        if (table.Title.Length > 0)
            html.Append($"<caption>{Markup.Escape(table.Title)}</caption>\n");
        html.Append("<thead><tr>");
        for (int i = 0; i < looks.Length; i++)
            html.Append($"<th scope=\"col\"{looks[i]}>{Markup.Escape(table.Columns[i].TrimStart('>'))}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            html.Append($"<tr><th scope=\"row\"{looks[0]}>{Markup.Escape(row[0])}</th>");
            for (int i = 1; i < looks.Length; i++)
                html.Append($"<td{looks[i]}>{Cell(row[i])}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    /// <summary>A signature's parts may stand on several lines.</summary>
    private static string Cell(string text) => Markup.Escape(text).Replace("|", "|<wbr>", StringComparison.Ordinal);
}
