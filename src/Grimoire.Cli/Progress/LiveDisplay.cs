using System.Diagnostics;
using Grimoire.Training;
using Grimoire.Training.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Grimoire.Cli;

/// <summary>Training on a terminal: figures, a curve of the loss and the newest sample, drawn over as they change.</summary>
internal sealed class LiveDisplay(Terminal terminal, string between) : TrainingDisplay(between)
{
    private const int CurveWidth = 60, SampleLength = 500, FiguresInRow = 6;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly Style Quiet = new(decoration: Decoration.Dim);
    private readonly List<double> losses = [];
    private LiveDisplayContext? context;
    private string sample = "";
    private long sampleStep, drawn;

    /// <inheritdoc/>
    protected override TrainingOutcome Show(Func<TrainingOutcome> work) => terminal.Console.Live(Picture()).Start(live =>
    {
        context = live;
        TrainingOutcome outcome = work();
        live.UpdateTarget(Picture());
        return outcome;
    });

    /// <inheritdoc/>
    protected override void Show(TrainingEvent happened)
    {
        if (happened is TrainingEvent.Stepped step)
            losses.Add(step.Loss);
        if (happened is TrainingEvent.Sampled sampled)
            (sample, sampleStep) = (Sentences.Harmless(Whole(sampled.Sample)), sampled.Step);
        if (drawn != 0 && Stopwatch.GetElapsedTime(drawn) < Interval)
            return;
        drawn = Stopwatch.GetTimestamp();
        context?.UpdateTarget(Picture());
    }

    private Rows Picture()
    {
        List<IRenderable> rows = [Bar(), Figures(), Curve()];
        if (sample.Length > 0)
        {
            rows.Add(new Panel(new Text(sample[..Math.Min(sample.Length, SampleLength)]))
            {
                Header = new PanelHeader($" what it writes after {Numbers.Count(sampleStep)} steps "),
                Border = BoxBorder.Rounded,
                BorderStyle = Quiet,
                Expand = true,
            });
        }

        return new Rows(rows);
    }

    private Paragraph Bar()
    {
        int done = (int)(CurveWidth * Pace!.Step / Math.Max(1, Pace.Steps));
        return new Paragraph()
            .Append("  " + new string('━', done), new Style(Color.Green))
            .Append(new string('━', CurveWidth - done), Quiet)
            .Append($"  step {Numbers.Count(Pace.Step)} of {Numbers.Count(Pace.Steps)}, {Numbers.Duration(Pace.SecondsLeft)} left");
    }

    private Rows Figures()
    {
        List<(string Name, string Value)> all =
        [
            ("loss", Numbers.Loss(Pace!.Loss)),
            ("tokens/s", double.IsNaN(Pace.TokensPerSecond) ? "–" : Numbers.Short(Pace.TokensPerSecond)),
            ("learning rate", Pace.Rate.ToString("0.0e0", System.Globalization.CultureInfo.InvariantCulture)),
        ];
        if (!double.IsNaN(Pace.ShareOfPeak))
            all.Add(("of the peak", Numbers.Percent(Pace.ShareOfPeak)));
        all.AddRange(Pace.Measured.Select(metric => (Metric.Words(metric.Key), Numbers.Metric(metric.Value))));
        return new Rows(all.Chunk(FiguresInRow).Select(Figures));
    }

    private static Grid Figures((string Name, string Value)[] figures)
    {
        Grid grid = Sheet.Columns(figures.Length);
        grid.AddRow([.. figures.Select(figure => new Text(figure.Name, Quiet))]);
        grid.AddRow([.. figures.Select(figure => new Text(figure.Value, new Style(decoration: Decoration.Bold)))]);
        return grid;
    }

    /// <summary>The losses so far in eight heights, each column the mean of its share of the steps.</summary>
    private Text Curve()
    {
        if (losses.Count < 2)
            return new Text("");
        int columns = Math.Min(CurveWidth, losses.Count);
        double[] means = [.. Enumerable.Range(0, columns).Select(i =>
        {
            (int from, int to) = ((int)((long)losses.Count * i / columns), (int)((long)losses.Count * (i + 1) / columns));
            return losses.GetRange(from, to - from).Average();
        })];
        (double low, double high) = (means.Min(), means.Max());
        const string Heights = "▁▂▃▄▅▆▇█";
        return new Text("  " + string.Concat(means.Select(m => Heights[(int)((Heights.Length - 1) * (m - low) / Math.Max(high - low, 1e-9))])),
            new Style(Color.Teal));
    }
}
