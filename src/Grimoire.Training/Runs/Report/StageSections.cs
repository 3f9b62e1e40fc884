using System.Text;

namespace Grimoire.Training.Runs;

/// <summary>The parts of the page that tell of stages: what each brought, one measurement against another, answers before and after.</summary>
internal static class StageSections
{
    public static string Stages(IReadOnlyList<StageResult> stages)
    {
        if (stages.Count == 0)
            return "";
        string[] columns = [.. stages.SelectMany(stage => stage.Values.Select(value => value.Name)).Distinct(StringComparer.Ordinal)];
        var html = new StringBuilder("<div class=\"stages\"><table>\n<thead><tr><th scope=\"col\"></th>");
        foreach (string column in columns)
            html.Append($"<th scope=\"col\">{Markup.Escape(column)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (StageResult stage in stages)
        {
            html.Append($"<tr><th scope=\"row\">{Markup.Escape(stage.Stage)}</th>");
            foreach (string column in columns)
                html.Append($"<td>{Markup.Escape(stage.Values.FirstOrDefault(value => value.Name == column)?.Value ?? "–")}</td>");
            html.Append("</tr>\n");
        }

        return ReportSections.Section("stages", "What each stage brought", "", html.Append("</tbody></table></div>\n").ToString());
    }

    public static string Plots(IReadOnlyList<Plot> plots)
    {
        if (plots.Count == 0)
            return "";
        var html = new StringBuilder();
        for (int i = 0; i < plots.Count; i++)
        {
            html.Append($"<figure class=\"plot\" data-plot=\"{i}\"><figcaption><span>{Markup.Escape(plots[i].Title)}</span></figcaption></figure>\n");
            if (plots[i].Lead.Length > 0)
                html.Append($"<p class=\"lead\">{Markup.Escape(plots[i].Lead)}</p>\n");
        }

        return ReportSections.Section("plots", "One against another", "", html.ToString());
    }

    public static string Answers(IReadOnlyList<BeforeAfter> answers)
    {
        if (answers.Count == 0)
            return "";
        var html = new StringBuilder();
        foreach (BeforeAfter answer in answers)
        {
            html.Append($"<div class=\"answer\"><p class=\"prompt\">{Markup.Escape(answer.Prompt)}</p>\n<div class=\"sides\">");
            html.Append(
                $"<div><h3>before</h3><p>{Markup.Escape(answer.Before)}</p></div><div><h3>after</h3><p>{Markup.Escape(answer.After)}</p></div></div>\n");
            if (answer.Reference is { } reference)
                html.Append($"<div class=\"reference\"><h3>a good answer</h3><p>{Markup.Escape(reference)}</p></div>\n");
            if (answer.Scores.Count > 0)
            {
                html.Append("<dl>");
                foreach (Fact score in answer.Scores)
                    html.Append($"<div><dt>{Markup.Escape(score.Name)}</dt><dd>{Markup.Escape(score.Value)}</dd></div>");
                html.Append("</dl>\n");
            }

            html.Append("</div>\n");
        }

        return ReportSections.Section("answers", "Before and after", "Answers to the same prompts.", html.ToString());
    }
}
