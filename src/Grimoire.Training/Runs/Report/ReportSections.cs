using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>The parts of the page as HTML. Charts and read-outs are drawn over them by the page's script.</summary>
internal static class ReportSections
{
    private static readonly double[] SurpriseSteps = [0.1, 0.3, 0.7, 1.2, 2, 3, 4.5, 6, 8];
    private static readonly string[] SurpriseLabels = ["sure", "", "", "1 in 3", "", "", "1 in 50", "", "", "1 in 3000 or less"];

    public static string Head(ReportData data)
    {
        RunInfo run = data.Run;
        var html = new StringBuilder();
        html.Append(Inv($"<p class=\"kicker\">Grimoire · {Markup.Escape(run.Kind)}</p>\n<h1>{Markup.Escape(data.Title)}</h1>\n"));
        html.Append(Inv($"<p class=\"summary\">{Markup.Escape(data.Summary)}</p>\n<p class=\"meta\">"));
        string status = run.Status.ToString();
        html.Append(Inv($"<span class=\"status {status.ToLowerInvariant()}\">{status}</span> "));
        html.Append(Inv($"<span>{run.Started:d MMMM yyyy, HH:mm} UTC</span> <span>seed {run.Seed}</span> "));
        html.Append(Inv($"<span>{Markup.Escape(run.Machine.Processor)}</span></p>\n"));
        if (run.Message is { } message)
            html.Append(Inv($"<p class=\"message\">{Markup.Escape(message)}</p>\n"));
        if (data.Headline.Count > 0)
        {
            html.Append("<dl class=\"headline\">\n");
            foreach (Fact fact in data.Headline)
                html.Append(Inv($"<div><dd>{Markup.Escape(fact.Value)}</dd><dt>{Markup.Escape(fact.Name)}</dt></div>\n"));
            html.Append("</dl>\n");
        }

        return html.ToString();
    }

    public static string Body(ReportData data) => string.Concat(
        StageSections.Stages(data.Stages), ResultSections.Results(data.Results), Learning(data), StageSections.Plots(data.Plots),
        StageSections.Answers(data.BeforeAfter), Samples(data.Samples), Surprise(data.Surprise), Tokenizer(data.Tokenizer),
        ResultSections.Figures(data.Figures), Commands(data.Commands), Tables(data), Recipe(data.Run.Recipe));

    private static string Learning(ReportData data)
    {
        IReadOnlyList<Chart> charts = ReportScript.Charts(data);
        if (charts.Count == 0)
            return "";
        var html = new StringBuilder();
        foreach (Chart chart in charts.Where(c => c.Wide))
            html.Append(Figure(chart));
        html.Append("<div class=\"multiples\">\n");
        foreach (Chart chart in charts.Where(c => !c.Wide))
            html.Append(Figure(chart));
        return Section("learning", "How it learned", "", html.Append("</div>\n").ToString());
    }

    private static string Figure(Chart chart) =>
        $"<figure class=\"chart{(chart.Wide ? " wide" : "")}\" data-chart=\"{chart.Id}\"><figcaption>{Markup.Escape(chart.Title)}</figcaption></figure>\n";

    private static string Samples(IReadOnlyList<TextSample> samples)
    {
        if (samples.Count == 0)
            return "";
        var html = new StringBuilder("<div class=\"samples\">\n");
        IGrouping<long, TextSample>[] steps = [.. samples.GroupBy(s => s.Step).OrderBy(g => g.Key)];
        if (steps.Length > 1)
        {
            html.Append(Inv($"<div class=\"slider\" hidden><label for=\"step\">after <output>{Markup.Count(steps[^1].Key)}</output> steps</label>"));
            html.Append(Inv($"<input id=\"step\" type=\"range\" min=\"0\" max=\"{steps.Length - 1}\" value=\"{steps.Length - 1}\"></div>\n"));
        }

        foreach (IGrouping<long, TextSample> step in steps)
        {
            html.Append(Inv($"<div class=\"sample\" data-step=\"{Markup.Count(step.Key)}\"><h3>after {Markup.Count(step.Key)} steps</h3>\n"));
            foreach (TextSample sample in step)
                html.Append(Inv($"<blockquote><b>{Markup.Escape(sample.Prompt)}</b>{Markup.Escape(sample.Text)}</blockquote>\n"));
            html.Append("</div>\n");
        }

        const string lead = "Its own words at each stage of training; what it was given is in bold.";
        return Section("samples", "What it wrote", lead, html.Append("</div>\n").ToString());
    }

    private static string Surprise(IReadOnlyList<SurpriseToken> tokens)
    {
        if (tokens.Count == 0)
            return "";
        var html = new StringBuilder("<p class=\"legend\" aria-hidden=\"true\">");
        for (int level = 0; level <= SurpriseSteps.Length; level++)
            html.Append(Inv($"<i class=\"s{level}\"><span>{SurpriseLabels[level]}</span></i>"));
        html.Append("</p>\n<p class=\"surprise\">");
        for (int i = 0; i < tokens.Count; i++)
        {
            string text = tokens[i].Text;
            // A line break is shown, so that it can be pointed at, and made.
            string shown = Markup.Escape(text.Replace("\r", "", StringComparison.Ordinal)).Replace("\n", "<u>⏎</u>\n", StringComparison.Ordinal);
            html.Append(Inv($"<i class=\"s{Level(tokens[i].Nats)}\" data-token=\"{i}\">{shown}</i>"));
        }

        double mean = tokens.Average(t => t.Nats);
        string lead = "Text it never saw in training. The stronger a token's colour, the less the model expected it "
            + Inv($"({mean:0.00} nats a token here). Point at one, or tap it, to see what was expected instead.");
        return Section("surprise", "What surprised it", lead, html.Append("</p>\n").ToString());
    }

    internal static int Level(double nats)
    {
        int level = 0;
        while (level < SurpriseSteps.Length && !(nats < SurpriseSteps[level]))
            level++;
        return level;
    }

    private static string Tokenizer(TokenizerView? view)
    {
        if (view is null)
            return "";
        var html = new StringBuilder();
        if (view.Example.Count > 0)
        {
            html.Append("<p class=\"split\">");
            for (int i = 0; i < view.Example.Count; i++)
                html.Append(Inv($"<i class=\"c{i % 5}\">{Markup.Escape(view.Example[i])}</i>"));
            html.Append("</p>\n");
        }

        html.Append("<div class=\"columns\">\n");
        if (view.Frequent.Count > 0)
        {
            double most = Math.Max(1, view.Frequent.Max(p => p.Count));
            html.Append("<div><h3>Most frequent pieces</h3><ol class=\"bars\">\n");
            foreach (PieceCount piece in view.Frequent)
            {
                html.Append(Inv($"<li><code>{Markup.Visible(piece.Text)}</code><span style=\"--share:{piece.Count / most:0.###}\"></span>"));
                html.Append(Inv($"<em>{Markup.Count(piece.Count)}</em></li>\n"));
            }


            html.Append("</ol></div>\n");
        }

        if (view.Longest.Count > 0)
        {
            html.Append("<div><h3>Longest pieces</h3><p class=\"pieces\">");
            foreach (string piece in view.Longest)
                html.Append(Inv($"<code>{Markup.Visible(piece)}</code> "));
            html.Append("</p></div>\n");
        }

        return Section("tokenizer", "How it reads", view.Description, html.Append("</div>\n").ToString());
    }

    private static string Commands(IReadOnlyList<CommandLine> commands)
    {
        if (commands.Count == 0)
            return "";
        var html = new StringBuilder();
        foreach (CommandLine command in commands)
        {
            html.Append(Inv($"<div class=\"command\"><span>{Markup.Escape(command.Purpose)}</span><pre>{Markup.Escape(command.Line)}</pre>"));
            html.Append("<button type=\"button\" hidden>Copy</button></div>\n");
        }


        return Section("commands", "Do it again", "", html.ToString());
    }

    private static string Tables(ReportData data)
    {
        Machine machine = data.Run.Machine;
        var host = new FactTable("Machine",
        [
            new("Processor", machine.Processor),
            new("Cores", Inv($"{machine.Cores}")),
            new("Memory", Inv($"{machine.MemoryBytes / (double)(1 << 30):0.#} GiB")),
            new("Vectors", Inv($"{machine.VectorBits} bits")),
            new("System", machine.System),
            new("Grimoire", data.Run.Version),
        ]);
        var html = new StringBuilder("<div class=\"tables\">\n");
        foreach (FactTable table in data.Tables.Append(host).Where(t => t.Facts.Count > 0))
        {
            html.Append(Inv($"<table><caption>{Markup.Escape(table.Title)}</caption>\n"));
            foreach (Fact fact in table.Facts)
                html.Append(Inv($"<tr><th scope=\"row\">{Markup.Escape(fact.Name)}</th><td>{Markup.Escape(fact.Value)}</td></tr>\n"));
            html.Append("</table>\n");
        }

        return Section("facts", "What was run", "", html.Append("</div>\n").ToString());
    }

    private static string Recipe(JsonObject recipe)
    {
        var html = new StringBuilder("<details><summary>Every setting</summary>\n<table class=\"recipe\">\n");
        foreach ((string key, JsonNode? value) in recipe)
            html.Append(Inv($"<tr><th scope=\"row\"><code>{Markup.Escape(key)}</code></th><td>{Markup.Escape(Shown(value))}</td></tr>\n"));
        return html.Append("</table></details>\n").ToString();
    }

    private static string Shown(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue text when text.TryGetValue(out string? s) => s,
        JsonArray list => string.Join(", ", list.Select(Shown)),
        _ => value.ToJsonString(),
    };

    internal static string Section(string id, string title, string lead, string body)
    {
        string below = lead.Length > 0 ? $"<p class=\"lead\">{Markup.Escape(lead)}</p>\n" : "";
        return $"<section id=\"{id}\">\n<h2>{Markup.Escape(title)}</h2>\n{below}{body}</section>\n";
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
