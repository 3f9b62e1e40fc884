using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>An evaluation's result as JSON: what programs read of it. Keys in which nothing stands are left out of a figure.</summary>
public static class ResultsJson
{
    /// <summary>The result as an object: <c>title</c>, <c>summary</c>, <c>figures</c>, <c>tables</c>, <c>plots</c>.</summary>
    public static JsonObject Of(EvaluationResult result) => new()
    {
        ["title"] = result.Title,
        ["summary"] = result.Summary,
        ["figures"] = new JsonArray([.. result.Figures.Select(Of)]),
        ["tables"] = new JsonArray([.. result.Tables.Select(Of)]),
        ["plots"] = new JsonArray([.. result.Plots.Select(Of)]),
    };

    /// <summary>
    /// A figure as an object: <c>name</c>, <c>of</c>, <c>value</c>, <c>interval</c> as [lower, upper], <c>level</c>, <c>count</c>, <c>signature</c>, …
    /// </summary>
    public static JsonObject Of(Figure figure)
    {
        var json = new JsonObject { ["name"] = figure.Name };
        if (figure.Of.Length > 0)
            json["of"] = figure.Of;
        json["value"] = JsonLines.Number(figure.Value);
        if (figure.Interval is { } interval)
        {
            json["interval"] = new JsonArray(JsonLines.Number(interval.Lower), JsonLines.Number(interval.Upper));
            json["level"] = interval.Level;
        }

        if (figure.Count > 0)
            json["count"] = figure.Count;
        if (figure.Signature.Length > 0)
            json["signature"] = figure.Signature;
        if (figure.LowerIsBetter)
            json["lower_is_better"] = true;
        if (figure.Unit is { } unit)
            json["unit"] = unit;
        return json;
    }

    internal static string Write(EvaluationResult result)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JsonLines.Encoder }))
            Of(result).WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    internal static EvaluationResult Read(string path, RunInfo run)
    {
        try
        {
            JsonObject json = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new FormatException("not an object");
            return new EvaluationResult
            {
                Run = run,
                Title = json["title"]!.GetValue<string>(),
                Summary = json["summary"]!.GetValue<string>(),
                Figures = [.. json["figures"]!.AsArray().Select(figure => ReadFigure(figure!.AsObject()))],
                Tables = [.. json["tables"]!.AsArray().Select(table => ReadTable(table!))],
                Plots = [.. json["plots"]!.AsArray().Select(plot => ReadPlot(plot!))],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
        catch (Exception e) when (
            e is JsonException or FormatException or InvalidOperationException or ArgumentException or NullReferenceException or OverflowException)
        {
            throw new GrimoireException($"{path}: damaged ({e.Message.Split(". ")[0].TrimEnd('.')}); measure again into another folder.", e);
        }
    }

    private static JsonObject Of(DataTable table) => new()
    {
        ["title"] = table.Title,
        ["columns"] = Strings(table.Columns),
        ["rows"] = new JsonArray([.. table.Rows.Select(Strings)]),
    };

    private static JsonObject Of(Plot plot) => new()
    {
        ["title"] = plot.Title,
        ["lead"] = plot.Lead,
        ["x"] = plot.X,
        ["y"] = plot.Y,
        ["series"] = new JsonArray([.. plot.Series.Select(series => new JsonObject
        {
            ["name"] = series.Name,
            ["joined"] = series.Joined,
            ["marked"] = series.Marked,
            ["colour"] = series.Colour,
            ["points"] = new JsonArray([.. series.Points.Select(point => new JsonArray(JsonLines.Number(point.X), JsonLines.Number(point.Y)))]),
        })]),
    };

    private static JsonArray Strings(IReadOnlyList<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static Figure ReadFigure(JsonObject json) => new(json["name"]!.GetValue<string>(), JsonLines.ToDouble(json["value"]))
    {
        Of = json["of"]?.GetValue<string>() ?? "",
        Interval = json["interval"] is JsonArray ends
            ? new Interval(JsonLines.ToDouble(ends[0]), JsonLines.ToDouble(ends[1]), JsonLines.ToDouble(json["level"])) : null,
        Count = json["count"]?.GetValue<long>() ?? 0,
        Signature = json["signature"]?.GetValue<string>() ?? "",
        LowerIsBetter = json["lower_is_better"]?.GetValue<bool>() ?? false,
        Unit = json["unit"]?.GetValue<string>(),
    };

    private static DataTable ReadTable(JsonNode json)
    {
        string[] columns = ReadStrings(json["columns"]!);
        string[][] rows = [.. json["rows"]!.AsArray().Select(row => ReadStrings(row!))];
        if (columns.Length == 0 || rows.Any(row => row.Length != columns.Length))
            throw new FormatException("a row of a table has not as many cells as there are columns");
        return new DataTable(json["title"]!.GetValue<string>(), columns, rows);
    }

    private static Plot ReadPlot(JsonNode json) => new(
        json["title"]!.GetValue<string>(), json["x"]!.GetValue<string>(), json["y"]!.GetValue<string>(),
        [.. json["series"]!.AsArray().Select(series => new PlotSeries(
            series!["name"]!.GetValue<string>(),
            [.. series["points"]!.AsArray().Select(point => (JsonLines.ToDouble(point![0]), JsonLines.ToDouble(point[1])))],
            series["joined"]!.GetValue<bool>())
        {
            Marked = series["marked"]?.GetValue<bool>() ?? true,
            Colour = series["colour"]?.GetValue<int>(),
        })])
    {
        Lead = json["lead"]!.GetValue<string>(),
    };

    private static string[] ReadStrings(JsonNode json) => [.. json.AsArray().Select(value => value!.GetValue<string>())];
}
