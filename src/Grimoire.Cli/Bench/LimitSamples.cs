using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>The machine's limits, measured again and again between what they are laid against: others may be using the machine.</summary>
/// <param name="threads">Threads that figures are measured with, beside one.</param>
internal sealed class LimitSamples(int threads)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(30);
    private readonly List<(int Threads, Limits Limits)> samples = [];

    /// <summary>One thread, and as many as there are.</summary>
    public IReadOnlyList<int> Counts { get; } = threads == 1 ? [1] : [1, threads];

    /// <summary>How often they were measured.</summary>
    public int Count => samples.Count / Counts.Count;

    /// <summary>Measures once more.</summary>
    public void Measure()
    {
        foreach (int count in Counts)
        {
            samples.Add((count, new Limits(
                MachineLimits.Flops(count, Duration).Sustained, MachineLimits.IntegerOperations(count, Duration).Sustained,
                MachineLimits.Bandwidth(count, Duration).Sustained)));
        }
    }

    /// <summary>Takes over the last ones of others.</summary>
    public void Add(LimitSamples others) => samples.AddRange(others.samples.TakeLast(Counts.Count));

    /// <summary>The medians of so many threads.</summary>
    public Limits Median(int count) => new(Of(count, limits => limits.Flops).Median, Of(count, limits => limits.Integers).Median, Of(count, limits => limits.Bandwidth).Median);

    /// <summary>One limit's values.</summary>
    public Spread Of(int count, Func<Limits, double> limit) => Spread.Of(samples.Where(sample => sample.Threads == count).Select(sample => limit(sample.Limits)));

    /// <summary>How many times one thread's floats all threads reached, round by round.</summary>
    public IReadOnlyList<double> Scaling => Counts.Count == 1
        ? []
        : [.. samples.Chunk(2).Where(pair => pair.Length == 2).Select(pair => pair[1].Limits.Flops / pair[0].Limits.Flops)];

    /// <summary>Whether the machine gave less than it has while this was measured, in words; null if it did not.</summary>
    public string? Complaint
    {
        get
        {
            double scaling = Spread.Of(Scaling).Median, wanted = MachineLimits.QuietScaling * threads;
            return scaling < wanted
                ? $"The machine is not quiet: {threads} threads reach {Numbers.Fixed(scaling, 2)} times what one reaches, and at least {Numbers.Fixed(wanted, 1)} is to be had. Trust ratios only."
                : null;
        }
    }
}
