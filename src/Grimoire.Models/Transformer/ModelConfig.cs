using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>How rows are normalised before a block's two halves.</summary>
public enum NormKind
{
    /// <summary>Mean and variance, weight and bias: GPT-2.</summary>
    Layer,

    /// <summary>Root mean square and weight: Llama.</summary>
    Rms,
}

/// <summary>How a token knows its place.</summary>
public enum PositionKind
{
    /// <summary>A trained vector per position, added to the embedding: GPT-2.</summary>
    Learned,

    /// <summary>Rotations of queries and keys: Llama.</summary>
    Rotary,
}

/// <summary>
/// What distinguishes one architecture from another, as data. Every value changes the forward pass; nothing else does.
/// </summary>
public sealed record ModelConfig
{
    private const int Largest = 1 << 24;

    /// <summary>The family whose files this model reads and writes, as in <c>gpt2</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; a divisor of <see cref="Heads"/> (Ainslie et al. 2023, arXiv:2305.13245).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Channels of one head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Channels of the residual stream.</summary>
    public required int Channels { get; init; }

    /// <summary>Channels inside the feed-forward half.</summary>
    public required int FeedForward { get; init; }

    /// <summary>The norm.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>Added under the root of the norm.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Where positions enter.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Rotary;

    /// <summary>The rotation; read where <see cref="Positions"/> is rotary.</summary>
    public RotaryConfig Rotary { get; init; } = new();

    /// <summary>The feed-forward nonlinearity.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Whether the feed-forward half is σ(gate) ⊙ up rather than σ(up).</summary>
    public bool Gated { get; init; } = true;

    /// <summary>Whether queries, keys and values have a bias.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward projections have a bias.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>A token sees at most this many tokens, itself included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Whether the unembedding is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>The number of trained values, computed from the shapes.</summary>
    public long ParameterCount
    {
        get
        {
            long attention = (long)Channels * HeadDim * ((2 * Heads) + (2 * KeyValueHeads));
            long attentionBias = (QueryKeyValueBias ? HeadDim * (Heads + (2L * KeyValueHeads)) : 0) + (OutputBias ? Channels : 0);
            long feedForward = (long)Channels * FeedForward * (Gated ? 3 : 2);
            long feedForwardBias = FeedForwardBias ? (FeedForward * (Gated ? 2L : 1L)) + Channels : 0;
            long norm = Norm == NormKind.Layer ? 2L * Channels : Channels;
            long embeddings = (long)Vocabulary * Channels * (TiedEmbeddings ? 1 : 2);
            long positions = Positions == PositionKind.Learned ? (long)Context * Channels : 0;
            return embeddings + positions + norm + (Layers * (attention + attentionBias + feedForward + feedForwardBias + (2 * norm)));
        }
    }

    /// <summary>
    /// Floating-point operations of a forward pass per token at a mean distance of <paramref name="context"/>/2 to the tokens looked at:
    /// two per weight that multiplies, plus attention's two products. A training step costs three times as much.
    /// </summary>
    public double ForwardOperations(int context)
    {
        double weights = (double)Channels * HeadDim * ((2 * Heads) + (2 * KeyValueHeads)) + ((double)Channels * FeedForward * (Gated ? 3 : 2));
        double seen = Window > 0 ? Math.Min(Window, context / 2.0) : context / 2.0;
        return (2.0 * Vocabulary * Channels) + (Layers * ((2 * weights) + (4 * seen * Heads * HeadDim)));
    }

    /// <summary>Checks that the numbers fit each other.</summary>
    /// <exception cref="GrimoireException">They do not; the message names the value.</exception>
    public void Validate()
    {
        Sensible(Vocabulary, nameof(Vocabulary));
        Sensible(Context, nameof(Context));
        Sensible(Layers, nameof(Layers));
        Sensible(Heads, nameof(Heads));
        Sensible(KeyValueHeads, nameof(KeyValueHeads));
        Sensible(HeadDim, nameof(HeadDim));
        Sensible((long)Heads * HeadDim, $"{nameof(Heads)} · {nameof(HeadDim)}");
        Sensible(Channels, nameof(Channels));
        Sensible(FeedForward, nameof(FeedForward));
        if (Heads % KeyValueHeads != 0)
            throw new GrimoireException($"model: {Heads} heads cannot share {KeyValueHeads} key-value heads evenly; choose a divisor of {Heads}.");
        if (Positions == PositionKind.Rotary && (Rotary.Dimensions(HeadDim) is var rotated) && (rotated % 2 != 0 || rotated > HeadDim || rotated < 2))
            throw new GrimoireException($"model: rotary positions need an even number of channels a head, at most {HeadDim}, not {rotated}.");
    }

    /// <summary>The channels of one of so many heads.</summary>
    internal static int Share(int channels, int heads) =>
        heads > 0 && channels % heads == 0
            ? channels / heads
            : throw new GrimoireException($"model: {channels} channels cannot be divided among {heads} heads evenly; choose a divisor of {channels}.");

    private static void Sensible(long value, string name)
    {
        if (value is < 1 or > Largest)
            throw new GrimoireException($"model: {name} is {value}; it must lie between 1 and {Largest}.");
    }
}
