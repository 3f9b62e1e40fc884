using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Bench;

/// <summary>What was measured, in files.</summary>
internal static class BenchFiles
{
    /// <summary>Everything as JSON: each round's values, the peer's beside them, and the limits.</summary>
    public static void WriteJson(string path, BenchRun run, string? peer) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("when", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        json.WriteString("machine", Machine.This().ToString());
        if (peer is not null)
            json.WriteString("peer", peer);
        json.WriteStartArray("limits");
        foreach (int threads in run.Limits.Counts)
        {
            json.WriteStartObject();
            json.WriteNumber("threads", threads);
            Number(json, "float_operations_s", run.Limits.Of(threads, limit => limit.Flops).Median);
            Number(json, "integer_operations_s", run.Limits.Of(threads, limit => limit.Integers).Median);
            Number(json, "bytes_read_s", run.Limits.Of(threads, limit => limit.Bandwidth).Median);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Array(json, "scaling", run.Limits.Scaling);
        json.WriteNumber("rejected_rounds", run.Rejected);
        json.WriteStartArray("figures");
        foreach (Measured result in run.Results)
            Write(json, result);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The tables as Markdown.</summary>
    public static void WriteMarkdown(string path, BenchRun run, string? peer)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Machine.This()}.");
        if (peer is not null)
            text.Append(CultureInfo.InvariantCulture, $" The peer, in turns: `{peer}`.");
        if (run.Limits.Complaint is { } complaint)
            text.Append(CultureInfo.InvariantCulture, $" {complaint}");
        text.Append('\n');
        foreach (BenchTable table in BenchTables.Of(run))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {table.Heading}\n\n");
            text.Append(Line(table.Columns.Select(column => column.TrimStart('>'))));
            text.Append(Line(table.Columns.Select(column => column.StartsWith('>') ? "---:" : "---")));
            foreach (IReadOnlyList<string> row in table.Rows)
                text.Append(Line(row));
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    private static string Line(IEnumerable<string> cells) =>
        $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";

    private static void Write(Utf8JsonWriter json, Measured result)
    {
        json.WriteStartObject();
        json.WriteString("subject", result.Subject);
        json.WriteString("figure", result.Benchmark.Name);
        json.WriteString("unit", result.Benchmark.Unit);
        json.WriteNumber("threads", result.Benchmark.Threads);
        Number(json, "median", result.Spread.Median);
        Array(json, "values", result.Values);
        (double share, string limit) = result.Share;
        if (double.IsFinite(share))
        {
            json.WriteNumber("share_of_limit", share);
            json.WriteString("limit", limit);
        }

        json.WriteStartObject("limits");
        Write(json, result.Limits);
        json.WriteEndObject();
        if (result.Ratios.Count > 0)
        {
            Array(json, "peer", result.Peer);
            Array(json, "ratios", result.Ratios);
            Number(json, "ratio", Spread.Of(result.Ratios).Median);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Limits limits)
    {
        Number(json, "float_operations_s", limits.Flops);
        Number(json, "integer_operations_s", limits.Integers);
        Number(json, "bytes_read_s", limits.Bandwidth);
    }

    private static void Array(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsFinite(value))
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    /// <summary>JSON has no word for what is no number.</summary>
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
