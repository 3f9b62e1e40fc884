using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// The one model. Training, generation, scoring and everything later differ only in what is passed in: the workspace (with or without a tape), the batch (with
/// or without caches), the parameters (trained or frozen). Forward = Unembed(Stream(Embed)).
/// </summary>
public sealed class Transformer
{
    private readonly List<Adapter> adapters = [];

    /// <summary>Builds the model that <paramref name="config"/> describes from the parameters that <paramref name="source"/> gives.</summary>
    /// <exception cref="GrimoireException">The config's numbers, or a parameter's shape, do not fit.</exception>
    public Transformer(ModelConfig config, ParameterSource source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        Rotation = config.Positions == PositionKind.Rotary ? new Rotation(config.Rotary, config.HeadDim) : null;
        WindowRotation = config.WindowRotary is { } rotary ? new Rotation(rotary, config.HeadDim) : null;
        var parameters = new ParameterList(source);
        TokenEmbedding = parameters.Get("embed.tokens", (config.Vocabulary, config.Channels));
        PositionEmbedding = config.Positions == PositionKind.Learned ? parameters.Get("embed.positions", (config.Context, config.Channels)) : null;
        TypeEmbedding = config.TokenTypes > 0 ? parameters.Get("embed.types", (config.TokenTypes, config.Channels)) : null;
        EmbeddingNorm = config.EmbeddingNorm ? new Norm(parameters, "embed.norm", config) : null;
        Blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new Block(parameters, config, layer))];
        FinalNorm = config.NormPlacement == NormPlacement.Post ? null : new Norm(parameters, "norm", config);
        if (config.Head)
            Unembedding = config.TiedEmbeddings ? TokenEmbedding : parameters.Get("head.weight", (config.Vocabulary, config.Channels));
        Parameters = parameters.All;
    }

    /// <summary>What this model is.</summary>
    public ModelConfig Config { get; }

    /// <summary>All weights, each once, in a fixed order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What is attached, in order.</summary>
    public IReadOnlyList<Adapter> Adapters => adapters;

    /// <summary><c>[vocabulary, channel]</c>.</summary>
    public Tensor TokenEmbedding { get; }

    /// <summary><c>[position, channel]</c>; null with rotary positions.</summary>
    public Tensor? PositionEmbedding { get; }

    /// <summary><c>[type, channel]</c>; null where tokens are of one kind.</summary>
    public Tensor? TypeEmbedding { get; }

    /// <summary>Before the first block, or null.</summary>
    public Norm? EmbeddingNorm { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<Block> Blocks { get; }

    /// <summary>After the last block; null where that ends with a norm itself.</summary>
    public Norm? FinalNorm { get; }

    /// <summary><c>[vocabulary, channel]</c>; the token embedding itself where they are tied, null in an encoder without logits.</summary>
    public Tensor? Unembedding { get; }

    /// <summary>What an adapter that is switched on puts before every sequence, or null.</summary>
    internal VirtualTokens? VirtualTokens
    {
        get
        {
            // By index: an enumerator would be allocated for every token.
            for (int i = 0; i < adapters.Count; i++)
            {
                if (adapters[i] is { Enabled: true, Virtual: { } tokens })
                    return tokens;
            }

            return null;
        }
    }

    internal Rotation? Rotation { get; }

    internal Rotation? WindowRotation { get; }

    /// <summary>Starts a pass of a batch.</summary>
    public Pass Begin(Workspace workspace, Batch batch, PassOptions options = default) => new(this, workspace, batch, options);

    /// <summary>The start of the residual stream, <c>[token, channel]</c>.</summary>
    public Tensor Embed(Pass pass)
    {
        Tensor x = Ops.Embedding(pass.Workspace, TokenEmbedding, pass.Tokens);
        if (Config.EmbeddingScale != 1)
            x *= Config.EmbeddingScale;
        if (PositionEmbedding is not null)
            x += Ops.Embedding(pass.Workspace, PositionEmbedding, pass.Positions);
        if (TypeEmbedding is not null)
            x += Ops.Embedding(pass.Workspace, TypeEmbedding, pass.Workspace.From(pass.Batch.Types));
        return pass.Dropout(EmbeddingNorm is null ? x : EmbeddingNorm.Forward(x));
    }

    /// <summary>
    /// All blocks and the final norm where there is one, <c>[token, channel]</c> → <c>[token, channel]</c>; the batch's caches then hold its tokens.
    /// </summary>
    public Tensor Stream(Pass pass, Tensor x)
    {
        x = pass.WithPrompt(x);

        // By index: an interface's enumerator would be allocated for every token.
        for (int layer = 0; layer < Blocks.Count; layer++)
            x = pass.Run(Blocks[layer], x);
        pass.AdvanceCaches();
        if (pass.Prompt is not null)
            x = pass.TokensOf(x);
        return FinalNorm is null ? x : FinalNorm.Forward(x);
    }

    /// <summary>Logits <c>[row, vocabulary]</c> of hidden states <c>[row, channel]</c>.</summary>
    /// <exception cref="GrimoireException">The model has no logits.</exception>
    public Tensor Unembed(Tensor hidden)
    {
        Tensor logits = Ops.Linear(hidden, CheckedHead());
        return Config.LogitSoftCap > 0 ? Ops.Tanh(logits * (1 / Config.LogitSoftCap)) * Config.LogitSoftCap : logits;
    }

    /// <summary>−log p(target) in nats of each row of hidden states <c>[row, channel]</c>, <c>[row]</c>, without ever holding all logits.</summary>
    /// <param name="hidden">What <see cref="Stream"/> gave.</param>
    /// <param name="targets">Token ids of I32, <c>[row]</c>; negative where a row does not count.</param>
    /// <param name="spec">Smoothing and z-loss.</param>
    /// <exception cref="GrimoireException">The model is an encoder without logits.</exception>
    public Tensor Losses(Tensor hidden, Tensor targets, CrossEntropySpec spec = default) =>
        Ops.LinearCrossEntropy(hidden, CheckedHead(), bias: null, targets, spec, Config.LogitSoftCap);

    /// <summary>Logits of every row, <c>[token, vocabulary]</c>: row t predicts the token after t.</summary>
    public Tensor Forward(Pass pass) => Unembed(Stream(pass, Embed(pass)));

    /// <summary>Logits of each sequence's last row only, <c>[sequence, vocabulary]</c>: what generation needs.</summary>
    public Tensor ForwardLast(Pass pass) => UnembedLast(pass, Stream(pass, Embed(pass)));

    /// <summary>Logits of each sequence's last row of hidden states, <c>[sequence, vocabulary]</c>.</summary>
    internal Tensor UnembedLast(Pass pass, Tensor hidden)
    {
        ReadOnlySpan<Batch.Sequence> sequences = pass.Batch.Sequences;
        Span<int> last = sequences.Length <= 256 ? stackalloc int[sequences.Length] : new int[sequences.Length];
        for (int i = 0; i < last.Length; i++)
            last[i] = sequences[i].Start + sequences[i].Length - 1;
        return Unembed(hidden, last);
    }

    /// <summary>Logits of some rows of hidden states, <c>[rows, vocabulary]</c>.</summary>
    internal Tensor Unembed(Tensor hidden, ReadOnlySpan<int> rows) =>
        Unembed(rows.Length == hidden.Shape[0] ? hidden : Ops.GatherRows(hidden, hidden.Workspace!.From(rows)));

    /// <summary>Says which weights are to be trained: all of them, or none.</summary>
    public void SetTrainable(bool trainable)
    {
        foreach (Parameter parameter in Parameters)
            parameter.Tensor.RequiresGrad = trainable;
    }

    /// <summary>The same weights and adapters, not copied, without the unembedding: for another head to stand on.</summary>
    internal Transformer Trunk()
    {
        Dictionary<string, Tensor> weights = Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor, StringComparer.Ordinal);
        var trunk = new Transformer(Config.Trunk(), (name, _) => weights[name]);
        foreach (Adapter adapter in adapters)
            trunk.Attach(adapter);
        return trunk;
    }

    /// <summary>
    /// Lets an adapter change what the model says, around those that are attached already; their changes add up. Caches that were filled before belong to
    /// another model.
    /// </summary>
    /// <exception cref="GrimoireException">The adapter was made for another model.</exception>
    public void Attach(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (adapters.Contains(adapter))
            throw new ArgumentException($"adapter {adapter.Name} is attached already", nameof(adapter));
        adapter.AttachTo(this);
        adapters.Add(adapter);
    }

    /// <summary>Takes an adapter away; one that is not attached is left alone.</summary>
    public void Detach(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (adapters.Remove(adapter))
            adapter.DetachFrom(this);
    }

    private Tensor CheckedHead() => Unembedding ?? throw new GrimoireException(Config.WithoutLogits());
}
