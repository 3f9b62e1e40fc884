using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>What was measured as rows of words, for the screen and for a file.</summary>
/// <param name="Heading">What the rows tell of.</param>
/// <param name="Columns">Headings of the columns; one that begins with <c>&gt;</c> stands over numbers.</param>
/// <param name="Rows">The rows.</param>
internal sealed record BenchTable(string Heading, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Makes the tables.</summary>
internal static class BenchTables
{
    /// <summary>The machine's limits, and each subject's figures.</summary>
    public static IReadOnlyList<BenchTable> Of(BenchRun run) =>
        [Machine(run.Limits), .. run.Results.GroupBy(result => result.Subject).Select(group => Figures(group.Key, [.. group]))];

    private static BenchTable Machine(LimitSamples limits)
    {
        IReadOnlyList<string> Row(string name, string unit, double scale, Func<Limits, double> limit) =>
            [name, unit, .. limits.Counts.Select(count => WithEnds(limits.Of(count, limit), 1 / scale))];
        return new("what this machine can do at most", ["Limit", "Unit", .. limits.Counts.Select(count => count == 1 ? ">One thread" : $">{count} threads")],
        [
            Row("floats, fused multiply-adds", "GOP/s", 1e9, limit => limit.Flops),
            Row($"integers, {Processor.IntegerInstruction}", "GOP/s", 1e9, limit => limit.Integers),
            Row("memory, read", "GB/s", 1e9, limit => limit.Bandwidth),
        ]);
    }

    private static BenchTable Figures(string subject, IReadOnlyList<Measured> results)
    {
        bool compared = results.Any(result => result.Ratios.Count > 0);
        string[] more = compared ? [">Peer", ">Ratio", ">From – to"] : [];
        return new(subject, ["Figure", ">Median", "Unit", ">From – to", ">Of the limit", .. more],
            [.. results.Select(result => (IReadOnlyList<string>)[.. Row(result), .. compared ? Compared(result) : []])]);
    }

    private static IEnumerable<string> Row(Measured result)
    {
        (double share, string limit) = result.Share;
        return
        [
            result.Benchmark.Name, Value(result.Spread.Median), result.Benchmark.Unit, Ends(result.Spread, 1),
            double.IsFinite(share) ? $"{Numbers.Percent(share)} {limit}" : "–",
        ];
    }

    private static string[] Compared(Measured result)
    {
        Spread peer = Spread.Of(result.Peer.Where(double.IsFinite)), ratios = Spread.Of(result.Ratios);
        return ratios.Count == 0 ? ["–", "–", "–"] : [Value(peer.Median), $"{Numbers.Fixed(ratios.Median, 2)} ×", Ends(ratios, 1)];
    }

    private static string WithEnds(Spread spread, double scale) => spread.Count == 0 ? "–" : $"{Value(spread.Median * scale)} ({Ends(spread, scale)})";

    private static string Ends(Spread spread, double scale) => spread.Count < 2 ? "–" : $"{Value(spread.Low * scale)} – {Value(spread.High * scale)}";

    /// <summary>A value with three or four figures.</summary>
    internal static string Value(double value) => !double.IsFinite(value) ? "–"
        : value >= 10_000 ? Numbers.Count((long)Math.Round(value))
        : Numbers.Fixed(value, Math.Abs(value) switch { >= 1000 or 0 => 0, >= 100 => 1, _ => 2 });
}
