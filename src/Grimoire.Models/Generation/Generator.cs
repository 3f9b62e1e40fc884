using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Continues texts. Prompts are given as text, which gets what the tokenizer puts before a text, or as token ids, which are used as they
/// are. Several threads may use one generator.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">What its ids mean.</param>
/// <param name="kernels">What computes.</param>
/// <param name="draft">A smaller model with the same tokenizer that guesses what comes next (<see cref="GenerationOptions.DraftTokens"/>); null for
/// none.</param>
public sealed class Generator(Transformer model, Tokenizer tokenizer, Kernels kernels, Transformer? draft = null)
{
    private static readonly GenerationOptions Default = new();

    private readonly ConcurrentBag<DecodingLoop> idle = [];

    /// <summary>Continues a prompt.</summary>
    /// <param name="prompt">The text to continue; if empty, a text is begun.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cache">What was read before, to be read no more; it then holds this text too. Null to begin afresh.</param>
    /// <param name="cancellation">Ends the work within one token, or one block of a chunk of the prompt.</param>
    /// <exception cref="GrimoireException">The prompt does not fit the model, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public GeneratedText Generate(string prompt, GenerationOptions? options = null, PromptCache? cache = null, CancellationToken cancellation = default) =>
        Generate(Encode(prompt), options, cache, cancellation);

    /// <summary>Continues a prompt of token ids.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public GeneratedText Generate(int[] prompt, GenerationOptions? options = null, PromptCache? cache = null, CancellationToken cancellation = default) =>
        All(Begin([prompt], options ?? Default, cache), cancellation)[0];

    /// <summary>Continues several prompts at once; prompt i draws with seed + i, so each says what it would say alone with that seed.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public IReadOnlyList<GeneratedText> GenerateAll(IReadOnlyList<string> prompts, GenerationOptions? options = null,
        CancellationToken cancellation = default) =>
        GenerateAll([.. prompts.Select(Encode)], options, cancellation);

    /// <summary>Continues several prompts of token ids at once; prompt i draws with seed + i.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public IReadOnlyList<GeneratedText> GenerateAll(IReadOnlyList<int[]> prompts, GenerationOptions? options = null,
        CancellationToken cancellation = default) =>
        All(Begin(prompts, options ?? Default, cache: null), cancellation);

    /// <summary>Continues a prompt and returns each token as soon as it is there; the last one says why the text ended.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public IEnumerable<GeneratedToken> Stream(string prompt, GenerationOptions? options = null, PromptCache? cache = null,
        CancellationToken cancellation = default) =>
        Stream(Encode(prompt), options, cache, cancellation);

    /// <summary>Continues a prompt of token ids and returns each token as soon as it is there. Enumerating again generates again.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public IEnumerable<GeneratedToken> Stream(
        int[] prompt, GenerationOptions? options = null, PromptCache? cache = null, CancellationToken cancellation = default)
    {
        foreach (GeneratedToken token in Tokens(Begin([prompt], options ?? Default, cache), cancellation))
            yield return token;
    }

    /// <summary>Continues a prompt, computing on the thread pool, and returns each token as soon as it is there.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public IAsyncEnumerable<GeneratedToken> StreamAsync(
        string prompt, GenerationOptions? options = null, PromptCache? cache = null, CancellationToken cancellation = default) =>
        StreamAsync(Encode(prompt), options, cache, cancellation);

    /// <summary>Continues a prompt of token ids, computing on the thread pool, and returns each token as soon as it is there.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        int[] prompt, GenerationOptions? options = null, PromptCache? cache = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using IEnumerator<GeneratedToken> tokens = Stream(prompt, options, cache, cancellation).GetEnumerator();
        while (await Task.Run(tokens.MoveNext, cancellation).ConfigureAwait(false))
            yield return tokens.Current;
    }

    /// <summary>Finds likely continuations by beam search, best first; the tokenizer's stop ids finish a text too.</summary>
    /// <exception cref="GrimoireException">The prompt does not fit the model, or an option is out of range.</exception>
    public IReadOnlyList<(string Text, Beam Beam)> Search(string prompt, BeamOptions options, CancellationToken cancellation = default)
    {
        BeamOptions all = options with { StopTokens = [.. options.StopTokens.Union(tokenizer.StopIds)] };
        IReadOnlyList<Beam> beams = new BeamSearch(model, kernels).Search(Encode(prompt), all, cancellation);
        return [.. beams.Select(beam => (Text(beam), beam))];
    }

    /// <summary>
    /// Scores each token of a text as if it stood at the beginning of one. Its first token has a score only if the tokenizer names a token
    /// that begins or ends texts, to stand before it.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="stride">As in <see cref="Scorer.Score"/>.</param>
    /// <exception cref="GrimoireException">The tokenizer does not fit the model, or the stride is out of range.</exception>
    public IReadOnlyList<ScoredToken> Score(string text, int stride = 0)
    {
        int[] before = (tokenizer.BeginOfText ?? tokenizer.EndOfText) is { } first ? [first] : [];
        int[] ids = tokenizer.Encode(text);
        TokenScore[] scores = new Scorer(model, kernels).Score([.. before, .. ids], stride);
        int unscored = ids.Length - scores.Length;
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecial: false);
        var scored = new ScoredToken[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            string piece = decoder.Append(ids[i]) + (i == ids.Length - 1 ? decoder.Flush() : "");
            scored[i] = new ScoredToken(ids[i], piece, i < unscored ? null : scores[i - unscored]);
        }

        return scored;
    }

    private sealed record Run(DecodingLoop Loop, TextContinuation[] Texts);

    private Run Begin(IReadOnlyList<int[]> prompts, GenerationOptions options, PromptCache? cache)
    {
        if (!options.IgnoreEndOfText)
            options = options with { StopTokens = [.. options.StopTokens.Union(tokenizer.StopIds)] };
        if (!idle.TryTake(out DecodingLoop? loop))
            loop = new DecodingLoop(model, kernels, draft: draft);
        loop.Clear();
        var texts = new TextContinuation[prompts.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            SamplingOptions sampling = options.Sampling with { Seed = options.Sampling.Seed + (ulong)i };
            texts[i] = new TextContinuation(loop.Start(prompts[i], options with { Sampling = sampling }, cache), tokenizer, options);
        }

        return new Run(loop, texts);
    }

    private GeneratedText[] All(Run run, CancellationToken cancellation)
    {
        foreach (GeneratedToken _ in Tokens(run, cancellation))
        {
            // The texts keep their tokens.
        }

        return [.. run.Texts.Select(text => text.Whole())];
    }

    /// <summary>All tokens of all texts, step by step.</summary>
    private IEnumerable<GeneratedToken> Tokens(Run run, CancellationToken cancellation)
    {
        try
        {
            for (bool more = true; more;)
            {
                cancellation.ThrowIfCancellationRequested();
                more = run.Loop.Step(cancellation);
                foreach (TextContinuation text in run.Texts)
                {
                    if (text.TryTake(out GeneratedToken token))
                        yield return token;
                }
            }
        }
        finally
        {
            idle.Add(run.Loop);
        }
    }

    private int[] Encode(string prompt)
    {
        int[] ids = tokenizer.Encode(prompt, addSpecial: true);
        return ids.Length == 0 && (tokenizer.BeginOfText ?? tokenizer.EndOfText) is { } first ? [first] : ids;
    }

    private string Text(Beam beam)
    {
        StreamingDecoder decoder = tokenizer.CreateDecoder(continues: true);
        int count = beam.Tokens.Count - (beam.Stop == StopReason.StopToken ? 1 : 0);
        return string.Concat(beam.Tokens.Take(count).Select(decoder.Append)) + decoder.Flush();
    }
}
