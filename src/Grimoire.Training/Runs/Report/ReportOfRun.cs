using System.Globalization;

namespace Grimoire.Training.Runs;

/// <summary>What a run folder alone can tell a report; whoever has the model and the data at hand adds the rest.</summary>
public static class ReportOfRun
{
    /// <summary>Title, summary, headline, commands, metrics and samples of a run, finished or not.</summary>
    /// <exception cref="GrimoireException">The folder holds no run or a file is damaged.</exception>
    public static ReportData Read(string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        IReadOnlyList<MetricRow> metrics = Run.Metrics(folder);
        return new ReportData
        {
            Title = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Summary = Summary(run, metrics),
            Run = run.Info,
            Headline = Headline(run, metrics),
            Commands = [new CommandLine("Run it again", "grimoire " + string.Join(' ', run.Info.Command.Select(Quoted)))],
            Metrics = metrics,
            Samples = Run.Samples(folder),
        };
    }

    /// <summary>An argument as a shell takes it.</summary>
    public static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Summary(RunSummary run, IReadOnlyList<MetricRow> metrics)
    {
        string parameters = run.Info.Results.TryGetValue("parameters", out double count) ? $" of {Large(count)} parameters" : "";
        string tokens = Last(metrics, Metric.Tokens) is { } seen ? $" reading {Large(seen)} tokens" : "";
        string result = Best(metrics, Metric.BitsPerByte) is { } bits
            ? string.Create(CultureInfo.InvariantCulture, $", and needs {bits:0.00} bits for a byte of text it never saw")
            : run.BestValidationLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $", and reached a validation loss of {loss:0.000}") : "";
        return $"A model{parameters} spent {Markup.Duration(run.Seconds)}{tokens} in {Markup.Count(run.Steps)} steps{result}.";
    }

    private static IReadOnlyList<Fact> Headline(RunSummary run, IReadOnlyList<MetricRow> metrics)
    {
        var facts = new List<Fact>();
        void Add(string name, double? value, Func<double, string> show)
        {
            if (value is { } v && double.IsFinite(v))
                facts.Add(new Fact(name, show(v)));
        }

        Add("best validation loss, nats a token", run.BestValidationLoss, v => v.ToString("0.000", CultureInfo.InvariantCulture));
        Add("bits a byte", Best(metrics, Metric.BitsPerByte), v => v.ToString("0.000", CultureInfo.InvariantCulture));
        Add("parameters", run.Info.Results.TryGetValue("parameters", out double count) ? count : null, Short);
        Add("tokens read", Last(metrics, Metric.Tokens), Short);
        Add("training time", run.Seconds, Markup.Duration);
        return facts;
    }

    private static double? Last(IReadOnlyList<MetricRow> metrics, string name) => metrics.LastOrDefault(row => row[name] is not null)?[name];

    private static double? Best(IReadOnlyList<MetricRow> metrics, string name)
    {
        double[] values = [.. metrics.Select(row => row[name] ?? double.NaN).Where(double.IsFinite)];
        return values.Length > 0 ? values.Min() : null;
    }

    private static string Large(double value) => value switch
    {
        >= 1e9 => (value / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " billion",
        >= 1e6 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " million",
        >= 1e4 => (value / 1e3).ToString("0", CultureInfo.InvariantCulture) + " thousand",
        _ => Markup.Count((long)value),
    };

    private static string Short(double value) => value switch
    {
        >= 1e9 => (value / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + "B",
        >= 1e6 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0", CultureInfo.InvariantCulture) + "k",
        _ => Markup.Count((long)value),
    };
}
