using System.Runtime.InteropServices;

namespace Grimoire.Training;

/// <summary>A loss that is a function of one number, at one point.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Slope">Its derivative by that number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LossValue(double Value, double Slope)
{
    /// <summary>The loss of another number x of which this one's is <paramref name="factor"/> · x (+ a constant), times <paramref name="weight"/>.</summary>
    internal LossValue Through(double factor, double weight = 1) => new(weight * Value, weight * factor * Slope);
}
