using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Metrics;

/// <summary>How the second system and those after it are held against the first.</summary>
public enum PairedTest
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Paired bootstrap.</summary>
    Bootstrap,

    /// <summary>Approximate randomization.</summary>
    Randomization,
}

/// <summary>A system held against the first one.</summary>
/// <param name="System">Its name.</param>
/// <param name="Metric">What both were measured by.</param>
/// <param name="Comparison">How they differ.</param>
public sealed record SystemComparison(string System, TextMetric Metric, PairedComparison Comparison);

/// <summary>Texts of one or several systems, scored by some metrics against the same references.</summary>
public sealed class ScoreSheet
{
    private readonly IReadOnlyList<TextMetric> metrics;
    private readonly IReadOnlyList<IReadOnlyList<string>> references;
    private readonly int resamples;
    private readonly ulong seed;
    private readonly List<(string Name, IReadOnlyList<string> Texts, SufficientStatistics[] Corpora)> systems = [];

    /// <summary>A sheet without systems.</summary>
    /// <param name="metrics">What to measure.</param>
    /// <param name="references">The references of each line.</param>
    /// <param name="resamples">Resamples for intervals; 0 for none.</param>
    /// <param name="seed">Their seed.</param>
    public ScoreSheet(IReadOnlyList<TextMetric> metrics, IReadOnlyList<IReadOnlyList<string>> references, int resamples = Bootstrap.Resamples,
        ulong seed = Bootstrap.Seed) =>
        (this.metrics, this.references, this.resamples, this.seed) = (metrics, references, resamples, seed);

    /// <summary>Scores a system.</summary>
    /// <exception cref="ArgumentException">It has not as many lines as the references.</exception>
    public void Add(string name, IReadOnlyList<string> texts) =>
        systems.Add((name, texts, [.. metrics.Select(metric => metric.OfCorpus(texts, references))]));

    /// <summary>The figures of all systems, each with its interval and signature.</summary>
    public IReadOnlyList<Figure> Figures() =>
    [
        .. systems.SelectMany(system => metrics.Select((metric, i) => new Figure(metric.Name, system.Corpora[i].Value)
        {
            Of = systems.Count > 1 ? system.Name : "",
            Interval = resamples > 0 ? Bootstrap.Of(system.Corpora[i], resamples, seed) : null,
            Count = references.Count,
            Signature = metric.Signature(references, resamples, seed),
            LowerIsBetter = metric.LowerIsBetter,
            Unit = metric.Unit,
        })),
    ];

    /// <summary>The first system against each other one.</summary>
    /// <param name="test">The test.</param>
    /// <param name="trials">Its trials or resamples; 0 for as many as are usual.</param>
    public IReadOnlyList<SystemComparison> Comparisons(PairedTest test, int trials = 0) => test == PairedTest.None ? [] :
    [
        .. systems.Skip(1).SelectMany(system => metrics.Select((metric, i) => new SystemComparison(system.Name, metric, test == PairedTest.Bootstrap
            ? PairedTests.Bootstrap(systems[0].Corpora[i], system.Corpora[i], trials > 0 ? trials : Bootstrap.Resamples, seed)
            : PairedTests.ApproximateRandomization(systems[0].Corpora[i], system.Corpora[i], trials > 0 ? trials : PairedTests.Trials, seed)))),
    ];

    /// <summary>What the figures are made of, where a metric tells more than its figure.</summary>
    public DataTable Details() => new("What they are made of", ["Figure", "Of"],
    [
        .. systems.SelectMany(system => metrics.Select((metric, i) =>
            (IReadOnlyList<string>)[Called(system.Name, metric), metric.Details(system.Corpora[i].Total)]))
            .Where(row => row[1].Length > 0),
    ]);

    /// <summary>The figures with what they are made of, a row each.</summary>
    /// <param name="figures">Those of <see cref="Figures"/>.</param>
    public DataTable Overview(IReadOnlyList<Figure> figures)
    {
        string[] of = systems.Count > 1 ? ["System"] : [];
        string[] intervals = resamples > 0 ? [">95 % interval"] : [];
        return new DataTable("", [.. of, "Figure", ">Value", .. intervals, "Made of"],
        [
            .. figures.Select((figure, i) => (IReadOnlyList<string>)
            [
                .. of.Select(_ => figure.Of), figure.Name, figure.Shown, .. intervals.Select(_ => figure.ShownInterval),
                metrics[i % metrics.Count].Details(systems[i / metrics.Count].Corpora[i % metrics.Count].Total),
            ]),
        ]);
    }

    /// <summary>Comparisons as a table.</summary>
    public static DataTable Table(string first, IReadOnlyList<SystemComparison> comparisons) => new(
        comparisons.Count == 0 ? "" : $"Against {first} by {comparisons[0].Comparison.Test}", ["System", "Figure", ">Difference", ">95 % interval", ">p", ""],
        [
            .. comparisons.Select(one => (IReadOnlyList<string>)
            [
                one.System, one.Metric.Name, Signed(one.Comparison.Difference),
                $"{Signed(one.Comparison.Interval.Lower)} … {Signed(one.Comparison.Interval.Upper)}",
                one.Comparison.PValue.ToString("F4", CultureInfo.InvariantCulture), Verdict(one),
            ]),
        ]);

    /// <summary>The figures of each line alone.</summary>
    public DataTable Lines() => new("Each line", ["Line", .. systems.SelectMany(system => metrics.Select(metric => ">" + Called(system.Name, metric)))],
    [
        .. Enumerable.Range(0, references.Count).Select(line => (IReadOnlyList<string>)
        [
            (line + 1).ToString(CultureInfo.InvariantCulture),
            .. systems.SelectMany(system => metrics.Select(metric => Figure.Text(OfLine(system.Texts, metric, line)))),
        ]),
    ]);

    /// <summary>A row for each line of each system: what was said, the references and the scores of the line alone.</summary>
    public IEnumerable<JsonObject> Examples() => systems.SelectMany(system => references.Select((_, line) => new JsonObject
    {
        ["id"] = systems.Count > 1 ? $"{system.Name}/{line + 1}" : $"{line + 1}",
        ["task"] = systems.Count > 1 ? system.Name : "",
        ["scores"] = new JsonObject(metrics.Select(metric =>
            KeyValuePair.Create<string, JsonNode?>(metric.Name, JsonLines.Number(OfLine(system.Texts, metric, line))))),
        ["hypothesis"] = system.Texts[line],
        ["references"] = new JsonArray([.. references[line].Select(reference => JsonValue.Create(reference))]),
    }));

    private static string Signed(double value) => (value < 0 ? "−" : "+") + Figure.Text(Math.Abs(value));

    private static string Verdict(SystemComparison one) =>
        one.Comparison.PValue >= 0.05 ? "no clear difference" : one.Comparison.Difference > 0 == one.Metric.LowerIsBetter ? "worse" : "better";

    private double OfLine(IReadOnlyList<string> texts, TextMetric metric, int line) => metric.OfLine(texts[line], references[line]);

    private string Called(string system, TextMetric metric) => systems.Count > 1 ? $"{system} {metric.Name}" : metric.Name;
}
