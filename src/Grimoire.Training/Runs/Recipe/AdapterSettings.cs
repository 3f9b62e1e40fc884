using Grimoire.Models;
using Grimoire.Models.Adapters;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>What of a model is trained.</summary>
public enum AdapterChoice
{
    /// <summary>All of its weights.</summary>
    None,

    /// <summary>Low-rank matrices beside its linear layers.</summary>
    Lora,

    /// <summary>Low-rank matrices, and the lengths of the rows of what comes out.</summary>
    Dora,

    /// <summary>Factors of activations.</summary>
    Ia3,

    /// <summary>Embeddings before every sequence.</summary>
    Prompt,

    /// <summary>Keys and values before every sequence.</summary>
    Prefix,
}

/// <summary>Whether a whole model is trained or an adapter on a frozen one.</summary>
public sealed record AdapterSettings
{
    /// <summary>What is trained.</summary>
    public AdapterChoice Kind { get; init; }

    /// <summary>LoRA's rank.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>LoRA's α; null for twice the rank.</summary>
    public double? Alpha { get; init; }

    /// <summary>Whether LoRA's change is divided by the root of the rank rather than the rank.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Which linear layers; empty for the usual.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Share of LoRA's inputs dropped while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Length of a prompt or prefix.</summary>
    public int VirtualTokens { get; init; } = 16;

    /// <summary>The settings by name.</summary>
    public static SettingList<AdapterSettings> Settings { get; } =
    [
        Setting.Of("adapter", "what is trained: all weights (none), or an adapter on the frozen model", Choice<AdapterChoice>(),
            (AdapterSettings s) => s.Kind, (s, v) => s with { Kind = v }),
        Setting.Of("rank", "rank of lora and dora", Count(1, 1 << 16), (AdapterSettings s) => s.Rank, (s, v) => s with { Rank = v }),
        Setting.Of("alpha", "lora's alpha: its change is alpha / rank · B A (none: twice the rank)", Number(1e-6, 1e6).OrNone(),
            (AdapterSettings s) => s.Alpha, (s, v) => s with { Alpha = v }),
        Setting.Of("rslora", "divide by the root of the rank instead", Flag, (AdapterSettings s) => s.RankStabilized, (s, v) => s with { RankStabilized = v }),
        Setting.Of("targets", "layers that get one: q, k, v, o, gate, up, down, router or all-linear", Texts("names of layers"),
            (AdapterSettings s) => s.Targets, (s, v) => s with { Targets = v }),
        Setting.Of("adapter_dropout", "share of lora's inputs dropped while training", Number(0, 0.9),
            (AdapterSettings s) => s.Dropout, (s, v) => s with { Dropout = v }),
        Setting.Of("virtual_tokens", "length of a prompt or prefix", Count(1, 1 << 16),
            (AdapterSettings s) => s.VirtualTokens, (s, v) => s with { VirtualTokens = v }),
    ];

    /// <summary>A new adapter, trainable and attached to the model; null where the whole model is trained.</summary>
    /// <exception cref="GrimoireException">The settings name layers that the model does not have.</exception>
    public Adapter? Make(Transformer model, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Kind == AdapterChoice.None)
            return null;
        var adapter = Adapter.Create(model, Config(), seed);
        model.Attach(adapter);
        return adapter;
    }

    private AdapterConfig Config() => new()
    {
        Kind = Kind switch
        {
            AdapterChoice.Ia3 => AdapterKind.Ia3,
            AdapterChoice.Prompt => AdapterKind.Prompt,
            AdapterChoice.Prefix => AdapterKind.Prefix,
            _ => AdapterKind.Lora,
        },
        Dora = Kind == AdapterChoice.Dora,
        Rank = Rank,
        Alpha = Alpha ?? 2.0 * Rank,
        RankStabilized = RankStabilized,
        Dropout = Dropout,
        Targets = [.. Targets],
        VirtualTokens = VirtualTokens,
    };
}
