using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>The machine's limits, measured again and again between what they are laid against: others may be using the machine.</summary>
/// <param name="threads">Threads that figures are measured with, beside one.</param>
internal sealed class LimitSamples(int threads)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(30);
    private readonly List<LimitSample> samples = [];

    /// <summary>One thread, and as many as there are.</summary>
    public IReadOnlyList<int> Counts { get; } = threads == 1 ? [1] : [1, threads];

    /// <summary>How often they were measured.</summary>
    public int Count => samples.Count;

    /// <summary>How many times one thread's floats all threads reached, each time.</summary>
    public IReadOnlyList<double> Scaling => threads == 1 ? [] : [.. samples.Select(sample => sample.Scaling)];

    /// <summary>Whether the machine gave less than it has most of the time, in words; null if it did not.</summary>
    public string? Complaint
    {
        get
        {
            double scaling = Spread.Of(Scaling).Median;
            return scaling < Wanted
                ? $"The machine is not quiet: {threads} threads reach {Numbers.Fixed(scaling, 2)} times what one reaches, " +
                    $"and at least {Numbers.Fixed(Wanted, 1)} is to be had. Trust ratios only."
                : null;
        }
    }

    private double Wanted => MachineLimits.QuietScaling * threads;

    /// <summary>Measures once more.</summary>
    public LimitSample Measure()
    {
        Limits one = Once(1);
        var sample = new LimitSample(one, threads == 1 ? one : Once(threads));
        samples.Add(sample);
        return sample;
    }

    /// <summary>Whether a sample is of a quiet machine, on which threads do not share what they compute with.</summary>
    public bool IsQuiet(LimitSample sample) => threads == 1 || sample.Scaling >= Wanted;

    /// <summary>Whether the machine is quiet just now.</summary>
    public bool IsQuiet() => threads == 1 || MachineLimits.Scaling(threads) >= Wanted;

    /// <summary>One limit's values on so many threads.</summary>
    public Spread Of(int count, Func<Limits, double> limit) => Spread.Of(samples.Select(sample => limit(sample.On(count))));

    /// <summary>The medians of some samples.</summary>
    public static Limits Median(IEnumerable<Limits> limits)
    {
        Limits[] all = [.. limits];
        double Of(Func<Limits, double> one) => Spread.Of(all.Select(one)).Median;
        return new(Of(limit => limit.Flops), Of(limit => limit.Integers), Of(limit => limit.Bandwidth));
    }

    private static Limits Once(int count) => new(
        MachineLimits.Flops(count, Duration).Sustained, MachineLimits.IntegerOperations(count, Duration).Sustained,
        MachineLimits.Bandwidth(count, Duration).Sustained);
}

/// <summary>The limits at one moment.</summary>
/// <param name="OneThread">Of one thread.</param>
/// <param name="AllThreads">Of all.</param>
internal readonly record struct LimitSample(Limits OneThread, Limits AllThreads)
{
    /// <summary>How many times one thread's floats all threads reach.</summary>
    public double Scaling => AllThreads.Flops / OneThread.Flops;

    /// <summary>Those of so many threads.</summary>
    public Limits On(int threads) => threads == 1 ? OneThread : AllThreads;
}
