namespace Grimoire.Cli.Bench;

/// <summary>What a unit of something costs at least: what the machine's limits are laid against.</summary>
/// <param name="Flops">Floating-point operations.</param>
/// <param name="Integers">Operations on small integers.</param>
/// <param name="Bytes">Bytes read from memory.</param>
internal readonly record struct Work(double Flops, double Integers, double Bytes)
{
    /// <summary>Units a second at most, and which limit that is; without work no number.</summary>
    /// <remarks>Each thing alone takes its time; they may overlap, so the longest of them counts (Williams et al. 2009, the roofline).</remarks>
    public (double Rate, string Limit) Most(Limits limits)
    {
        (double seconds, string limit) = new (double, string)[]
        {
            (Flops / limits.Flops, "floats"), (Integers / limits.Integers, "integers"), (Bytes / limits.Bandwidth, "memory"),
        }.MaxBy(part => part.Item1);
        return seconds > 0 ? (1 / seconds, limit) : (double.NaN, "");
    }
}

/// <summary>What the machine can do at most on some threads.</summary>
/// <param name="Flops">Floating-point operations a second.</param>
/// <param name="Integers">Operations on small integers a second.</param>
/// <param name="Bandwidth">Bytes a second read from memory.</param>
internal readonly record struct Limits(double Flops, double Integers, double Bandwidth);
