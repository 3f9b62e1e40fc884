using System.Diagnostics;
using Grimoire.Training;
using Grimoire.Training.Recipes;

namespace Grimoire.Cli;

/// <summary>Follows training and says how fast it goes and how long it will take.</summary>
/// <param name="plan">What is to be done.</param>
/// <param name="peak">Operations a second that the machine can do at most; 0 if not known.</param>
internal sealed class TrainingPace(PretrainingPlan plan, double peak)
{
    private const double Memory = 0.9;
    private readonly long begin = Stopwatch.GetTimestamp();
    private readonly long firstStep = plan.ResumedFrom ?? 0;

    /// <summary>Steps done.</summary>
    public long Step { get; private set; } = plan.ResumedFrom ?? 0;

    /// <summary>Training loss, smoothed over some ten steps.</summary>
    public double Loss { get; private set; } = double.NaN;

    /// <summary>The last validation loss; NaN before the first.</summary>
    public double ValidationLoss { get; private set; } = double.NaN;

    /// <summary>Training tokens a second, smoothed.</summary>
    public double TokensPerSecond { get; private set; } = double.NaN;

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; private set; }

    /// <summary>All steps.</summary>
    public long Steps => plan.Steps;

    /// <summary>The share of the machine's peak that the model's arithmetic reaches.</summary>
    public double ShareOfPeak => peak > 0 ? TokensPerSecond * plan.Operations / plan.Tokens / peak : double.NaN;

    /// <summary>Seconds left, from the time all that went before has taken: validation, samples and checkpoints too.</summary>
    public double SecondsLeft => Step > firstStep ? Stopwatch.GetElapsedTime(begin).TotalSeconds / (Step - firstStep) * (Steps - Step) : plan.EstimatedSeconds;

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
                break;
            case TrainingEvent.Validated validated:
                ValidationLoss = validated.Result.Loss;
                break;
        }
    }

    private static double Smooth(double before, double now) => double.IsNaN(before) ? now : (Memory * before) + ((1 - Memory) * now);
}
