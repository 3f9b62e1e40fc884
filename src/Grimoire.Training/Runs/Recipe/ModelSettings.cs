using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Architectures that can be raised from nothing.</summary>
public enum ModelFamily
{
    /// <summary>GPT-2: learned positions, layer norm, GELU.</summary>
    Gpt2,

    /// <summary>Llama: rotary positions, RMS norm, gated SiLU, grouped heads.</summary>
    Llama,
}

/// <summary>The size and kind of the model.</summary>
public sealed record ModelSettings
{
    /// <summary>The architecture.</summary>
    public ModelFamily Family { get; init; } = ModelFamily.Llama;

    /// <summary>Transformer blocks.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 6;

    /// <summary>Heads of keys and values; null for as many as heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public int Channels { get; init; } = 192;

    /// <summary>Width inside the feed-forward part; null for the family's usual multiple of the channels.</summary>
    public int? FeedForward { get; init; }

    /// <summary>Longest sequence, tokens.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Embedding and unembedding share one matrix.</summary>
    public bool Tied { get; init; } = true;

    /// <summary>Share of activations dropped while training.</summary>
    public double Dropout { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<ModelSettings> Settings { get; } =
    [
        Setting.Of("family", "architecture", Choice<ModelFamily>(), (ModelSettings s) => s.Family, (s, v) => s with { Family = v }),
        Setting.Of("layers", "transformer blocks", Count(1, 1024), (ModelSettings s) => s.Layers, (s, v) => s with { Layers = v }),
        Setting.Of("heads", "attention heads", Count(1, 1024), (ModelSettings s) => s.Heads, (s, v) => s with { Heads = v }),
        Setting.Of("kv_heads", "heads of keys and values (none: as many as heads)", Count(1, 1024).OrNone(),
            (ModelSettings s) => s.KeyValueHeads, (s, v) => s with { KeyValueHeads = v }),
        Setting.Of("channels", "width of the residual stream", Count(1, 1 << 16), (ModelSettings s) => s.Channels, (s, v) => s with { Channels = v }),
        Setting.Of("feed_forward", "width inside the feed-forward part (none: the family's usual)", Count(1, 1 << 18).OrNone(),
            (ModelSettings s) => s.FeedForward, (s, v) => s with { FeedForward = v }),
        Setting.Of("context", "longest sequence, tokens", Count(2, 1 << 20), (ModelSettings s) => s.Context, (s, v) => s with { Context = v }),
        Setting.Of("tied", "embedding and unembedding share one matrix", Flag, (ModelSettings s) => s.Tied, (s, v) => s with { Tied = v }),
        Setting.Of("dropout", "share of activations dropped while training", Number(0, 0.9), (ModelSettings s) => s.Dropout, (s, v) => s with { Dropout = v }),
    ];
}
