using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>
/// What a prompt or a prefix puts before every sequence: rows that go through the model like tokens (Lester et al. 2021, arXiv:2104.08691), or keys and values
/// that each layer's attention finds there (Li and Liang 2021, arXiv:2101.00190). Tokens stand behind them, at later positions.
/// </summary>
internal sealed class VirtualTokens
{
    private const string Embeddings = "prompt.embeddings";

    private readonly Tensor[] keys = [], values = [];

    /// <exception cref="GrimoireException">The model is an encoder, scales its embeddings, or has too short a context.</exception>
    public VirtualTokens(Adapter owner, ParameterList parameters, ModelConfig config)
    {
        (Owner, Count) = (owner, owner.Config.VirtualTokens);
        if (!config.Causal || Count >= config.Context)
        {
            throw new GrimoireException(
                $"adapter {owner.Name}: {Count} virtual tokens do not go before the texts of this {config.Family} model of {config.Context} positions.");
        }

        if (owner.Config.Kind == AdapterKind.Prompt)
        {
            if (config.EmbeddingScale != 1)
            {
                throw new GrimoireException(
                    $"adapter {owner.Name}: a {config.Family} model scales its embeddings, " +
                    "and libraries differ in whether a prompt is scaled too; use a prefix.");
            }

            Prompt = parameters.Get(Embeddings, (Count, config.Channels));
            return;
        }

        Shape shape = (Count, config.KeyValueHeads * config.HeadDim);
        keys = [.. Enumerable.Range(0, config.Layers).Select(layer => parameters.Get($"prefix.{layer}.keys", shape))];
        values = [.. Enumerable.Range(0, config.Layers).Select(layer => parameters.Get($"prefix.{layer}.values", shape))];
    }

    /// <summary>The adapter it is a part of.</summary>
    public Adapter Owner { get; }

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>The rows of a prompt, <c>[token, channel]</c>; null for a prefix.</summary>
    public Tensor? Prompt { get; }

    /// <summary>A layer's keys of a prefix, <c>[token, kv_head · head_dim]</c>, as they stand in a cache: rotated and normalised already.</summary>
    public Tensor Keys(int layer) => keys[layer];

    /// <summary>A layer's values of a prefix, <c>[token, kv_head · head_dim]</c>.</summary>
    public Tensor Values(int layer) => values[layer];

    /// <summary>Whether it is for models of this size.</summary>
    public bool Fits(ModelConfig config) => Prompt is { } rows
        ? rows.Shape[1] == config.Channels && config.EmbeddingScale == 1
        : keys.Length == config.Layers && keys[0].Shape[1] == config.KeyValueHeads * config.HeadDim;

    /// <summary>How PEFT stores it: embeddings, or for each token all layers' keys and values side by side.</summary>
    public static Shape StoredShape(ModelConfig model, AdapterConfig config) => config.Kind == AdapterKind.Prompt
        ? (config.VirtualTokens, model.Channels)
        : (config.VirtualTokens, checked(2 * model.Layers * model.KeyValueHeads * model.HeadDim));

    /// <summary>One of our tensors out of what PEFT stores.</summary>
    public static Tensor Read(Tensor stored, string ours, ModelConfig config)
    {
        if (ours == Embeddings)
            return stored.Keep();
        string[] name = ours.Split('.');
        int width = config.KeyValueHeads * config.HeadDim, layer = int.Parse(name[1], System.Globalization.CultureInfo.InvariantCulture);
        bool isKey = name[2] == "keys";
        Tensor part = LowRankBlocks.Columns(stored, ((2 * layer) + (isKey ? 0 : 1)) * width, width);
        return isKey ? Ordered(part, config, interleaved: true) : part;
    }

    /// <summary>What PEFT stores.</summary>
    public Tensor Stored(ModelConfig config)
    {
        if (Prompt is not null)
            return Prompt;
        int width = config.KeyValueHeads * config.HeadDim;
        Tensor stored = Tensor.Zeros(StoredShape(config, Owner.Config));
        for (int layer = 0; layer < keys.Length; layer++)
        {
            LowRankBlocks.Put(Ordered(keys[layer], config, interleaved: false), 0, width, stored, 0, 2 * layer * width);
            LowRankBlocks.Put(values[layer], 0, width, stored, 0, ((2 * layer) + 1) * width);
        }

        return stored;
    }

    /// <summary>Writes what PEFT's config says of a prompt or prefix.</summary>
    public static void WriteConfig(Utf8JsonWriter json, ModelConfig model, AdapterConfig config)
    {
        bool isPrompt = config.Kind == AdapterKind.Prompt;
        json.WriteNumber("num_virtual_tokens", config.VirtualTokens);
        json.WriteNumber("token_dim", isPrompt ? model.Channels : model.KeyValueHeads * model.HeadDim);
        json.WriteNumber("num_transformer_submodules", 1);
        json.WriteNumber("num_attention_heads", isPrompt ? model.Heads : model.KeyValueHeads);
        json.WriteNumber("num_layers", model.Layers);
        if (!isPrompt)
            json.WriteBoolean("prefix_projection", false);
    }

    /// <summary>Keys with the channels of each head in the other order, where the model rotates neighbours.</summary>
    private static Tensor Ordered(Tensor keys, ModelConfig config, bool interleaved)
    {
        if (config.Positions != PositionKind.Rotary || !config.Rotary.Interleaved)
            return keys;
        Tensor rows = keys.TransposedRows(0, keys.Shape[1]);
        return RotaryRows.Reordered(rows, config.HeadDim, config.Rotary.Dimensions(config.HeadDim), interleaved).TransposedRows(0, keys.Shape[0]);
    }
}
