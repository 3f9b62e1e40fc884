using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>
/// Scores many continuations at once. Rows lie end to end without padding; what requests begin with alike is read once and its keys and values are used by all;
/// only rows that say something about a continuation become logits; equal requests are computed once. What comes out does not depend on the company, up to the
/// rounding of the kernels. An engine belongs to one thread at a time.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="batchTokens">The rows of a pass, about: the memory for activations is that of so many.</param>
public sealed class LikelihoodEngine(Transformer model, Kernels kernels, int batchTokens = LikelihoodEngine.DefaultBatchTokens)
{
    /// <summary>The rows of a pass unless something else is asked for.</summary>
    public const int DefaultBatchTokens = 2048;

    private const int LogitsAtOnce = 1 << 22;
    private readonly int limit = batchTokens >= 1 ? batchTokens : throw new ArgumentOutOfRangeException(nameof(batchTokens));
    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private readonly Stack<KeyValueCache> spare = [];
    private Pass? pass;

    /// <summary>
    /// The fewest rows that a request must be spared for a beginning to be shared; <see cref="int.MaxValue"/> shares nothing but equal inputs.
    /// </summary>
    public int Shared { get; init; } = 16;

    /// <summary>Whether the tokens' own scores are kept.</summary>
    public bool KeepScores { get; init; }

    /// <summary>Scores requests, in their order.</summary>
    /// <inheritdoc cref="Score(IReadOnlyList{LikelihoodRequest}, Action{int, Likelihood}, CancellationToken)"/>
    public IReadOnlyList<Likelihood> Score(IReadOnlyList<LikelihoodRequest> requests, CancellationToken cancellation = default)
    {
        var all = new Likelihood[requests.Count];
        Score(requests, (index, one) => all[index] = one, cancellation);
        return all;
    }

    /// <summary>Scores requests and tells each as soon as it is known, the longest first.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="done">Takes the index of a request and its likelihood.</param>
    /// <param name="cancellation">Ends the work within one block of one pass.</param>
    /// <exception cref="GrimoireException">A request is longer than the context, a token is not in the vocabulary, or the model has no logits.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Score(IReadOnlyList<LikelihoodRequest> requests, Action<int, Likelihood> done, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        foreach (LikelihoodRequest request in requests)
        {
            if (request.Context.Length == 0 || request.Continuation.Length == 0)
                throw new GrimoireException("scoring: a context or a continuation has no token; put the token before it that begins or ends texts.");
        }

        ILookup<LikelihoodRequest, int> equal = Enumerable.Range(0, requests.Count).ToLookup(index => requests[index], SameTokens.Comparer);
        LikelihoodRequest[] distinct = [.. equal.Select(group => group.Key)];
        var work = new Work(distinct, HandOut, KeepScores);
        foreach (Stretch root in StretchTree.Of(distinct, Shared, limit).OrderBy(root => root.Length))
            work.Ready.Push(root);
        while (work.Ready.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            List<Stretch> stretches = Take(work.Ready);
            Tensor hidden = Read(stretches, cancellation);
            Answer(work, stretches, hidden);
            foreach (Stretch stretch in stretches)
                Leave(work, stretch);
        }

        void HandOut((int Index, Likelihood Likelihood) answer)
        {
            foreach (int index in equal[distinct[answer.Index]])
                done(index, answer.Likelihood);
        }
    }

    /// <summary>The stretches of the next pass; those that lead on come back first, so that few caches are held at a time.</summary>
    private List<Stretch> Take(Stack<Stretch> ready)
    {
        List<Stretch> taken = [];
        int rows = 0;
        while (ready.TryPeek(out Stretch? next) && (rows == 0 || rows + next.Length <= limit))
        {
            taken.Add(ready.Pop());
            rows += next.Length;
        }

        return taken;
    }

    /// <summary>One pass; the hidden states of all rows.</summary>
    private Tensor Read(List<Stretch> stretches, CancellationToken cancellation)
    {
        foreach (Stretch stretch in stretches)
            Continue(stretch);
        workspace.Reset();
        batch.Clear();
        foreach (Stretch stretch in stretches)
            batch.Add(stretch.Rows, stretch.Cache);
        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        pass.Cancellation = cancellation;
        return model.Stream(pass, model.Embed(pass));
    }

    /// <summary>Gives a stretch the keys and values of what comes before it; where nothing does and nothing follows it needs none.</summary>
    private void Continue(Stretch stretch)
    {
        if (stretch.Parent is not { } parent)
        {
            stretch.Cache = stretch.Children.Count > 0 ? Cache() : null;
        }
        else if (--parent.Waiting == 0)
        {
            (stretch.Cache, parent.Cache) = (parent.Cache, null);
        }
        else
        {
            stretch.Cache = Cache();
            stretch.Cache.CopyFrom(parent.Cache!);
        }
    }

    private KeyValueCache Cache()
    {
        if (!spare.TryPop(out KeyValueCache? cache))
            return new KeyValueCache(model.Config);
        cache.Truncate(0);
        return cache;
    }

    private void Leave(Work work, Stretch stretch)
    {
        foreach (Stretch child in stretch.Children)
            work.Ready.Push(child);
        if (stretch.Children.Count == 0 && stretch.Cache is { } cache)
            spare.Push(cache);
    }

    /// <summary>Turns the rows that are wanted into logits, some at a time, and those into scores.</summary>
    private void Answer(Work work, List<Stretch> stretches, Tensor hidden)
    {
        List<(int Row, WantedScore Wanted)> wanted = [];
        int start = 0;
        foreach (Stretch stretch in stretches)
        {
            wanted.AddRange(stretch.Wanted.Select(score => (start + score.Row, score)));
            start += stretch.Length;
        }

        wanted.Sort((a, b) => a.Row.CompareTo(b.Row));
        int[] rows = [.. wanted.Select(score => score.Row).Distinct()];
        int vocabulary = model.Config.Vocabulary, atOnce = Math.Max(1, LogitsAtOnce / vocabulary);
        Workspace.Position mark = workspace.Mark();
        for (int first = 0, at = 0; first < rows.Length; first += atOnce)
        {
            int[] some = rows[first..Math.Min(first + atOnce, rows.Length)];
            int from = at;
            while (at < wanted.Count && wanted[at].Row <= some[^1])
                at++;
            Tensor logits = model.Unembed(Ops.GatherRows(hidden, workspace.From(some)));
            ScoreRows(work, wanted, from, at, some, logits);
            workspace.Release(mark);
        }

        foreach ((_, WantedScore score) in wanted)
            work.Count(score.Answer);
    }

    private void ScoreRows(Work work, List<(int Row, WantedScore Wanted)> wanted, int from, int to, int[] rows, Tensor logits)
    {
        int vocabulary = model.Config.Vocabulary;
        var options = new ParallelOptions { MaxDegreeOfParallelism = kernels.Threads };
        Parallel.For(from, to, options, index =>
        {
            (int row, WantedScore score) = wanted[index];
            ReadOnlySpan<float> of = logits.Span<float>().Slice(Array.BinarySearch(rows, row) * vocabulary, vocabulary);
            work.Set(score, TokenScore.Of(of, score.Target));
        });
    }

    /// <summary>The state of one call.</summary>
    private sealed class Work(LikelihoodRequest[] requests, Action<(int Index, Likelihood Likelihood)> done, bool keep)
    {
        private readonly TokenScore[][] scores = [.. requests.Select(request => new TokenScore[request.Continuation.Length])];
        private readonly int[] left = [.. requests.Select(request => request.Continuation.Length)];

        public Stack<Stretch> Ready { get; } = [];

        public void Set(WantedScore wanted, TokenScore score) => scores[wanted.Answer][wanted.Slot] = score;

        /// <summary>Counts a score that was set; the last one of an answer makes it whole.</summary>
        public void Count(int answer)
        {
            if (--left[answer] > 0)
                return;
            Likelihood whole = Likelihood.Of(scores[answer], keep);
            scores[answer] = [];
            done((answer, whole));
        }
    }

    /// <summary>Requests are equal if their tokens are.</summary>
    private sealed class SameTokens : IEqualityComparer<LikelihoodRequest>
    {
        public static SameTokens Comparer { get; } = new();

        public bool Equals(LikelihoodRequest? a, LikelihoodRequest? b) =>
            ReferenceEquals(a, b) || (a is not null && b is not null && a.Context.AsSpan().SequenceEqual(b.Context)
                && a.Continuation.AsSpan().SequenceEqual(b.Continuation));

        public int GetHashCode(LikelihoodRequest request)
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(request.Context.AsSpan()));
            hash.Add(request.Context.Length);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(request.Continuation.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
