namespace Grimoire.Training;

/// <summary>
/// The value loss of PPO: ½·max((v − R)², (clip(v, v_old − ε, v_old + ε) − R)²), so that one round moves an estimate no further than ε
/// (Schulman et al. 2016; Huang et al. 2024, arXiv:2403.17031).
/// </summary>
/// <param name="Range">ε; infinite for the plain squared error.</param>
public readonly record struct ClippedValueLoss(double Range)
{
    /// <summary>One state's loss, with its slope by the new value.</summary>
    /// <param name="value">v, the estimate that learns.</param>
    /// <param name="oldValue">v_old, the estimate when the answer was sampled.</param>
    /// <param name="return">R, the return to be foretold.</param>
    public LossValue Of(double value, double oldValue, double @return)
    {
        double free = value - @return;
        double near = Math.Clamp(value, oldValue - Range, oldValue + Range) - @return;

        // Where the clipped error is the larger one, the value is outside the range and moving it changes nothing.
        return near * near > free * free ? new(near * near / 2, 0) : new(free * free / 2, free);
    }
}
