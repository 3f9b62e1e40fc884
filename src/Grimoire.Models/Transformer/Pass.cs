using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>One run of a batch through a model: what blocks share, and how their memory is treated.</summary>
public sealed class Pass
{
    private readonly Transformer model;
    private Segment[] segments = [];
    private Batch.Sequence[] placed = [], rows = [];
    private VirtualTokens? tokensBefore;
    private Tensor? spread, kept;
    private Tensor? rotaryTable, windowRotaryTable;
    private readonly List<RoundedBlock> roundedBlocks = [];
    private int dropouts, rounded;
    private Tape? replay;

    internal Pass(Transformer model, Workspace workspace, Batch batch, PassOptions options)
    {
        (this.model, Workspace, Batch, Options) = (model, workspace, batch, options);
        Tokens = Positions = RowPositions = null!;
        Restart();
    }

    /// <summary>Where activations live.</summary>
    public Workspace Workspace { get; }

    /// <summary>The rows.</summary>
    public Batch Batch { get; }

    /// <summary>How this pass differs from plain inference.</summary>
    public PassOptions Options { get; private set; }

    /// <summary>Ends the pass before or behind a block, so that a long prompt stops soon; caches then hold what they held before.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Token ids, <c>[token]</c>.</summary>
    public Tensor Tokens { get; private set; }

    /// <summary>Positions, <c>[token]</c>; behind whatever an adapter puts before a sequence.</summary>
    public Tensor Positions { get; private set; }

    /// <summary>Positions of the rows that go through the blocks: a prompt's among them.</summary>
    internal Tensor RowPositions { get; private set; }

    /// <summary>The sequences as those rows have them.</summary>
    internal ReadOnlySpan<Batch.Sequence> Rows => rows;

    /// <summary>The rows that stand before each sequence that begins in this pass, or null.</summary>
    internal Tensor? Prompt => spread is null ? null : tokensBefore?.Prompt;

    /// <summary>The keys and values that stand before each sequence that begins in this pass, or null.</summary>
    internal VirtualTokens? Prefix => spread is null || tokensBefore?.Prompt is not null ? null : tokensBefore;

    /// <summary>
    /// Starts over after the workspace was reset and the batch filled anew, without allocating: the loop of decoding. The batch's caches
    /// get room for their new tokens.
    /// </summary>
    /// <exception cref="GrimoireException">A sequence is longer than the model's context, or a token is not in its vocabulary.</exception>
    public void Restart()
    {
        tokensBefore = model.VirtualTokens;
        Check();
        (dropouts, rounded) = (0, 0);
        if (segments.Length != Batch.Sequences.Length)
            Resize(Batch.Sequences.Length);
        foreach (Batch.Sequence sequence in Batch.Sequences)
            Prepare(sequence);
        Tokens = Workspace.From(Batch.Tokens);
        Place();
        rotaryTable = model.Rotation?.Table(this);
        windowRotaryTable = model.WindowRotation?.Table(this);
    }

    /// <summary>Starts over in another way, as each step of training with its own masks does.</summary>
    /// <exception cref="GrimoireException">A sequence is longer than the model's context, or a token is not in its vocabulary.</exception>
    public void Restart(PassOptions options)
    {
        Options = options;
        Restart();
    }

    /// <summary>
    /// Runs a block on the residual stream. Without a tape its memory is given back at once and the result takes the place of
    /// <paramref name="x"/>; with one it is recorded, its activations as they are or rounded, or, with checkpoints, computed again in the backward pass (Chen
    /// et al. 2016, arXiv:1604.06174).
    /// </summary>
    /// <exception cref="OperationCanceledException"><see cref="Cancellation"/> was asked for.</exception>
    public Tensor Run(Block block, Tensor x)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Workspace.Tape is null)
            return Forgotten(block, x);
        if (!Options.Checkpoint)
            return Options.Saved == SavedActivations.BF16 ? NextRounded().Forward(this, block, x) : block.Forward(this, x);

        Tensor y = Workspace.New(x.Shape);
        int dropoutsBefore = dropouts;
        Tape tape = Workspace.Exchange(null)!;
        Workspace.Kernels.Copy(x, y);
        Forgotten(block, y);
        Workspace.Exchange(tape);
        Workspace.Record(y, new CheckpointNode(this, block, x, dropoutsBefore));
        return y;
    }

    /// <summary>Dropout at the pass's rate; each call of a pass has its own mask, the same whenever the pass's seed is the same.</summary>
    public Tensor Dropout(Tensor x) => Dropout(x, Options.DropoutRate);

    /// <summary>The same at a rate of one's own.</summary>
    internal Tensor Dropout(Tensor x, float rate)
    {
        if (rate <= 0)
            return x;
        ulong seed = Options.DropoutSeed + ((ulong)++dropouts << 40);
        return Ops.Dropout(x, rate, seed);
    }

    /// <summary>The residual stream with a prompt's rows before each sequence that begins.</summary>
    internal Tensor WithPrompt(Tensor x)
    {
        if (Prompt is not { } prompt)
            return x;
        if (model.PositionEmbedding is { } table)
            prompt += Ops.Embedding(Workspace, table, Workspace.From([.. Enumerable.Range(0, prompt.Shape[0])]));
        return Ops.GatherRows(Ops.ConcatRows(prompt, x), spread!);
    }

    /// <summary>Heads of rows <c>[token, head, head_dim]</c> with a prefix's before each sequence that begins, or zeros.</summary>
    internal Tensor Behind(Tensor? prefix, Tensor x)
    {
        int width = x.Shape[1] * x.Shape[2];
        Tensor all = Ops.ConcatRows(prefix ?? Workspace.Zeros((tokensBefore!.Count, width)), x.Reshape((x.Shape[0], width)));
        return Ops.GatherRows(all, spread!).Reshape((spread!.Shape[0], x.Shape[1], x.Shape[2]));
    }

    /// <summary>The rows that are tokens, of all that attention or the blocks had.</summary>
    internal Tensor TokensOf(Tensor x) => Ops.GatherRows(x, kept!);

    /// <summary>Cosines and sines of a layer, <c>[token, pair, 2]</c>; null where it does not rotate.</summary>
    internal Tensor? RotaryTable(int layer) =>
        !model.Config.IsRotary(layer) ? null : windowRotaryTable is not null && model.Config.IsWindowed(layer) ? windowRotaryTable : rotaryTable;

    /// <summary>
    /// What a layer's attention reads, after <see cref="Remember"/>: with a cache all keys and values from there, unless the pass is recorded.
    /// </summary>
    internal Segment[] Segments(int layer)
    {
        bool isRecorded = Workspace.Tape is not null, isCached = false;
        foreach (Batch.Sequence s in placed)
            isCached |= s.Cache is not null;

        // A recorded op keeps the array it was given; only one that says the same in all layers is theirs together.
        Segment[] of = isRecorded && isCached ? new Segment[placed.Length] : segments;
        for (int i = 0; i < of.Length; i++)
        {
            Batch.Sequence s = placed[i];
            bool isWritten = s.Cache is not null && !isRecorded;
            of[i] = new Segment(s.Start, s.Length, s.Position, s.Cache?.Keys(layer, isRecorded), s.Cache?.Values(layer), isWritten);
        }

        return of;
    }

    internal void Remember(int layer, Tensor k, Tensor v)
    {
        // By position, not behind what the cache holds: a block that is computed again writes the same rows again.
        foreach (Batch.Sequence s in placed)
            s.Cache?.Write(Workspace.Kernels, layer, k, v, s.Start, s.Length, s.Position);
    }

    /// <summary>All layers have run: the caches now hold this batch's tokens.</summary>
    internal void AdvanceCaches()
    {
        Cancellation.ThrowIfCancellationRequested();
        foreach (Batch.Sequence s in Batch.Sequences)
            s.Cache?.Advance(Batch.Tokens.Slice(s.Start, s.Length));
    }

    /// <summary>The stream behind a block, in the memory of the stream before it.</summary>
    private Tensor Forgotten(Block block, Tensor x)
    {
        Workspace.Position mark = Workspace.Mark();
        Tensor y = block.Forward(this, x);
        if (y != x)
            Workspace.Kernels.Copy(y, x);
        Workspace.Release(mark);
        return x;
    }

    /// <summary>A place for a rounded block; those of the pass before are taken again in their order.</summary>
    private RoundedBlock NextRounded()
    {
        if (rounded == roundedBlocks.Count)
            roundedBlocks.Add(new RoundedBlock());
        return roundedBlocks[rounded++];
    }

    private void Resize(int sequences) =>
        (segments, placed, rows) = (new Segment[sequences], new Batch.Sequence[sequences], new Batch.Sequence[sequences]);

    /// <summary>How many rows an adapter puts, or has put, before a sequence.</summary>
    private int Before(Batch.Sequence s) => s.Position > 0 ? s.Cache!.Virtual : tokensBefore?.Count ?? 0;

    /// <summary>
    /// Where sequences lie among the rows of attention and of the blocks: a sequence that begins has virtual tokens before it, and all positions are behind
    /// them.
    /// </summary>
    private void Place()
    {
        bool isSpread = false, isPrompt = tokensBefore?.Prompt is not null;
        int at = 0;
        Positions = Workspace.New(Batch.Count, DType.I32);
        Span<int> positions = Positions.Span<int>();
        for (int i = 0; i < placed.Length; i++)
        {
            Batch.Sequence s = Batch.Sequences[i];
            int before = Before(s), added = s.Position == 0 ? before : 0;
            placed[i] = s with { Start = at, Length = s.Length + added, Position = s.Position + before - added };
            rows[i] = isPrompt ? placed[i] : s with { Position = s.Position + before };
            at += s.Length + added;
            isSpread |= added > 0;
            for (int row = 0; row < s.Length; row++)
                positions[s.Start + row] = s.Position + before + row;
        }

        (spread, kept, RowPositions) = (null, null, Positions);
        if (isSpread)
            Spread(at);
    }

    /// <summary>Which of virtual and real tokens, in this order, each row is, and which rows are real.</summary>
    private void Spread(int count)
    {
        (spread, kept) = (Workspace.New(count, DType.I32), Workspace.New(Batch.Count, DType.I32));
        Tensor places = Workspace.New(count, DType.I32);
        Span<int> from = spread.Span<int>(), real = kept.Span<int>(), positions = places.Span<int>();
        for (int i = 0; i < placed.Length; i++)
        {
            (Batch.Sequence s, Batch.Sequence own) = (placed[i], Batch.Sequences[i]);
            int added = s.Length - own.Length;
            for (int row = 0; row < s.Length; row++)
            {
                from[s.Start + row] = row < added ? row : tokensBefore!.Count + own.Start + row - added;
                positions[s.Start + row] = s.Position + row;
                if (row >= added)
                    real[own.Start + row - added] = s.Start + row;
            }
        }

        if (tokensBefore!.Prompt is not null)
            RowPositions = places;
    }

    /// <summary>Makes room in a sequence's cache, and has it read again if its keys were rotated for another length.</summary>
    private void Prepare(Batch.Sequence sequence)
    {
        if (sequence.Cache is not { } cache)
            return;
        int before = tokensBefore?.Count ?? 0, length = (cache.Length > 0 ? cache.Virtual : before) + sequence.Position + sequence.Length;
        bool isStretched = model.Rotation?.IsStretched(length) == true;
        if (cache.Length == 0)
            cache.IsStretched |= isStretched;
        else if (cache.IsStretched != isStretched)
            ReadAgain(cache, isStretched);
        cache.Reserve(sequence.Position + sequence.Length, before);
    }

    private void ReadAgain(KeyValueCache cache, bool isStretched)
    {
        int[] tokens = [.. cache.Tokens];
        cache.Truncate(0);
        cache.IsStretched = isStretched;
        Pass pass = model.Begin(new Workspace(Workspace.Kernels, type: Workspace.DType), Batch.Of(tokens, cache));
        model.Stream(pass, model.Embed(pass));
    }

    private void Check()
    {
        foreach (Batch.Sequence s in Batch.Sequences)
        {
            if (s.Cache is not null && !model.Config.Causal)
                throw new GrimoireException(
                    $"a {model.Config.Family} model is an encoder: it reads a text as a whole and cannot continue one; embed texts with it.");
            if (Before(s) is var before && before + s.Position + s.Length > model.Config.Context)
            {
                string behind = before > 0 ? $", behind {before} that an adapter puts before it," : "";
                throw new GrimoireException(
                    $"a sequence of {s.Position + s.Length} tokens{behind} is longer than the model's context of {model.Config.Context}; shorten it.");
            }
        }

        foreach (int token in Batch.Tokens)
        {
            if ((uint)token >= (uint)model.Config.Vocabulary)
                throw new GrimoireException(
                    $"token {token} is not in the model's vocabulary of {model.Config.Vocabulary}; the tokenizer does not belong to this model.");
        }

        if (model.Config.TokenTypes > 0 && Batch.Types.ContainsAnyExceptInRange(0, model.Config.TokenTypes - 1))
            throw new GrimoireException($"a token has a type that the model does not know; its types are 0 to {model.Config.TokenTypes - 1}.");
    }

    private readonly struct CheckpointNode(Pass pass, Block block, Tensor x, int dropouts) : INode
    {
        public void Backward(Tensor y, Kernels kernels)
        {
            Workspace workspace = pass.Workspace;
            workspace.EnsureGrad(x);
            Workspace.Position mark = workspace.Mark();
            Tape tape = pass.replay ??= new Tape();
            tape.Clear();
            Tape? outer = workspace.Exchange(tape);
            pass.dropouts = dropouts;
            tape.Backward(block.Forward(pass, x), y.Grad!);
            workspace.Exchange(outer);
            workspace.Release(mark);
        }
    }
}

/// <summary>How a pass differs from plain inference.</summary>
/// <param name="DropoutRate">Share of the sublayers' outputs and embeddings set to zero; 0 outside training.</param>
/// <param name="DropoutSeed">Chooses the masks; give each training step its own.</param>
/// <param name="Checkpoint">Whether blocks are computed again in the backward pass rather than remembered.</param>
/// <param name="AdapterDropout">Whether attached adapters drop inputs at their own rate: in training only.</param>
/// <param name="Saved">How blocks that are not computed again remember their activations.</param>
public readonly record struct PassOptions(
    float DropoutRate = 0, ulong DropoutSeed = 0, bool Checkpoint = false, bool AdapterDropout = false, SavedActivations Saved = SavedActivations.F32);

/// <summary>How activations wait for the backward pass.</summary>
public enum SavedActivations
{
    /// <summary>As they were computed.</summary>
    F32,

    /// <summary>
    /// Rounded to bfloat16: half the memory, and gradients that differ by less than two per cent of their norm. What the forward pass computes is the same.
    /// </summary>
    BF16,
}
