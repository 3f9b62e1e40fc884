using System.Security.Cryptography;
using System.Text;

namespace Grimoire.Training.Runs;

/// <summary>
/// Writes a run as one page that needs nothing else: no network, no fonts, no libraries; light or dark as the reader's system is; readable on a phone.
/// All text of models and data is escaped, and the page's own policy lets no other script run.
/// </summary>
public static class Report
{
    /// <summary>Writes the page.</summary>
    /// <exception cref="GrimoireException">The file cannot be written.</exception>
    public static void Write(string path, ReportData data) => AtomicFile.WriteText(path, Html(data));

    /// <summary>The page.</summary>
    public static string Html(ReportData data)
    {
        string script = Part("report.js");
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        // The pieces are put in by one pass over the template, so that no text can pose as a slot.
        return Fill(Part("report.html"), slot => slot switch
        {
            "title" => Markup.Escape(data.Title),
            "script-hash" => hash,
            "style" => Part("report.css"),
            "script" => script,
            "head" => ReportSections.Head(data),
            "sections" => ReportSections.Body(data),
            "data" => ReportScript.Data(data),
            _ => throw new InvalidOperationException($"The template has an unknown slot {slot}."),
        });
    }

    private static string Fill(string template, Func<string, string> value)
    {
        var page = new StringBuilder();
        int at = 0;
        for (int open; (open = template.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            page.Append(template, at, open - at).Append(value(template[(open + 2)..close]));
            at = close + 2;
        }

        return page.Append(template, at, template.Length - at).ToString();
    }

    private static string Part(string name)
    {
        using Stream stream = typeof(Report).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
