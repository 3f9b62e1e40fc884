using System.Runtime.InteropServices;

namespace Grimoire.Evaluation;

/// <summary>Where a figure may lie: from <paramref name="Lower"/> to <paramref name="Upper"/> at a level of confidence.</summary>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Level">The confidence, as in 0.95.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Interval(double Lower, double Upper, double Level = 0.95)
{
    /// <summary>Whether a value lies within it.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
