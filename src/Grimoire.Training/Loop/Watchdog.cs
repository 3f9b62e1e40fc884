namespace Grimoire.Training;

/// <summary>What the watchdog remembers between steps.</summary>
/// <param name="Smoothed">Exponential mean of the losses; NaN before the first.</param>
/// <param name="Lowest">Its lowest value.</param>
/// <param name="Strikes">Steps in a row on which it was far above that.</param>
public sealed record WatchdogState(double Smoothed = double.NaN, double Lowest = double.PositiveInfinity, int Strikes = 0);

/// <summary>
/// Stops a run that has gone wrong before it ruins what it has: at once when a number is not finite, and after <see cref="Patience"/> steps in
/// a row with a smoothed loss far above its lowest.
/// </summary>
public static class Watchdog
{
    /// <summary>Steps of divergence before the run is stopped.</summary>
    public const int Patience = 50;

    private const double Memory = 0.95;
    private const double LeastRise = 1;
    private const double RelativeRise = 0.5;

    /// <summary>Judges a step by its loss and gradient norm; the fault, in a sentence, is null while all is well.</summary>
    /// <param name="state">What it remembers.</param>
    /// <param name="loss">The step's loss.</param>
    /// <param name="gradientNorm">The gradient's norm.</param>
    /// <param name="falls">Whether the loss is one that falls as the model learns; else only what is not finite is a fault.</param>
    public static (WatchdogState State, string? Fault) Judge(WatchdogState state, double loss, double gradientNorm, bool falls = true)
    {
        if (!double.IsFinite(loss) || !double.IsFinite(gradientNorm))
            return (state, FormattableString.Invariant($"the loss is {loss} and the gradient's norm {gradientNorm}"));
        if (!falls)
            return (state, null);
        double smoothed = double.IsNaN(state.Smoothed) ? loss : (Memory * state.Smoothed) + ((1 - Memory) * loss);
        double lowest = Math.Min(state.Lowest, smoothed);
        bool far = smoothed > lowest + Math.Max(LeastRise, RelativeRise * lowest);
        int strikes = far ? state.Strikes + 1 : 0;
        string? fault = strikes < Patience ? null : FormattableString.Invariant($"the loss has risen to {smoothed:F3} after {lowest:F3} and stays there");
        return (new WatchdogState(smoothed, lowest, strikes), fault);
    }
}
