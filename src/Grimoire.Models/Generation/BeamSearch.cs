using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Looks for the likeliest text rather than the likeliest next token: follows several texts at once, one token a step, and keeps the best
/// of all their continuations. A continuation that ends in a stop token is finished if fewer than width unfinished ones are likelier.
/// </summary>
public sealed class BeamSearch(Transformer model, Kernels kernels)
{
    private const int ChunkRows = 512;

    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private readonly Candidates candidates = new();
    private readonly Stack<KeyValueCache> free = new();
    private Pass? pass;

    /// <summary>An unfinished text: what was chosen, how likely it is, and what the model has read of it.</summary>
    private sealed record Live(int[] Tokens, double LogProbability, KeyValueCache Cache);

    /// <summary>One more token for one of the live texts.</summary>
    private readonly record struct Step(int Parent, int Token, double LogProbability);

    /// <summary>Finds the best continuations of a prompt, best first.</summary>
    /// <exception cref="GrimoireException">The prompt is empty, foreign or leaves no room in the context; or an option is out of range.</exception>
    public IReadOnlyList<Beam> Search(ReadOnlySpan<int> prompt, BeamOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        int most = Math.Min(options.MaxTokens, model.Config.Context - prompt.Length);
        if (prompt.IsEmpty || most < 1)
            throw new GrimoireException($"beam search: a prompt of {prompt.Length} tokens does not fit; " +
                $"it needs at least 1 and room for one more in the context of {model.Config.Context}.");

        if (free.TryPeek(out KeyValueCache? kept) && kept.Type != options.CacheType)
            free.Clear();
        List<Live> live = [new([], 0, Rent(options))];
        List<Beam> finished = [];
        Tensor logits = Read(prompt, live[0].Cache, cancellation);
        for (int length = 1; ; length++)
        {
            cancellation.ThrowIfCancellationRequested();
            List<Step> next = Choose(Expand(logits, live, options), live, finished, options);
            live = Fork(live, next, options);
            if (length == most)
                Finish(finished, live.Select(text => Beam(text.Tokens, text.LogProbability, StopReason.Length, options)), options);
            if (length == most || live.Count == 0 || IsSettled(live[0], finished, most, options))
                break;
            logits = Read(live, cancellation);
        }

        foreach (Live text in live)
            free.Push(text.Cache);
        return [.. finished.Take(options.Count)];
    }

    /// <summary>The continuations worth a look, likeliest first: of each text its best ones, as many as could all be taken.</summary>
    private List<Step> Expand(Tensor logits, List<Live> live, BeamOptions options)
    {
        int vocabulary = model.Config.Vocabulary;
        List<Step> steps = [];
        for (int parent = 0; parent < live.Count; parent++)
        {
            Span<float> row = logits.Span<float>().Slice(parent * vocabulary, vocabulary);
            foreach (TokenAlternative choice in TokenAlternative.Of(row, options.Width + options.StopTokens.Count, candidates))
                steps.Add(new Step(parent, choice.Token, live[parent].LogProbability + choice.LogProbability));
        }

        return [.. steps.OrderByDescending(step => step.LogProbability).ThenBy(step => step.Parent).ThenBy(step => step.Token)];
    }

    /// <summary>Goes down the continuations until there are enough unfinished ones, putting finished ones aside.</summary>
    private static List<Step> Choose(List<Step> steps, List<Live> live, List<Beam> finished, BeamOptions options)
    {
        List<Step> next = [];
        List<Beam> ended = [];
        foreach (Step step in steps)
        {
            if (next.Count == options.Width)
                break;
            if (options.StopTokens.Contains(step.Token))
                ended.Add(Beam([.. live[step.Parent].Tokens, step.Token], step.LogProbability, StopReason.StopToken, options));
            else
                next.Add(step);
        }

        Finish(finished, ended, options);
        return next;
    }

    /// <summary>The texts of the next step. A text's first child takes its cache over, the others copies of it.</summary>
    private List<Live> Fork(List<Live> live, List<Step> next, BeamOptions options)
    {
        var caches = new KeyValueCache[next.Count];
        foreach (IGrouping<int, int> children in Enumerable.Range(0, next.Count).GroupBy(i => next[i].Parent))
        {
            foreach (int child in children.Skip(1))
                (caches[child] = Rent(options)).CopyFrom(live[children.Key].Cache);
            caches[children.First()] = live[children.Key].Cache;
        }

        for (int parent = 0; parent < live.Count; parent++)
        {
            if (!next.Exists(step => step.Parent == parent))
                free.Push(live[parent].Cache);
        }

        return [.. next.Select((step, i) => new Live([.. live[step.Parent].Tokens, step.Token], step.LogProbability, caches[i]))];
    }

    /// <summary>Whether no unfinished text can still come among those wanted: log-probabilities only fall, and length helps at most to the limit.</summary>
    private static bool IsSettled(Live best, List<Beam> finished, int most, BeamOptions options)
    {
        if (finished.Count < options.Count)
            return false;
        int length = options.LengthPenalty > 0 ? most : best.Tokens.Length;
        return options.EarlyStopping || best.LogProbability / Math.Pow(length, options.LengthPenalty) <= finished[options.Count - 1].Score;
    }

    private static Beam Beam(int[] tokens, double logProbability, StopReason stop, BeamOptions options) =>
        new(tokens, logProbability, logProbability / Math.Pow(tokens.Length, options.LengthPenalty), stop);

    private static void Finish(List<Beam> finished, IEnumerable<Beam> ended, BeamOptions options)
    {
        Beam[] best = [.. finished.Concat(ended).OrderByDescending(beam => beam.Score).Take(options.Count)];
        finished.Clear();
        finished.AddRange(best);
    }

    private Tensor Read(ReadOnlySpan<int> prompt, KeyValueCache cache, CancellationToken cancellation)
    {
        for (; prompt.Length > ChunkRows; prompt = prompt[ChunkRows..])
        {
            batch.Clear().Add(prompt[..ChunkRows], cache);
            Begin(cancellation);
            model.Stream(pass!, model.Embed(pass!));
        }

        batch.Clear().Add(prompt, cache);
        Begin(cancellation);
        return model.ForwardLast(pass!);
    }

    private Tensor Read(List<Live> live, CancellationToken cancellation)
    {
        batch.Clear();
        foreach (Live text in live)
            batch.Add([text.Tokens[^1]], text.Cache);
        Begin(cancellation);
        return model.ForwardLast(pass!);
    }

    private void Begin(CancellationToken cancellation)
    {
        workspace.Reset();
        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        pass.Cancellation = cancellation;
    }

    private KeyValueCache Rent(BeamOptions options)
    {
        KeyValueCache cache = free.Count > 0 ? free.Pop() : new KeyValueCache(model.Config, options.CacheType);
        cache.Truncate(0);
        return cache;
    }
}
