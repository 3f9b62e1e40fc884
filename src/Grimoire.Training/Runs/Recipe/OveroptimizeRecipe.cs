using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>
/// How a model is optimised too far on purpose: a proxy reward learned from few and noisy preferences, PPO against it at a low price, and the best of n.
/// </summary>
public sealed record OveroptimizeRecipe
{
    /// <summary>The PPO run against the proxy; its gold reward is the one that is really meant, its reward the proxy.</summary>
    public PpoRecipe Ppo { get; init; } = new()
    {
        Gold = "world",
        Ppo = new() { Kl = 0.002 },
        Stage = new PpoRecipe().Stage with { Steps = 640 },
    };

    /// <summary>Preferences that the proxy learns from.</summary>
    public int Pairs { get; init; } = 300;

    /// <summary>The share of them that is stated the wrong way round.</summary>
    public double Noise { get; init; } = 0.25;

    /// <summary>Rounds over the preferences.</summary>
    public double ProxyEpochs { get; init; } = 4;

    /// <summary>Learning rate of the proxy.</summary>
    public double ProxyLearningRate { get; init; } = 3e-4;

    /// <summary>The most answers to a prompt of which the best is taken.</summary>
    public int BestOf { get; init; } = 64;

    /// <summary>Prompts over which the best of n is averaged.</summary>
    public int BestOfPrompts { get; init; } = 64;

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<OveroptimizeRecipe> Settings { get; } =
    [
        Setting.Of("pairs", "preferences between the model's own answers that the proxy learns from", Count(30, 1 << 20),
            (OveroptimizeRecipe r) => r.Pairs, (r, v) => r with { Pairs = v }, "Proxy"),
        Setting.Of("noise", "share of them that is stated the wrong way round", Number(0, 0.5),
            (OveroptimizeRecipe r) => r.Noise, (r, v) => r with { Noise = v }, "Proxy"),
        Setting.Of("proxy_epochs", "rounds over the preferences", Number(0.01, 1000),
            (OveroptimizeRecipe r) => r.ProxyEpochs, (r, v) => r with { ProxyEpochs = v }, "Proxy"),
        Setting.Of("proxy_lr", "learning rate of the proxy", Number(0, 1),
            (OveroptimizeRecipe r) => r.ProxyLearningRate, (r, v) => r with { ProxyLearningRate = v }, "Proxy"),
        Setting.Of("best_of", "the most answers to a prompt of which the best is taken", Count(2, 1 << 16),
            (OveroptimizeRecipe r) => r.BestOf, (r, v) => r with { BestOf = v }, "Best of n"),
        Setting.Of("best_of_prompts", "prompts over which the best of n is averaged", Count(1, 1 << 20),
            (OveroptimizeRecipe r) => r.BestOfPrompts, (r, v) => r with { BestOfPrompts = v }, "Best of n"),
        .. PpoRecipe.Settings.Where(setting => setting.Key != "reward")
            .Select(setting => setting.Within((OveroptimizeRecipe r) => r.Ppo, (r, v) => r with { Ppo = v }, setting.Group)),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
