using Grimoire.Models;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>How PPO learns from answers (Schulman et al. 2017, arXiv:1707.06347; Huang et al. 2024, arXiv:2403.17031).</summary>
public sealed record PpoSettings
{
    /// <summary>Answers a round.</summary>
    public int Answers { get; init; } = 128;

    /// <summary>Times a round's answers are gone through.</summary>
    public int Epochs { get; init; } = 2;

    /// <summary>Parts of a round's answers, an optimizer step each.</summary>
    public int Minibatches { get; init; } = 4;

    /// <summary>Longest answer, in tokens.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>How far the ratio of new to old probability counts.</summary>
    public double Clip { get; init; } = 0.2;

    /// <summary>How far above 1 it counts; null for as far as below.</summary>
    public double? ClipHigh { get; init; }

    /// <summary>How far a value may move in a round; null for any distance.</summary>
    public double? ValueClip { get; init; } = 0.2;

    /// <summary>Weight of the value loss.</summary>
    public double ValueWeight { get; init; } = 0.5;

    /// <summary>γ of the advantages.</summary>
    public double Discount { get; init; } = 1;

    /// <summary>λ of the advantages.</summary>
    public double Decay { get; init; } = 0.95;

    /// <summary>β, the price of a nat away from the reference, at the start.</summary>
    public double Kl { get; init; } = 0.05;

    /// <summary>The KL of an answer that β is moved to reach; null for a fixed β.</summary>
    public double? KlTarget { get; init; }

    /// <summary>Answers over which β reacts.</summary>
    public int KlHorizon { get; init; } = 1000;

    /// <summary>How the KL of a token is estimated.</summary>
    public KlEstimator KlEstimator { get; init; }

    /// <summary>Taken from the reward of an answer that did not end.</summary>
    public double MissingEnd { get; init; } = 1;

    /// <summary>Weight of the entropy.</summary>
    public double Entropy { get; init; }

    /// <summary>Whether advantages are shifted to mean 0 and scaled to variance 1.</summary>
    public bool WhitenAdvantages { get; init; } = true;

    /// <summary>Whether rewards are scaled to variance 1.</summary>
    public bool WhitenRewards { get; init; }

    /// <summary>What moves β.</summary>
    internal KlController Controller => new(KlTarget, KlHorizon);

    /// <summary>
    /// How answers are drawn: from the policy as it is, at temperature 1 and without filters, for only then is the ratio of probabilities that of what was
    /// drawn.
    /// </summary>
    internal GenerationOptions Generation => new() { MaxTokens = MaxTokens, Sampling = new SamplingOptions { Temperature = 1 } };

    /// <summary>The settings by name.</summary>
    public static SettingList<PpoSettings> Settings { get; } =
    [
        Setting.Of("answers", "answers a round", Count(1, 1 << 20), (PpoSettings s) => s.Answers, (s, v) => s with { Answers = v }),
        Setting.Of("ppo_epochs", "times a round's answers are gone through", Count(1, 1000), (PpoSettings s) => s.Epochs, (s, v) => s with { Epochs = v }),
        Setting.Of("minibatches", "parts of a round's answers, a step each", Count(1, 1 << 20),
            (PpoSettings s) => s.Minibatches, (s, v) => s with { Minibatches = v }),
        Setting.Of("max_tokens", "longest answer", Count(1, 1 << 20), (PpoSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }),
        Setting.Of("ratio_clip", "how far the ratio of new to old probability counts", Number(0, 1), (PpoSettings s) => s.Clip, (s, v) => s with { Clip = v }),
        Setting.Of("ratio_clip_high", "how far above 1 it counts (none: as far as below)", Number(0, 100).OrNone(),
            (PpoSettings s) => s.ClipHigh, (s, v) => s with { ClipHigh = v }),
        Setting.Of("value_clip", "how far a value may move in a round (none: any distance)", Number(0, 1e6).OrNone(),
            (PpoSettings s) => s.ValueClip, (s, v) => s with { ValueClip = v }),
        Setting.Of("value_weight", "weight of the value loss", Number(0, 1e6), (PpoSettings s) => s.ValueWeight, (s, v) => s with { ValueWeight = v }),
        Setting.Of("discount", "γ: what a later reward is worth", Number(0, 1), (PpoSettings s) => s.Discount, (s, v) => s with { Discount = v }),
        Setting.Of("gae_decay", "λ: 1 waits for the real reward, 0 trusts the next value", Number(0, 1),
            (PpoSettings s) => s.Decay, (s, v) => s with { Decay = v }),
        Setting.Of("kl", "β: the price of a nat away from the reference, at the start", Number(0, 1e3), (PpoSettings s) => s.Kl, (s, v) => s with { Kl = v }),
        Setting.Of("kl_target", "nats of an answer that β is moved to reach (none: β stays)", Number(1e-6, 1e6).OrNone(),
            (PpoSettings s) => s.KlTarget, (s, v) => s with { KlTarget = v }),
        Setting.Of("kl_horizon", "answers over which β reacts", Count(1, int.MaxValue), (PpoSettings s) => s.KlHorizon, (s, v) => s with { KlHorizon = v }),
        Setting.Of("kl_estimator", "how a token's KL is estimated", Choice<KlEstimator>(),
            (PpoSettings s) => s.KlEstimator, (s, v) => s with { KlEstimator = v }),
        Setting.Of("missing_end", "taken from the reward of an answer that does not end", Number(0, 1e6),
            (PpoSettings s) => s.MissingEnd, (s, v) => s with { MissingEnd = v }),
        Setting.Of("entropy", "weight of the entropy", Number(0, 1e3), (PpoSettings s) => s.Entropy, (s, v) => s with { Entropy = v }),
        Setting.Of("whiten_advantages", "shift advantages to mean 0, scale them to variance 1", Flag,
            (PpoSettings s) => s.WhitenAdvantages, (s, v) => s with { WhitenAdvantages = v }),
        Setting.Of("whiten_rewards", "scale rewards to variance 1", Flag, (PpoSettings s) => s.WhitenRewards, (s, v) => s with { WhitenRewards = v }),
    ];

    /// <summary>Refuses values that contradict each other.</summary>
    /// <exception cref="GrimoireException">Values contradict each other.</exception>
    internal void Check()
    {
        if (Minibatches > Answers)
            throw new GrimoireException(
                $"The recipe contradicts itself: {Answers} answers cannot be divided into {Minibatches} minibatches; raise answers or lower minibatches.");
    }
}
