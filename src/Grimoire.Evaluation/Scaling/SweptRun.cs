using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>A model of a sweep, trained.</summary>
/// <param name="Run">What was planned.</param>
/// <param name="Loss">Loss on all held-out text, nats a token.</param>
/// <param name="BitsPerByte">The same in bits for each byte of text.</param>
/// <param name="Seconds">Seconds of its steps.</param>
public sealed record SweptRun(SweepRun Run, double Loss, double BitsPerByte, double Seconds)
{
    /// <summary>As scaling laws see it.</summary>
    public ScalingPoint Point => new(Run.Parameters, Run.Tokens, Run.Operations, Loss) { Budget = Run.Budget };

    /// <summary>The run if its folder says that it is finished; null where it is not.</summary>
    /// <exception cref="GrimoireException">The folder is damaged.</exception>
    public static SweptRun? Read(SweepRun run, string folder)
    {
        if (!Training.Runs.Run.Exists(folder))
            return null;
        RunInfo info = Training.Runs.Run.ReadInfo(folder);
        if (info.Status != RunStatus.Finished)
            return null;
        double Result(string name) => info.Results.TryGetValue(name, out double value) ? value
            : throw new GrimoireException($"{folder}: its {RunInfo.FileName} has no {name}; hold text out with --validation-fraction, or delete the folder.");
        return new SweptRun(run, Result(Metric.ValidationLoss), Result(Metric.BitsPerByte), Result(Metric.Seconds));
    }
}
