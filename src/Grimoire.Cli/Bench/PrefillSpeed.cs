using Grimoire.Models;

namespace Grimoire.Cli.Bench;

/// <summary>Prompts of one length that are read up to the first token of the answer.</summary>
/// <param name="model">The model.</param>
/// <param name="length">Tokens of the prompt.</param>
internal sealed class PrefillSpeed(BenchModel model, int length)
{
    private const double LeastSeconds = 0.25;
    private static readonly GenerationOptions OneToken = new() { MaxTokens = 1, Sampling = SamplingOptions.Greedy };
    private readonly DecodingLoop loop = new(model.Transformer, model.Kernels);
    private readonly PromptCache cache = model.Cache();
    private ulong seed;

    /// <summary>Tokens of the prompt a second.</summary>
    public double TokensPerSecond(CancellationToken cancellation) => Pace.Of(LeastSeconds, () =>
    {
        loop.Clear();
        cache.Clear();
        loop.Start(model.Tokens(length, seed++), OneToken, cache);
        while (loop.Step(cancellation))
            cancellation.ThrowIfCancellationRequested();
        return length;
    }, cancellation);
}
