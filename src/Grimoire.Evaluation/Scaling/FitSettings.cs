using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Evaluation.Scaling;

/// <summary>How a scaling law is fitted.</summary>
public sealed record FitSettings
{
    /// <summary>
    /// Residuals of ln L beyond this count by their size rather than its square, so that a few bad runs do not decide. Below 1e-7 nothing is left of the
    /// square: least absolute deviations.
    /// </summary>
    public double Delta { get; init; } = 1e-3;

    /// <summary>How often the points are drawn anew for the intervals.</summary>
    public int Resamples { get; init; } = Bootstrap.Resamples;

    /// <summary>The seed of the draws.</summary>
    public ulong Seed { get; init; } = Bootstrap.Seed;

    /// <summary>The confidence of the intervals.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>The settings by name, but for the seed.</summary>
    public static SettingList<FitSettings> Settings { get; } =
    [
        Setting.Of("delta", "residuals of ln L beyond this count by their size, not its square (1e-8: all of them)", Number(1e-9, 1),
            (FitSettings s) => s.Delta, (s, v) => s with { Delta = v }),
        Setting.Of("resamples", "how often the points are drawn anew for the intervals", Count(1, 1_000_000),
            (FitSettings s) => s.Resamples, (s, v) => s with { Resamples = v }),
        Setting.Of("level", "confidence of the intervals", Number(0.5, 0.999), (FitSettings s) => s.Level, (s, v) => s with { Level = v }),
    ];
}
