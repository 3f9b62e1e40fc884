using System.Diagnostics;
using System.Globalization;
using Grimoire.Cli.Bench;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks;

/// <summary>One thing to time, and what it does each time.</summary>
/// <param name="Name">What is printed.</param>
/// <param name="Threads">Threads it may use.</param>
/// <param name="Run">Does it once.</param>
/// <param name="Flops">Floating-point operations.</param>
/// <param name="Bytes">Bytes read and written, where memory is the limit; else 0.</param>
internal sealed record Measurement(string Name, int Threads, Action Run, double Flops, double Bytes = 0)
{
    private const int Rounds = 15;
    private const double RoundSeconds = 0.01;
    private static readonly TimeSpan LimitTime = TimeSpan.FromMilliseconds(30);

    /// <summary>Times all in turns, with the machine's limits between, and prints medians.</summary>
    public static void Report(IReadOnlyList<Measurement> all)
    {
        int[] repeats = [.. all.Select(Repeats)];
        int[] counts = [.. all.Select(one => one.Threads).Distinct().Order()];
        var seconds = all.Select(_ => new List<double>()).ToArray();
        var peaks = counts.ToDictionary(threads => threads, _ => (Flops: new List<double>(), Bandwidth: new List<double>()));
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int threads in counts)
            {
                peaks[threads].Flops.Add(MachineLimits.Flops(threads, LimitTime).Sustained);
                peaks[threads].Bandwidth.Add(MachineLimits.Bandwidth(threads, LimitTime).Sustained);
            }

            for (int i = 0; i < all.Count; i++)
                seconds[i].Add(Seconds(all[i], repeats[i]));
        }

        foreach (int threads in counts)
            Print($"limits, {threads} threads: {Spread.Of(peaks[threads].Flops).Median / 1e9,7:F1} GFLOP/s {Spread.Of(peaks[threads].Bandwidth).Median / 1e9,6:F1} GB/s read");
        for (int i = 0; i < all.Count; i++)
            all[i].Print(Spread.Of(seconds[i]).Median, Spread.Of(peaks[all[i].Threads].Flops).Median, Spread.Of(peaks[all[i].Threads].Bandwidth).Median);
    }

    private static int Repeats(Measurement one)
    {
        Seconds(one, 3);
        return Math.Max(1, (int)(RoundSeconds / Seconds(one, 3)));
    }

    private static double Seconds(Measurement one, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
            one.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }

    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private void Print(double seconds, double peak, double bandwidth)
    {
        double rate = Flops / seconds, traffic = Bytes / seconds;
        Print($"{Name,-58} {Threads} {seconds * 1e6,10:F1} µs {rate / 1e9,7:F1} GFLOP/s {rate / peak,5:P0}{(Bytes > 0 ? $"  {traffic / 1e9,6:F1} GB/s {traffic / bandwidth,5:P0}" : "")}");
    }
}
