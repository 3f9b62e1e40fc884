using System.Diagnostics;
using Grimoire.Training;

namespace Grimoire.Cli;

/// <summary>Follows training and says how fast it goes and how long it will take.</summary>
/// <param name="steps">Steps in all.</param>
/// <param name="firstStep">Steps done before.</param>
/// <param name="estimatedSeconds">Seconds that are left by what was timed before.</param>
/// <param name="shareOfPeak">The share of the machine's peak that so many tokens a second are; null where that is not known.</param>
internal sealed class TrainingPace(long steps, long firstStep, double estimatedSeconds, Func<double, double>? shareOfPeak = null)
{
    private const double Memory = 0.9;
    private readonly long first = firstStep;
    private readonly long begin = Stopwatch.GetTimestamp();
    private readonly OrderedDictionary<string, double> measured = new(StringComparer.Ordinal);

    /// <summary>Steps done.</summary>
    public long Step { get; private set; } = firstStep;

    /// <summary>Training loss, smoothed over some ten steps.</summary>
    public double Loss { get; private set; } = double.NaN;

    /// <summary>What else was measured, each as it was last, by the names of <see cref="Training.Runs.Metric"/>.</summary>
    public IReadOnlyDictionary<string, double> Measured => measured;

    /// <summary>Training tokens a second, smoothed.</summary>
    public double TokensPerSecond { get; private set; } = double.NaN;

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; private set; }

    /// <summary>All steps.</summary>
    public long Steps => steps;

    /// <summary>The share of the machine's peak that the model's arithmetic reaches.</summary>
    public double ShareOfPeak => shareOfPeak?.Invoke(TokensPerSecond) ?? double.NaN;

    /// <summary>Seconds left, from the time all that went before has taken: validation, samples and checkpoints too.</summary>
    public double SecondsLeft => Step > first ? Stopwatch.GetElapsedTime(begin).TotalSeconds / (Step - first) * (Steps - Step) : estimatedSeconds;

    /// <summary>Takes note of what happened.</summary>
    public void Observe(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Stepped step:
                Step = step.Step;
                Rate = step.Rate;
                Loss = Smooth(Loss, step.Loss);
                TokensPerSecond = Smooth(TokensPerSecond, step.Tokens / step.Seconds);
                Note(step.Metrics);
                break;
            case TrainingEvent.Validated validated:
                Note(validated.Result.Metrics);
                break;
        }
    }

    private void Note(IReadOnlyList<(string Name, double Value)> metrics)
    {
        foreach ((string name, double value) in metrics)
            measured[name] = value;
    }

    private static double Smooth(double before, double now) => double.IsNaN(before) ? now : (Memory * before) + ((1 - Memory) * now);
}
