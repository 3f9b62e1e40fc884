namespace Grimoire.Models;

/// <summary>A sequence of token ids being continued by a <see cref="DecodingLoop"/>.</summary>
public sealed class Continuation
{
    private readonly GenerationOptions options;
    private readonly ModelConfig config;
    private readonly SeenTokens? seen;
    private readonly int[] stopTokens;
    private Guesses? guesses;
    private int[] tokens; // behind the count of those that are certain lie the guesses
    private int count;
    private int start;

    internal Continuation(ReadOnlySpan<int> prompt, GenerationOptions options, ModelConfig config, PromptCache? cache)
    {
        options.Validate();
        Check(prompt, config);
        (this.options, this.config) = (options, config);
        stopTokens = [.. options.StopTokens];
        Cache = cache ?? new PromptCache(config, options.CacheType);
        ReusedTokens = Cache.Rewind(prompt);
        PromptTokens = count = prompt.Length;
        tokens = new int[prompt.Length + Math.Min(options.MaxTokens, 1024)];
        Cache.Reserve(Math.Min(tokens.Length, config.Context));
        prompt.CopyTo(tokens);
        seen = options.Sampling.IsPenalised ? new SeenTokens(config.Vocabulary) : null;
        seen?.AddPrompt(prompt);
        if (options.MaxTokens == 0 || (count == config.Context && !options.Slide))
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

    /// <summary>How many of the prompt's tokens the cache held already, or took over from another sequence.</summary>
    public int ReusedTokens { get; private set; }

    /// <summary>Why the sequence ended; null while it goes on. Setting it ends the sequence.</summary>
    public StopReason? Stop { get; set; }

    /// <summary>What the model thought of the last token, where asked for.</summary>
    public TokenScore? Score { get; private set; }

    /// <summary>The likeliest tokens in the last one's place, likeliest first, where asked for.</summary>
    public IReadOnlyList<TokenAlternative> Alternatives { get; private set; } = [];

    /// <summary>How many guesses the last token was the first to be held against; 0 if there were none, or an earlier token was the first.</summary>
    public int Guesses { get; private set; }

    /// <summary>Whether the last token had been guessed.</summary>
    public bool WasGuessed { get; private set; }

    internal PromptCache Cache { get; }

    /// <summary>What the model has yet to read before it can say what follows.</summary>
    internal ReadOnlySpan<int> Unread => tokens.AsSpan(0, count)[Math.Min(start + Cache.KeyValues.Length, count)..];

    /// <summary>The same, and the guesses behind it.</summary>
    internal ReadOnlySpan<int> UnreadAndGuessed => tokens.AsSpan(0, count + Guessed)[(start + Cache.KeyValues.Length)..];

    /// <summary>What is in the context, and the guesses behind it.</summary>
    internal ReadOnlySpan<int> Foreseen => tokens.AsSpan(start, count + Guessed - start);

    /// <summary>How many tokens are guessed at present.</summary>
    internal int Guessed { get; private set; }

    /// <summary>How many more may be.</summary>
    internal int GuessRoom { get; private set; }

    /// <summary>Whether the logits of the next token are there already: it follows guesses that came true.</summary>
    internal bool IsWaiting => guesses is { IsWaiting: true };

    /// <summary>Guesses the next tokens, if it is time, by looking them up, and says whether a model should be asked instead.</summary>
    /// <param name="most">As many as there is room for in a pass.</param>
    /// <param name="before">Rows that an adapter puts before the sequence.</param>
    /// <param name="original">The length at which all keys are rotated anew: guesses must not reach it before the text does.</param>
    /// <param name="hasDraft">Whether there is a model to ask.</param>
    internal bool LookUp(int most, int before, int original, bool hasDraft)
    {
        GuessRoom = 0;
        if ((options.Lookup == 0 && !hasDraft) || IsWaiting || Guessed > 0 || Unread.Length != 1)
            return false;
        int length = before + count - start, limit = length <= original ? Math.Min(original, config.Context) : config.Context;
        int room = Math.Min(most, Math.Min(limit - length, options.MaxTokens - Generated.Length) - 1);
        GuessRoom = Math.Min(room, options.Lookup);
        if (GuessRoom > 0)
        {
            foreach (int token in Lookup.Guess(Foreseen, GuessRoom))
                AddGuess(token);
        }

        GuessRoom = hasDraft && Guessed == 0 ? Math.Min(room, options.DraftTokens) : 0;
        return GuessRoom > 0;
    }

    /// <summary>How many tokens at the beginning of what has to be read another sequence reads as well, into a cache that can be copied.</summary>
    internal int Alike(Continuation other)
    {
        int most = Math.Min(Foreseen.Length - 1, other.Foreseen.Length - 1);
        return other.Cache.KeyValues.Type == Cache.KeyValues.Type ? Foreseen[..most].CommonPrefixLength(other.Foreseen[..most]) : 0;
    }

    /// <summary>Takes over what another sequence has read of a beginning that they share.</summary>
    internal void CopyBeginning(Continuation other)
    {
        Cache.CopyFrom(other.Cache);
        ReusedTokens = Cache.Rewind(Foreseen);
    }

    /// <summary>What a model that guesses has read of this.</summary>
    internal PromptCache DraftCache(ModelConfig draft)
    {
        if (!ReferenceEquals(Cache.Draft?.Config, draft))
        {
            Cache.Draft = new PromptCache(draft, options.CacheType);
            Cache.Draft.Reserve(Math.Min(tokens.Length, draft.Context));
        }

        return Cache.Draft!;
    }

    /// <summary>Guesses one more token by another model's logits at the end of what is foreseen.</summary>
    internal void Guess(Span<float> logits, Sampler sampler)
    {
        SamplingOptions sampling = options.Sampling;
        int step = count + Guessed - PromptTokens;
        if (logits.Length > config.Vocabulary)
            logits = logits[..config.Vocabulary];
        if (sampling.IsGreedy)
        {
            AddGuess(sampler.Sample(logits, sampling, step, seen));
            return;
        }

        Span<float> odds = Ahead().Draw();
        odds[logits.Length..].Clear();
        AddGuess(sampler.Guess(logits, sampling, step, seen, odds[..logits.Length]));
    }

    /// <summary>Takes the logits behind the last token and behind each guess, <c>[1 + guesses, vocabulary]</c>, and draws the next token.</summary>
    internal void Append(Span<float> logits, Sampler sampler, Candidates candidates)
    {
        (Guesses, WasGuessed) = (0, false);
        if (Guessed == 0)
        {
            Append(logits, [], sampler, candidates);
            return;
        }

        Ahead().Keep(logits);
        Take(sampler, candidates);
    }

    /// <summary>Draws the next token from logits that wait. If it is not what was guessed, what was read beyond it is forgotten.</summary>
    internal void Take(Sampler sampler, Candidates candidates)
    {
        Guesses read = guesses!;
        int guess = Guessed > 0 ? tokens[count] : -1;
        Guesses = read.IsFirst ? read.Read : 0;
        Append(read.Logits, read.Odds, sampler, candidates);
        WasGuessed = tokens[count - 1] == guess;
        if (WasGuessed && Stop is null)
        {
            Guessed--;
            read.Next();
            return;
        }

        Guessed = 0;
        read.Clear();
        if (Stop is null)
            Cache.Rewind(Foreseen);
    }

    private void Append(Span<float> logits, ReadOnlySpan<float> odds, Sampler sampler, Candidates candidates)
    {
        if (options.Alternatives > 0)
            Alternatives = TokenAlternative.Of(logits, options.Alternatives, candidates);
        int token = options.Scores ? Scored(logits, odds, sampler) : Drawn(logits, odds, sampler);
        seen?.AddGenerated(token);
        Reserve(count + 1);
        tokens[count++] = token;
        if (stopTokens.AsSpan().Contains(token))
            Stop = StopReason.StopToken;
        else if (count - PromptTokens == options.MaxTokens || (count == config.Context && !options.Slide))
            Stop = StopReason.Length;
        else
            MakeRoom();
    }

    /// <summary>The next token; where it was guessed with some odds, these decide with the model's own.</summary>
    private int Drawn(Span<float> logits, ReadOnlySpan<float> odds, Sampler sampler)
    {
        int step = count - PromptTokens;
        return odds.IsEmpty ? sampler.Sample(logits, options.Sampling, step, seen) : sampler.Judge(logits, options.Sampling, step, seen, tokens[count], odds);
    }

    /// <summary>Scores need the logits before the penalties are written into them.</summary>
    private int Scored(Span<float> logits, ReadOnlySpan<float> odds, Sampler sampler)
    {
        if (!options.Sampling.IsPenalised)
        {
            int drawn = Drawn(logits, odds, sampler);
            Score = TokenScore.Of(logits, drawn);
            return drawn;
        }

        float[] penalised = System.Buffers.ArrayPool<float>.Shared.Rent(logits.Length);
        logits.CopyTo(penalised);
        int token = Drawn(penalised.AsSpan(0, logits.Length), odds, sampler);
        System.Buffers.ArrayPool<float>.Shared.Return(penalised);
        Score = TokenScore.Of(logits, token);
        return token;
    }

    /// <summary>With the context full, goes on from the younger half.</summary>
    private void MakeRoom()
    {
        if (count - start < config.Context || !options.Slide)
            return;
        start = count - Math.Max(config.Context / 2, 1);
        Cache.Rewind(tokens.AsSpan(start, count - start));
    }

    private Guesses Ahead() => guesses ??= new Guesses(config.Vocabulary, Math.Max(options.Lookup, options.DraftTokens));

    /// <summary>A guess that ends the text is the last.</summary>
    private void AddGuess(int token)
    {
        Reserve(count + Guessed + 1);
        tokens[count + Guessed++] = token;
        GuessRoom = stopTokens.AsSpan().Contains(token) ? 0 : GuessRoom - 1;
    }

    private void Reserve(int length)
    {
        if (length > tokens.Length)
            Array.Resize(ref tokens, 2 * length);
    }

    private static void Check(ReadOnlySpan<int> prompt, ModelConfig config)
    {
        if (prompt.IsEmpty)
            throw new GrimoireException("the prompt has no token; begin with at least one, such as the tokenizer's end of text.");
        foreach (int token in prompt)
        {
            if ((uint)token >= (uint)config.Vocabulary)
                throw new GrimoireException(
                    $"token {token} of the prompt is not in the model's vocabulary of {config.Vocabulary}; the tokenizer does not belong to this model.");
        }
    }
}
