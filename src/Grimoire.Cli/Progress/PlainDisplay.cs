using System.Diagnostics;
using Grimoire.Training;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Training as plain lines, for files and pipes: a line every few seconds, and one for whatever else happens.</summary>
internal sealed class PlainDisplay(Terminal terminal, string between) : TrainingDisplay(between)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private long last;

    /// <inheritdoc/>
    protected override void Show(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Stepped step when step.Step == 1 || step.Step == Pace!.Steps || last == 0 || Stopwatch.GetElapsedTime(last) > Interval:
                last = Stopwatch.GetTimestamp();
                terminal.Out.WriteLine(StepLine(step));
                break;
            case TrainingEvent.Validated validated:
                terminal.Out.WriteLine($"{Place(validated.Step)}{Told(validated.Result.Metrics)}{(validated.Best ? ", the best so far" : "")}");
                break;
            case TrainingEvent.Sampled sampled:
                terminal.Out.WriteLine($"{Place(sampled.Step)}the model writes: {Sentences.OneLine(Whole(sampled.Sample), 300)}");
                break;
        }
    }

    private string StepLine(TrainingEvent.Stepped step)
    {
        string share = double.IsNaN(Pace!.ShareOfPeak) ? "" : $", {Numbers.Percent(Pace.ShareOfPeak)} of the peak";
        string metrics = step.Metrics.Count > 0 ? $", {Told(step.Metrics)}" : "";
        return $"{Place(step.Step)}loss {Numbers.Fixed(Pace.Loss, 4)}{metrics}, {Numbers.Short(Pace.TokensPerSecond)} tokens/s{share}, " +
            $"{Numbers.Duration(Pace.SecondsLeft)} left";
    }

    private static string Told(IReadOnlyList<(string Name, double Value)> metrics) =>
        string.Join(", ", metrics.Select(metric => $"{Metric.Words(metric.Name)} {Numbers.Metric(metric.Value)}"));

    private string Place(long step) => $"step {Numbers.Count(step)}/{Numbers.Count(Pace!.Steps)}: ";
}
