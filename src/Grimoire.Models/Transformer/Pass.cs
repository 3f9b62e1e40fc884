using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>One run of a batch through a model: what blocks share, and how their memory is treated.</summary>
public sealed class Pass
{
    private readonly Transformer model;
    private Segment[] segments = [];
    private Tensor? rotaryTable, windowRotaryTable;
    private int dropouts;

    internal Pass(Transformer model, Workspace workspace, Batch batch, PassOptions options)
    {
        (this.model, Workspace, Batch, Options) = (model, workspace, batch, options);
        Tokens = Positions = null!;
        Restart();
    }

    /// <summary>Where activations live.</summary>
    public Workspace Workspace { get; }

    /// <summary>The rows.</summary>
    public Batch Batch { get; }

    /// <summary>How this pass differs from plain inference.</summary>
    public PassOptions Options { get; }

    /// <summary>Ends the pass before or behind a block, so that a long prompt stops soon; caches then hold what they held before.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Token ids, <c>[token]</c>.</summary>
    public Tensor Tokens { get; private set; }

    /// <summary>Positions, <c>[token]</c>.</summary>
    public Tensor Positions { get; private set; }

    /// <summary>
    /// Starts over after the workspace was reset and the batch filled anew, without allocating: the loop of decoding. The batch's caches
    /// get room for their new tokens.
    /// </summary>
    /// <exception cref="GrimoireException">A sequence is longer than the model's context, or a token is not in its vocabulary.</exception>
    public void Restart()
    {
        Check();
        dropouts = 0;
        if (segments.Length != Batch.Sequences.Length)
            segments = new Segment[Batch.Sequences.Length];
        foreach (Batch.Sequence sequence in Batch.Sequences)
            Prepare(sequence);
        Tokens = Workspace.From(Batch.Tokens);
        Positions = Workspace.From(Batch.Positions);
        rotaryTable = model.Rotation?.Table(this);
        windowRotaryTable = model.WindowRotation?.Table(this);
    }

    /// <summary>
    /// Runs a block on the residual stream. Without a tape its memory is given back at once and the result takes the place of
    /// <paramref name="x"/>; with one it is recorded, or, with checkpoints, computed again in the backward pass (Chen et al. 2016,
    /// arXiv:1604.06174).
    /// </summary>
    /// <exception cref="OperationCanceledException"><see cref="Cancellation"/> was asked for.</exception>
    public Tensor Run(Block block, Tensor x)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Workspace.Tape is null)
            return Forgotten(block, x, into: x);
        if (!Options.Checkpoint)
            return block.Forward(this, x);

        Tensor y = Workspace.New(x.Shape);
        int dropoutsBefore = dropouts;
        Tape tape = Workspace.Exchange(null)!;
        Forgotten(block, x, into: y);
        Workspace.Exchange(tape);
        Workspace.Record(y, new CheckpointNode(this, block, x, y, dropoutsBefore));
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

    /// <summary>Cosines and sines of a layer, <c>[token, pair, 2]</c>; null where it does not rotate.</summary>
    internal Tensor? RotaryTable(int layer) =>
        !model.Config.IsRotary(layer) ? null : windowRotaryTable is not null && model.Config.IsWindowed(layer) ? windowRotaryTable : rotaryTable;

    internal Segment[] Segments(int layer)
    {
        for (int i = 0; i < segments.Length; i++)
        {
            Batch.Sequence s = Batch.Sequences[i];
            segments[i] = new Segment(s.Start, s.Length, s.Position, s.Cache?.Keys(layer), s.Cache?.Values(layer));
        }

        // A recorded op keeps the array it was given; only an unrecorded one may share it with the next layer.
        return Workspace.Tape is null ? segments : [.. segments];
    }

    internal void Remember(int layer, Tensor k, Tensor v)
    {
        // By position, not behind what the cache holds: a block that is computed again writes the same rows again.
        foreach (Batch.Sequence s in Batch.Sequences)
            s.Cache?.Write(Workspace.Kernels, layer, k, v, s.Start, s.Length, s.Position);
    }

    /// <summary>All layers have run: the caches now hold this batch's tokens.</summary>
    internal void AdvanceCaches()
    {
        Cancellation.ThrowIfCancellationRequested();
        foreach (Batch.Sequence s in Batch.Sequences)
            s.Cache?.Advance(Batch.Tokens.Slice(s.Start, s.Length));
    }

    private Tensor Forgotten(Block block, Tensor x, Tensor into)
    {
        Workspace.Position mark = Workspace.Mark();
        Workspace.Kernels.Copy(block.Forward(this, x), into);
        Workspace.Release(mark);
        return into;
    }

    /// <summary>Makes room in a sequence's cache, and has it read again if its keys were rotated for another length.</summary>
    private void Prepare(Batch.Sequence sequence)
    {
        if (sequence.Cache is not { } cache)
            return;
        int length = sequence.Position + sequence.Length;
        bool isStretched = model.Rotation?.IsStretched(length) == true;
        if (cache.Length == 0)
            cache.IsStretched |= isStretched;
        else if (cache.IsStretched != isStretched)
            ReadAgain(cache, isStretched);
        cache.Reserve(length);
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
                throw new GrimoireException($"a {model.Config.Family} model is an encoder: it reads a text as a whole and cannot continue one; embed texts with it.");
            if (s.Position + s.Length > model.Config.Context)
                throw new GrimoireException($"a sequence of {s.Position + s.Length} tokens is longer than the model's context of {model.Config.Context}; shorten it.");
        }

        foreach (int token in Batch.Tokens)
        {
            if ((uint)token >= (uint)model.Config.Vocabulary)
                throw new GrimoireException($"token {token} is not in the model's vocabulary of {model.Config.Vocabulary}; the tokenizer does not belong to this model.");
        }

        if (model.Config.TokenTypes > 0 && Batch.Types.ContainsAnyExceptInRange(0, model.Config.TokenTypes - 1))
            throw new GrimoireException($"a token has a type that the model does not know; its types are 0 to {model.Config.TokenTypes - 1}.");
    }

    private sealed class CheckpointNode(Pass pass, Block block, Tensor x, Tensor y, int dropouts) : Node(y)
    {
        public override void Backward(Kernels kernels)
        {
            Workspace workspace = pass.Workspace;
            workspace.EnsureGrad(x);
            Workspace.Position mark = workspace.Mark();
            var tape = new Tape();
            Tape? outer = workspace.Exchange(tape);
            pass.dropouts = dropouts;
            tape.Backward(block.Forward(pass, x), OutputGrad);
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
public readonly record struct PassOptions(float DropoutRate = 0, ulong DropoutSeed = 0, bool Checkpoint = false, bool AdapterDropout = false);
