using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Runner;

/// <summary>A way of talking with a model.</summary>
internal abstract class Talk(LanguageModel model, RunnerOptions options)
{
    protected LanguageModel Model => model;

    protected Generator Generator { get; } = model.Generator(options.Threads is { } threads ? Kernels.CreateSimd(threads) : null);

    protected GenerationOptions Options { get; } = new()
    {
        MaxTokens = options.MaxTokens,
        Sampling = new SamplingOptions { Temperature = options.Temperature, Seed = options.Seed },
    };

    /// <summary>Tells a person what to type.</summary>
    public abstract string Greeting { get; }

    /// <summary>The talk that a model has learnt: a chat where it knows how one is written, else the continuing of texts.</summary>
    public static Talk With(LanguageModel model, RunnerOptions options) => new Continuing(model, options);

    /// <summary>The pieces of an answer, as they come.</summary>
    public abstract IEnumerable<string> Answer(string prompt, CancellationToken stop);
}
