namespace Grimoire.Models;

/// <summary>A sequence of token ids being continued by a <see cref="DecodingLoop"/>.</summary>
public sealed class Continuation
{
    private readonly GenerationOptions options;
    private readonly int context;
    private readonly SeenTokens? seen;
    private readonly int[] stopTokens;
    private int[] tokens;
    private int count;
    private int start;

    internal Continuation(ReadOnlySpan<int> prompt, GenerationOptions options, ModelConfig config, PromptCache? cache)
    {
        options.Validate();
        Check(prompt, config);
        this.options = options;
        context = config.Context;
        stopTokens = [.. options.StopTokens];
        Cache = cache ?? new PromptCache(config, options.CacheType);
        ReusedTokens = Cache.Rewind(prompt);
        PromptTokens = count = prompt.Length;
        tokens = new int[prompt.Length + Math.Min(options.MaxTokens, 1024)];
        Cache.Reserve(Math.Min(tokens.Length, context));
        prompt.CopyTo(tokens);
        seen = options.Sampling.IsPenalised ? new SeenTokens(config.Vocabulary) : null;
        seen?.AddPrompt(prompt);
        if (options.MaxTokens == 0 || (count == context && !options.Slide))
            Stop = StopReason.Length;
        else
            MakeRoom();
    }

    /// <summary>Prompt and generated tokens; a stop token that ended them is included.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, count);

    /// <summary>The generated tokens.</summary>
    public ReadOnlySpan<int> Generated => tokens.AsSpan(PromptTokens, count - PromptTokens);

    /// <summary>The length of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>How many of the prompt's tokens the cache held already.</summary>
    public int ReusedTokens { get; }

    /// <summary>Why the sequence ended; null while it goes on. Setting it ends the sequence.</summary>
    public StopReason? Stop { get; set; }

    /// <summary>What the model thought of the last token, where asked for.</summary>
    public TokenScore? Score { get; private set; }

    /// <summary>The likeliest tokens in the last one's place, likeliest first, where asked for.</summary>
    public IReadOnlyList<TokenAlternative> Alternatives { get; private set; } = [];

    internal PromptCache Cache { get; }

    /// <summary>What the model has yet to read before it can say what follows.</summary>
    internal ReadOnlySpan<int> Unread => tokens.AsSpan(start + Cache.KeyValues.Length, count - start - Cache.KeyValues.Length);

    /// <summary>Draws the next token from the logits of the last one's row.</summary>
    internal void Append(Span<float> logits, Sampler sampler, Candidates candidates)
    {
        if (options.Alternatives > 0)
            Alternatives = TokenAlternative.Of(logits, options.Alternatives, candidates);
        int step = count - PromptTokens;
        int token = options.Scores ? Scored(logits, sampler, step) : sampler.Sample(logits, options.Sampling, step, seen);
        seen?.AddGenerated(token);
        if (count == tokens.Length)
            Array.Resize(ref tokens, 2 * count);
        tokens[count++] = token;
        if (stopTokens.AsSpan().Contains(token))
            Stop = StopReason.StopToken;
        else if (count - PromptTokens == options.MaxTokens || (count == context && !options.Slide))
            Stop = StopReason.Length;
        else
            MakeRoom();
    }

    /// <summary>Scores need the logits before the penalties are written into them.</summary>
    private int Scored(Span<float> logits, Sampler sampler, int step)
    {
        if (!options.Sampling.IsPenalised)
        {
            int drawn = sampler.Sample(logits, options.Sampling, step, seen);
            Score = TokenScore.Of(logits, drawn);
            return drawn;
        }

        float[] penalised = System.Buffers.ArrayPool<float>.Shared.Rent(logits.Length);
        logits.CopyTo(penalised);
        int token = sampler.Sample(penalised.AsSpan(0, logits.Length), options.Sampling, step, seen);
        System.Buffers.ArrayPool<float>.Shared.Return(penalised);
        Score = TokenScore.Of(logits, token);
        return token;
    }

    /// <summary>With the context full, goes on from the younger half.</summary>
    private void MakeRoom()
    {
        if (count - start < context || !options.Slide)
            return;
        start = count - Math.Max(context / 2, 1);
        Cache.Rewind(tokens.AsSpan(start, count - start));
    }

    private static void Check(ReadOnlySpan<int> prompt, ModelConfig config)
    {
        if (prompt.IsEmpty)
            throw new GrimoireException("the prompt has no token; begin with at least one, such as the tokenizer's end of text.");
        foreach (int token in prompt)
        {
            if ((uint)token >= (uint)config.Vocabulary)
                throw new GrimoireException($"token {token} of the prompt is not in the model's vocabulary of {config.Vocabulary}; the tokenizer does not belong to this model.");
        }
    }
}
