using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>The keys of <c>config.json</c> that Llama's descendants share, and where one of them says something else.</summary>
/// <param name="Family">The descendant.</param>
internal sealed record LlamaKeys(string Family)
{
    /// <summary>What the norm's epsilon is called.</summary>
    public string Epsilon { get; init; } = "rms_norm_eps";

    /// <summary>The epsilon where the config does not say.</summary>
    public double DefaultEpsilon { get; init; } = 1e-6;

    /// <summary>What the nonlinearity is called.</summary>
    public string Activation { get; init; } = "hidden_act";

    /// <summary>What the width of the feed-forward half is called.</summary>
    public string FeedForward { get; init; } = "intermediate_size";

    /// <summary>The nonlinearity where the config does not say.</summary>
    public string DefaultActivation { get; init; } = "silu";

    /// <summary>The share of a head that rotates where the config does not say.</summary>
    public double RotaryFraction { get; init; } = 1;

    /// <summary>Whether embeddings are tied where the config does not say.</summary>
    public bool Tied { get; init; }

    /// <summary>Numbers that stand for those the config leaves out; null if it must not.</summary>
    public ModelConfig? Defaults { get; init; }

    /// <summary>Reads the shared keys.</summary>
    public ModelConfig Read(JsonRecord json)
    {
        int channels = json.Int("hidden_size", Defaults?.Channels), heads = json.Int("num_attention_heads", Defaults?.Heads);
        int context = json.Int("max_position_embeddings", Defaults?.Context);
        return new()
        {
            Family = Family,
            Vocabulary = json.Int("vocab_size", Defaults?.Vocabulary),
            Context = context,
            Layers = json.Int("num_hidden_layers", Defaults?.Layers, most: ModelConfig.MostLayers),
            Heads = heads,
            KeyValueHeads = json.Int("num_key_value_heads", Defaults?.KeyValueHeads ?? heads),
            HeadDim = json.Has("head_dim") ? json.Int("head_dim") : Defaults?.HeadDim ?? ModelConfig.Share(channels, heads),
            Channels = channels,
            FeedForward = json.Int(FeedForward, Defaults?.FeedForward),
            NormEpsilon = json.Epsilon(Epsilon, DefaultEpsilon),
            Rotary = RotaryKeys.Read(json, context, Defaults?.Rotary.Base ?? 10000, RotaryFraction),
            Activation = json.ActivationOf(Activation, DefaultActivation),
            TiedEmbeddings = json.Flag("tie_word_embeddings", Tied),
        };
    }

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("max_position_embeddings", config.Context);
        json.WriteNumber("hidden_size", config.Channels);
        json.WriteNumber(FeedForward, config.FeedForward);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("num_key_value_heads", config.KeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteString(Activation, ConfigKeys.NameOf(config.Activation, DefaultActivation));
        json.WriteNumber(Epsilon, config.NormEpsilon);
        RotaryKeys.Write(json, config.Rotary, config.Context, RotaryFraction);
    }
}
