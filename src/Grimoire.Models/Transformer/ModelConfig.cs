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

/// <summary>Where norms stand around a block's two halves f.</summary>
public enum NormPlacement
{
    /// <summary>x + f(norm(x)), and a norm after the last block: GPT-2, Llama.</summary>
    Pre,

    /// <summary>norm(x + f(x)), and none after the last block: BERT.</summary>
    Post,

    /// <summary>x + norm(f(norm(x))), and a norm after the last block: Gemma 2.</summary>
    Both,
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
public sealed partial record ModelConfig
{
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

    /// <summary>Where the norm stands.</summary>
    public NormPlacement NormPlacement { get; init; }

    /// <summary>Whether the embedding is normalised before the first block.</summary>
    public bool EmbeddingNorm { get; init; }

    /// <summary>Multiplies the token embedding.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Number of kinds of token, such as first and second sentence, each with a trained vector that is added to the embedding; 0 for none.</summary>
    public int TokenTypes { get; init; }

    /// <summary>Where positions enter.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Rotary;

    /// <summary>The rotation; read where <see cref="Positions"/> is rotary.</summary>
    public RotaryConfig Rotary { get; init; } = new();

    /// <summary>The rotation of the layers that have the window, where it is another; null for the same.</summary>
    public RotaryConfig? WindowRotary { get; init; }

    /// <summary>Which layers rotate queries and keys, the others being blind to positions; empty for all (Yang et al. 2025, arXiv:2501.18795).</summary>
    public ValueList<bool> RotaryLayers { get; init; }

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

    /// <summary>
    /// Number of feed-forward experts in each block, of <see cref="FeedForward"/> channels each; 0 for one feed-forward half that all tokens share.
    /// </summary>
    public int Experts { get; init; }

    /// <summary>How many experts a token is sent to.</summary>
    public int ExpertsPerToken { get; init; }

    /// <summary>Whether the weights of a token's experts are scaled to sum to 1.</summary>
    public bool NormalizeExperts { get; init; }

    /// <summary>Whether each head of queries and keys is divided by its root mean square, and scaled by a weight per channel, before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Multiplies the product of query and key; 0 for 1/√<see cref="HeadDim"/>.</summary>
    public float AttentionScale { get; init; }

    /// <summary>Attention's scores become cap · tanh(score / cap); 0 for none.</summary>
    public float AttentionSoftCap { get; init; }

    /// <summary>Whether a token sees itself and earlier ones only, rather than all of its sequence.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>A token sees at most this many tokens, itself included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Which layers have the <see cref="Window"/>; empty for all.</summary>
    public ValueList<bool> WindowedLayers { get; init; }

    /// <summary>Whether there are logits; an encoder ends with the hidden states, and so does the <see cref="Trunk"/> of a reward model.</summary>
    public bool Head { get; init; } = true;

    /// <summary>Whether the unembedding is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Logits become cap · tanh(logit / cap); 0 for none.</summary>
    public float LogitSoftCap { get; init; }

    /// <summary>Whether it reads like a model that writes, but ends with the hidden states, for another head to stand on.</summary>
    public bool IsTrunk => Causal && !Head;

    /// <summary>Whether a layer has the <see cref="Window"/>.</summary>
    public bool IsWindowed(int layer) => Window > 0 && (WindowedLayers.Count == 0 || WindowedLayers[layer]);

    /// <summary>Whether a layer rotates queries and keys.</summary>
    public bool IsRotary(int layer) => Positions == PositionKind.Rotary && (RotaryLayers.Count == 0 || RotaryLayers[layer]);

    /// <summary>The same model without logits.</summary>
    public ModelConfig Trunk() => this with { Head = false, TiedEmbeddings = false, LogitSoftCap = 0 };

    /// <summary>What a model that gives no logits is, and what to do with it.</summary>
    internal string WithoutLogits() => IsTrunk
        ? "a reward model or a tagger gives no text; score answers with the one (grimoire reward score), " +
            "label words with the other (grimoire tag run), or use the model it was raised from."
        : $"a {Family} model is an encoder: it gives a vector for each token and no probabilities; embed texts with it (grimoire embed).";

    /// <summary>The same model with a window on some of its layers, written in the one way that compares equal.</summary>
    internal ModelConfig WithWindow(int window, ReadOnlySpan<bool> layers) => this with
    {
        Window = layers.Contains(true) ? window : 0,
        WindowedLayers = window > 0 && layers.Contains(true) && layers.Contains(false) ? [.. layers] : [],
    };

    /// <summary>The channels of one of so many heads.</summary>
    internal static int Share(int channels, int heads) =>
        heads > 0 && channels % heads == 0
            ? channels / heads
            : throw new GrimoireException($"model: {channels} channels cannot be divided among {heads} heads evenly; choose a divisor of {channels}.");
}
