using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>Measures what is being trained on held-out data, always the same.</summary>
public abstract class Validation
{
    /// <summary>Measures it as it is now.</summary>
    /// <param name="workspace">Without a tape; may be reset.</param>
    public abstract ValidationResult Measure(Workspace workspace);
}

/// <summary>What a validation found.</summary>
/// <param name="Loss">Lower is better: the checkpoint where it was lowest is the best one.</param>
/// <param name="Metrics">What is logged, by the names of <see cref="Runs.Metric"/>; the loss itself only if it is among them.</param>
public sealed record ValidationResult(double Loss, IReadOnlyList<(string Name, double Value)> Metrics)
{
    /// <summary>The value of a metric, or null where there is none.</summary>
    public double? this[string name]
    {
        get
        {
            foreach ((string key, double value) in Metrics)
            {
                if (key == name)
                    return value;
            }

            return null;
        }
    }
}
