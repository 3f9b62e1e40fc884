using System.Globalization;
using System.Text.Json;
using Grimoire.Cli.Bench;

namespace Grimoire.Benchmarks;

/// <summary>One table of the results that <c>grimoire bench --json</c> has left in a folder: what bench/measure.sh prints at its end.</summary>
internal static class SpeedTable
{
    /// <summary>Prints it. The same figure of several files, such as rounds that were measured apart, is one.</summary>
    public static void Print(string folder)
    {
        Measurement.Print($"| work | Grimoire | from – to | of the limit | peer | ratio, pair by pair | from – to |");
        Measurement.Print($"|---|---:|---:|---:|---:|---:|---:|");
        IEnumerable<JsonElement> figures = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Figures);
        foreach (var figure in figures.GroupBy(figure => (Word(figure, "subject"), Word(figure, "figure"), Word(figure, "unit"))))
            Console.WriteLine(Row(figure.Key, [.. figure]));
    }

    private static IEnumerable<JsonElement> Figures(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. json.RootElement.GetProperty("figures").EnumerateArray().Select(figure => figure.Clone())];
    }

    private static string Row((string Subject, string Figure, string Unit) name, IReadOnlyList<JsonElement> parts)
    {
        double[] values = Values(parts, "values"), ratios = Values(parts, "ratios");
        double[] shares = [.. parts.Where(part => part.TryGetProperty("share_of_limit", out _)).Select(part => part.GetProperty("share_of_limit").GetDouble())];
        string share = shares.Length == 0 ? "–" : $"{(100 * Spread.Of(shares).Median).ToString("F0", CultureInfo.InvariantCulture)} % {Word(parts[0], "limit")}";
        string compared = ratios.Length == 0
            ? "– | – | –"
            : $"{Number(Spread.Of(Values(parts, "peer")).Median)} | **{Number(Spread.Of(ratios).Median)}** of {ratios.Length} | {Ends(ratios)}";
        return $"| {name.Subject}: {name.Figure} | {Number(Spread.Of(values).Median)} {name.Unit} | {Ends(values)} | {share} | {compared} |";
    }

    private static string Word(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double[] Values(IEnumerable<JsonElement> parts, string name) =>
    [
        .. parts.SelectMany(part => part.TryGetProperty(name, out JsonElement values) ? values.EnumerateArray().ToArray() : [])
            .Where(value => value.ValueKind == JsonValueKind.Number).Select(value => value.GetDouble()),
    ];

    private static string Ends(double[] values) => values.Length < 2 ? "–" : $"{Number(values.Min())} – {Number(values.Max())}";

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) switch { >= 1000 => "N0", >= 100 => "F1", _ => "F2" }, CultureInfo.InvariantCulture);
}
