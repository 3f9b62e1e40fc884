using System.Text;
using System.Text.Json;

namespace Grimoire.Training.Runs;

/// <summary>One line of a chart: values at steps.</summary>
/// <param name="Name">What it is, in the read-out.</param>
/// <param name="Look">Its style: <c>faint</c>, <c>line</c> or <c>marked</c>.</param>
/// <param name="Points">Steps and values, in order.</param>
internal sealed record Series(string Name, string Look, IReadOnlyList<(long Step, double Value)> Points);

/// <summary>One chart, drawn by the page's script.</summary>
internal sealed record Chart(string Id, string Title, bool Wide, bool FromZero, IReadOnlyList<Series> Lines, (string Name, double Value)? Reference = null);

/// <summary>The data the page's script draws from.</summary>
internal static class ReportScript
{
    private const int MostPoints = 1200, FewPoints = 60;

    private static readonly string[] Elsewhere =
    [
        Metric.Loss, Metric.ValidationLoss, Metric.BitsPerByte, Metric.LearningRate, Metric.GradientNorm, Metric.TokensPerSecond, Metric.Tokens, Metric.Seconds,
    ];

    /// <summary>The charts for which there are metrics.</summary>
    public static IReadOnlyList<Chart> Charts(ReportData data)
    {
        IReadOnlyList<(long, double)> loss = Values(data.Metrics, Metric.Loss), validation = Values(data.Metrics, Metric.ValidationLoss);
        (string, double)? untrained = data.UntrainedLoss is { } value ? ("knowing nothing", value) : null;
        Chart[] charts =
        [
            new("loss", data.UntrainedLoss is null ? "Loss" : "Loss, nats a token", true, false,
                [new("batch", "faint", Thin(loss)), new("training", "line", Thin(Smooth(loss))), new("validation", "marked", Thin(validation))], untrained),
            new("bits", "Bits a byte", false, false, [new("validation", "marked", Thin(Values(data.Metrics, Metric.BitsPerByte)))]),
            .. Others(data.Metrics),
            new("lr", "Learning rate", false, true, [new("rate", "line", Thin(Values(data.Metrics, Metric.LearningRate)))]),
            new("norm", "Gradient norm", false, true, [new("norm", "line", Thin(Values(data.Metrics, Metric.GradientNorm)))]),
            new("speed", "Tokens a second", false, true, [new("speed", "line", Thin(Values(data.Metrics, Metric.TokensPerSecond)))]),
        ];
        return [.. charts
            .Select(chart => chart with { Lines = [.. chart.Lines.Where(line => line.Points.Count > 0)] })
            .Where(chart => chart.Lines.Any(line => line.Points.Count > 1))];
    }

    /// <summary>A chart for each metric that is not named elsewhere on the page: reward, KL, accuracy, …</summary>
    private static IEnumerable<Chart> Others(IReadOnlyList<MetricRow> rows) => rows
        .SelectMany(row => row.Values.Select(value => value.Key)).Distinct(StringComparer.Ordinal).Where(name => !Elsewhere.Contains(name))
        .Select((name, i) => (Id: FormattableString.Invariant($"metric-{i}"), Title: Capitalised(Metric.Words(name)), Points: Values(rows, name)))
        .Select(m => new Chart(m.Id, m.Title, Wide: false, FromZero: false,
            m.Points.Count <= FewPoints ? [new(m.Title, "marked", m.Points)]
                : [new("batch", "faint", Thin(m.Points)), new("mean", "line", Thin(Smooth(m.Points)))]));

    private static string Capitalised(string words) => words.Length > 0 ? char.ToUpperInvariant(words[0]) + words[1..] : words;

    /// <summary>The data as JSON that is safe inside a script element: the writer escapes every angle bracket and ampersand.</summary>
    public static string Data(ReportData data)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("charts");
            foreach (Chart chart in Charts(data))
                WriteChart(json, chart);
            json.WriteEndObject();
            json.WriteStartArray("plots");
            foreach (Plot plot in data.Plots)
                WritePlot(json, plot);
            json.WriteEndArray();
            json.WriteStartArray("surprise");
            foreach (SurpriseToken token in data.Surprise)
                WriteToken(json, token);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>
    /// The mean over a window of about a fiftieth of the points, centred so that the curve does not lag behind a falling loss, and narrower towards the ends.
    /// </summary>
    internal static IReadOnlyList<(long Step, double Value)> Smooth(IReadOnlyList<(long Step, double Value)> points)
    {
        double[] sums = new double[points.Count + 1];
        for (int i = 0; i < points.Count; i++)
            sums[i + 1] = sums[i] + points[i].Value;
        var smooth = new List<(long, double)>(points.Count);
        for (int i = 0; i < points.Count; i++)
        {
            int half = Math.Min(points.Count / 100, Math.Min(i, points.Count - 1 - i));
            smooth.Add((points[i].Step, (sums[i + half + 1] - sums[i - half]) / ((2 * half) + 1)));
        }

        return smooth;
    }

    /// <summary>At most some 1200 points, first and last among them: more than a screen shows only makes the page heavy.</summary>
    internal static IReadOnlyList<(long Step, double Value)> Thin(IReadOnlyList<(long Step, double Value)> points)
    {
        if (points.Count <= MostPoints)
            return points;
        return [.. Enumerable.Range(0, MostPoints).Select(i => points[(int)((long)i * (points.Count - 1) / (MostPoints - 1))])];
    }

    private static IReadOnlyList<(long Step, double Value)> Values(IReadOnlyList<MetricRow> rows, string name) =>
        [.. rows.Where(row => row[name] is { } value && double.IsFinite(value)).Select(row => (row.Step, row[name]!.Value))];

    private static void WriteChart(Utf8JsonWriter json, Chart chart)
    {
        json.WriteStartObject(chart.Id);
        json.WriteBoolean("zero", chart.FromZero);
        if (chart.Reference is { } reference)
        {
            json.WriteStartObject("reference");
            json.WriteString("name", reference.Name);
            json.WriteNumber("value", reference.Value);
            json.WriteEndObject();
        }

        json.WriteStartArray("lines");
        foreach (Series line in chart.Lines)
        {
            json.WriteStartObject();
            json.WriteString("name", line.Name);
            json.WriteString("look", line.Look);
            json.WriteStartArray("steps");
            foreach ((long step, _) in line.Points)
                json.WriteNumberValue(step);
            json.WriteEndArray();
            json.WriteStartArray("values");
            foreach ((_, double value) in line.Points)
                json.WriteNumberValue((float)value);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePlot(Utf8JsonWriter json, Plot plot)
    {
        json.WriteStartObject();
        json.WriteString("x", WellFormed(plot.X));
        json.WriteString("y", WellFormed(plot.Y));
        json.WriteStartArray("series");
        foreach ((int place, PlotSeries series) in plot.Series.Index())
        {
            json.WriteStartObject();
            json.WriteString("name", WellFormed(series.Name));
            json.WriteBoolean("joined", series.Joined);
            json.WriteBoolean("marked", series.Marked);
            json.WriteNumber("colour", series.Colour ?? place);
            json.WriteStartArray("points");
            foreach ((double x, double y) in series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)))
            {
                json.WriteStartArray();
                json.WriteNumberValue((float)x);
                json.WriteNumberValue((float)y);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, SurpriseToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("nats", double.IsFinite(token.Nats) ? Math.Round(token.Nats, 3) : 99);
        json.WriteStartArray("instead");
        foreach ((string text, double probability) in token.Alternatives)
        {
            json.WriteStartArray();
            json.WriteStringValue(WellFormed(text));
            json.WriteNumberValue(Math.Round(probability, 4));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Halves of characters, which JSON cannot hold, become U+FFFD.</summary>
    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());
}
