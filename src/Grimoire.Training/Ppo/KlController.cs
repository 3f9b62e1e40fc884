namespace Grimoire.Training;

/// <summary>
/// Keeps the KL penalty's coefficient β fixed, or moves it towards a wished KL as Ziegler et al. 2019 (arXiv:1909.08593, section 2.2) do:
/// β ← β·(1 + clip(KL/target − 1, ±0.2)·n/horizon).
/// </summary>
/// <param name="Target">The wished KL of an answer, in nats; null keeps β as it is.</param>
/// <param name="Horizon">Answers over which β reacts.</param>
public readonly record struct KlController(double? Target, double Horizon)
{
    private const double LargestError = 0.2;

    /// <summary>β after a round.</summary>
    /// <param name="coefficient">β before.</param>
    /// <param name="divergence">The round's mean KL of an answer, in nats.</param>
    /// <param name="answers">n, the round's answers.</param>
    public double Next(double coefficient, double divergence, int answers) => Target is { } target
        ? coefficient * (1 + (Math.Clamp((divergence / target) - 1, -LargestError, LargestError) * answers / Horizon))
        : coefficient;
}
