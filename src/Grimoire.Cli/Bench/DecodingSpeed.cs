using System.Diagnostics;
using Grimoire.Models;

namespace Grimoire.Cli.Bench;

/// <summary>Sequences that go on token by token, all at once, behind a few tokens that they begin with.</summary>
/// <param name="model">The model.</param>
/// <param name="sequences">How many.</param>
/// <param name="tokens">Tokens of each that are timed.</param>
internal sealed class DecodingSpeed(BenchModel model, int sequences, int tokens)
{
    private const int Beginning = 4;
    private const double LeastSeconds = 0.25;
    private readonly DecodingLoop loop = new(model.Transformer, model.Kernels);
    private readonly PromptCache[] caches = [.. Enumerable.Range(0, sequences).Select(_ => model.Cache())];
    private ulong seed;

    /// <summary>Managed bytes that the last measurement allocated a token.</summary>
    public double AllocatedBytes { get; private set; } = double.NaN;

    /// <summary>Tokens of each sequence that fit a model's context.</summary>
    public static int Fitting(BenchModel model, int tokens) => Math.Max(1, Math.Min(tokens, model.Transformer.Config.Context - Beginning - 1));

    /// <summary>Tokens a second of all sequences together.</summary>
    public double TokensPerSecond(CancellationToken cancellation)
    {
        double seconds = 0, allocated = 0;
        long count = 0;
        do
        {
            Begin(cancellation);
            long before = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
            for (int i = 0; i < tokens; i++)
                loop.Step(cancellation);
            seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
            count += tokens * sequences;
        }
        while (seconds < LeastSeconds);
        AllocatedBytes = allocated / count;
        return count / seconds;
    }

    /// <summary>Lets the sequences read their beginnings and write one token.</summary>
    private void Begin(CancellationToken cancellation)
    {
        loop.Clear();
        var options = new GenerationOptions { MaxTokens = tokens + 2, Sampling = SamplingOptions.Greedy };
        foreach (PromptCache cache in caches)
        {
            cache.Clear();
            loop.Start(model.Tokens(Beginning, seed++), options, cache);
        }

        loop.Step(cancellation);
    }
}
