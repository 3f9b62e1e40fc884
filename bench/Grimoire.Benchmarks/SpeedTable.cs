using System.Globalization;
using System.Text.Json;

namespace Grimoire.Benchmarks;

/// <summary>One table of the results that <c>grimoire bench --json</c> has left in a folder: what bench/measure.sh prints at its end.</summary>
internal static class SpeedTable
{
    /// <summary>Prints it.</summary>
    public static void Print(string folder)
    {
        Console.WriteLine("| work | Grimoire | of the limit | peer | ratio | from – to | two threads beside one |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (string file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            double scaling = Median(Values(json.RootElement, "scaling"));
            foreach (JsonElement figure in json.RootElement.GetProperty("figures").EnumerateArray())
                Measurement.Print($"{Row(figure)} | {(double.IsNaN(scaling) ? "–" : Number(scaling))} |");
        }
    }

    private static string Row(JsonElement figure)
    {
        double[] ratios = Values(figure, "ratios");
        string share = figure.TryGetProperty("share_of_limit", out JsonElement given) ? $"{(100 * given.GetDouble()).ToString("F0", CultureInfo.InvariantCulture)} % {Word(figure, "limit")}" : "–";
        string compared = ratios.Length == 0 ? "– | – | –" : $"{Number(Median(Values(figure, "peer")))} | **{Number(Median(ratios))}** | {Number(ratios.Min())} – {Number(ratios.Max())}";
        return $"| {Word(figure, "subject")}: {Word(figure, "figure")} | {Number(Median(Values(figure, "values")))} {Word(figure, "unit")} | {share} | {compared}";
    }

    private static string Word(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double[] Values(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement values) ? [.. values.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.Number).Select(value => value.GetDouble())] : [];

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) switch { >= 1000 => "N0", >= 100 => "F1", _ => "F2" }, CultureInfo.InvariantCulture);
}
