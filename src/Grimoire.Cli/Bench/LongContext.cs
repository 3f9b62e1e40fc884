using System.Diagnostics;
using Grimoire.Models;

namespace Grimoire.Cli.Bench;

/// <summary>One long prompt, read in pieces, and at some lengths a few tokens written behind it: what a token costs there, in time and memory.</summary>
internal sealed class LongContext(BenchModel model, IReadOnlyList<int> lengths)
{
    /// <summary>Tokens written behind each length.</summary>
    public const int Written = 16;

    private readonly DecodingLoop loop = new(model.Transformer, model.Kernels);
    private readonly PromptCache cache = model.Cache();
    private readonly int[] prompt = model.Tokens(lengths[^1], seed: 1);

    /// <summary>All figures, in the order in which they must be asked for.</summary>
    public IEnumerable<Benchmark> Benchmarks()
    {
        int threads = model.Kernels.Threads;
        var seconds = new double[lengths.Count];
        var written = new double[lengths.Count];
        for (int i = 0; i < lengths.Count; i++)
        {
            int at = i, length = lengths[i], before = i == 0 ? 0 : lengths[i - 1];
            string where = $"at {Numbers.Count(length)}";
            yield return new($"read up to {Numbers.Count(length)}", "tokens/s", threads, cancellation =>
            {
                (seconds[at], written[at]) = Read(at, length, cancellation);
                return (length - before) / seconds[at];
            });
            yield return new($"decode {where}", "tokens/s", threads, _ => 1 / written[at]) { Work = model.Work.Decode(1, length) };
            yield return new($"cache {where}", "MiB", threads, _ => cache.Bytes / (double)(1 << 20)) { LessIsBetter = true };
            yield return new($"memory of the process {where}", "MiB", threads, _ => Memory()) { LessIsBetter = true };
        }
    }

    /// <summary>Seconds until the next length is read, and those of a token behind it, the median of some.</summary>
    private (double Reading, double Writing) Read(int at, int length, CancellationToken cancellation)
    {
        if (at == 0)
            cache.Clear();
        loop.Clear();
        long start = Stopwatch.GetTimestamp();
        Continuation text = loop.Start(prompt.AsSpan(0, length), new GenerationOptions { MaxTokens = 1 + Written, Sampling = SamplingOptions.Greedy }, cache);
        while (text.Generated.IsEmpty && loop.Step(cancellation))
            cancellation.ThrowIfCancellationRequested();
        double reading = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var tokens = new List<double>();
        while (text.Stop is null)
        {
            start = Stopwatch.GetTimestamp();
            loop.Step(cancellation);
            tokens.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (reading, Spread.Of(tokens).Median);
    }

    private static double Memory()
    {
        using Process here = Process.GetCurrentProcess();
        return here.WorkingSet64 / (double)(1 << 20);
    }
}
