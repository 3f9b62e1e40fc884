using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training;

/// <summary>Losses that learn from preferences.</summary>
public enum PreferenceLoss
{
    /// <summary>DPO: −ln σ(β · h).</summary>
    Sigmoid,

    /// <summary>(h − 1/(2β))².</summary>
    Ipo,

    /// <summary>max(0, 1 − β · h).</summary>
    Hinge,

    /// <summary>DPO that is unbiased where a known share of labels is swapped.</summary>
    Robust,

    /// <summary>DPO per token with a wanted lead and without a reference.</summary>
    SimPo,

    /// <summary>Likelihood of the chosen answer and a ratio of odds; without a reference.</summary>
    Orpo,

    /// <summary>Single answers, good or bad, rather than pairs.</summary>
    Kto,
}

/// <summary>Which loss learns from preferences, and how strongly.</summary>
public sealed record PreferenceSettings
{
    /// <summary>The loss.</summary>
    public PreferenceLoss Loss { get; init; }

    /// <summary>β: how dearly it pays to leave the reference; null for the usual value of the loss.</summary>
    public double? Beta { get; init; }

    /// <summary>Share of the labels that is taken to be wrong (sigmoid, robust).</summary>
    public double Smoothing { get; init; }

    /// <summary>Whether log-ratios are divided by the length of their answer (sigmoid, ipo, hinge, robust).</summary>
    public bool PerToken { get; init; }

    /// <summary>The lead that SimPO wants.</summary>
    public double Gamma { get; init; } = 0.5;

    /// <summary>Weight of −ln π(chosen)/|chosen| beside the loss of a pair (Pang et al. 2024, arXiv:2404.19733), which keeps chosen answers likely.</summary>
    public double SftWeight { get; init; }

    /// <summary>KTO's weight of good answers; null to make good and bad ones weigh alike as a whole.</summary>
    public double? GoodWeight { get; init; }

    /// <summary>KTO's weight of bad answers.</summary>
    public double? BadWeight { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<PreferenceSettings> Settings { get; } =
    [
        Setting.Of("loss", "loss", Choice<PreferenceLoss>(), (PreferenceSettings s) => s.Loss, (s, v) => s with { Loss = v }),
        Setting.Of("beta", "how dearly it pays to leave the reference (none: 0.1; 2 for simpo and 5 per token)", Number(1e-6, 1e3).OrNone(),
            (PreferenceSettings s) => s.Beta, (s, v) => s with { Beta = v }),
        Setting.Of("label_smoothing", "share of the labels that is taken to be wrong (sigmoid, robust)", Number(0, 0.49),
            (PreferenceSettings s) => s.Smoothing, (s, v) => s with { Smoothing = v }),
        Setting.Of("per_token", "divide log-ratios by the length of their answer (sigmoid, ipo, hinge, robust)", Flag,
            (PreferenceSettings s) => s.PerToken, (s, v) => s with { PerToken = v }),
        Setting.Of("gamma", "lead that simpo wants", Number(0, 1e3), (PreferenceSettings s) => s.Gamma, (s, v) => s with { Gamma = v }),
        Setting.Of("sft_weight", "weight of the chosen answers' own loss beside that of the pair", Number(0, 1e3),
            (PreferenceSettings s) => s.SftWeight, (s, v) => s with { SftWeight = v }),
        Setting.Of("good_weight", "weight of good answers in kto (none: so that good and bad ones weigh alike)", Number(0, 1e3).OrNone(),
            (PreferenceSettings s) => s.GoodWeight, (s, v) => s with { GoodWeight = v }),
        Setting.Of("bad_weight", "weight of bad answers in kto (none: so that good and bad ones weigh alike)", Number(0, 1e3).OrNone(),
            (PreferenceSettings s) => s.BadWeight, (s, v) => s with { BadWeight = v }),
    ];

    /// <summary>β in force.</summary>
    public double Strength => Beta ?? (Loss == PreferenceLoss.SimPo ? 2 : PerToken ? 5 : 0.1);

    /// <summary>Whether the loss compares with the model that training starts from.</summary>
    public bool NeedsReference => Loss is not (PreferenceLoss.SimPo or PreferenceLoss.Orpo);

    /// <summary>The loss while model and reference are one; null where it depends on the model.</summary>
    internal KnownLoss? FirstLoss => this switch
    {
        { SftWeight: > 0 } or { NeedsReference: false } or { Loss: PreferenceLoss.Kto } => null,
        { Loss: PreferenceLoss.Hinge } => new KnownLoss("1", 1, 1e-3, 1e-3),
        { Loss: PreferenceLoss.Ipo } => new KnownLoss("1/(4 beta²)", 1 / (4 * Strength * Strength), 1e-2, 1e-2),
        _ => KnownLoss.LnTwo,
    };

    /// <summary>Refuses settings that the loss does not know, which would be passed over in silence.</summary>
    /// <exception cref="GrimoireException">There is one.</exception>
    internal void Check()
    {
        bool logistic = Loss is PreferenceLoss.Sigmoid or PreferenceLoss.Robust;
        Refuse(Smoothing > 0 && !logistic, "label_smoothing", "sigmoid or robust");
        Refuse(PerToken && !(logistic || Loss is PreferenceLoss.Hinge or PreferenceLoss.Ipo), "per_token", "sigmoid, robust, hinge or ipo");
        Refuse(SftWeight > 0 && Loss == PreferenceLoss.Kto, "sft_weight", "a loss of pairs");
        Refuse((GoodWeight ?? BadWeight) is not null && Loss != PreferenceLoss.Kto, "good_weight or bad_weight", "kto");
        if (Loss == PreferenceLoss.Robust && Smoothing == 0)
        {
            throw new GrimoireException(
                "The recipe contradicts itself: robust needs the share of labels that are swapped; give --label-smoothing, or use sigmoid.");
        }

        void Refuse(bool given, string name, string needs)
        {
            if (given)
            {
                throw new GrimoireException(
                    $"The recipe contradicts itself: {name} is given, " +
                    $"which loss {Loss.ToString().ToLowerInvariant()} does not know; leave it out or use {needs}.");
            }
        }
    }

    /// <summary>The loss of a pair.</summary>
    /// <exception cref="InvalidOperationException">The loss is KTO, which has no pairs.</exception>
    public PairLoss Of(AnswerScore chosen, AnswerScore rejected)
    {
        PairLoss loss = Loss switch
        {
            PreferenceLoss.SimPo => PreferenceLosses.SimPo(chosen, rejected, Strength, Gamma),
            PreferenceLoss.Orpo => PreferenceLosses.Orpo(chosen, rejected, Strength),
            _ => PreferenceLosses.OfRatios(chosen, rejected, PerToken, OfMargin),
        };
        double share = SftWeight / chosen.Tokens;
        return loss with { Value = loss.Value - (share * chosen.Policy), Chosen = loss.Chosen - share };
    }

    /// <summary>
    /// The reward that the model has come to give an answer: β · ln π/ρ, per token where the loss goes by tokens, without ρ where there is none.
    /// </summary>
    public double Reward(AnswerScore answer)
    {
        double score = NeedsReference ? answer.LogRatio : answer.Policy;
        return Strength * (PerToken || !NeedsReference ? score / answer.Tokens : score);
    }

    private LossValue OfMargin(double h)
    {
        double beta = Strength;
        return Loss switch
        {
            PreferenceLoss.Sigmoid => MarginLosses.Sigmoid(beta * h, Smoothing).Through(beta),
            PreferenceLoss.Robust => MarginLosses.Robust(beta * h, Smoothing).Through(beta),
            PreferenceLoss.Hinge => MarginLosses.Hinge(beta * h).Through(beta),
            PreferenceLoss.Ipo => MarginLosses.Ipo(h, beta),
            _ => throw new InvalidOperationException($"{Loss} is no loss of a margin"),
        };
    }
}
