using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>An answer with what its tokens earned, before the round as a whole is known.</summary>
/// <param name="Encoded">Prompt and answer.</param>
/// <param name="LogProbabilities">ln π of its tokens.</param>
/// <param name="Values">What was foretold before each.</param>
/// <param name="Rewards">What each earned.</param>
/// <param name="Divergence">Σ ln π − ln ρ: an estimate of the answer's KL, in nats.</param>
internal sealed record PpoDraft(EncodedExample Encoded, float[] LogProbabilities, float[] Values, double[] Rewards, double Divergence)
{
    /// <summary>Advantages and returns of a round's answers. Whitening looks at all tokens of the round; returns come from the advantages before it.</summary>
    public static PpoAnswer[] Estimate(IReadOnlyList<PpoDraft> drafts, PpoSettings settings)
    {
        double[][] rewards = [.. drafts.Select(draft => draft.Rewards)];
        if (settings.WhitenRewards)
            Whiten(rewards, keepMean: true);
        double[][] advantages = [.. drafts.Select((draft, i) => Advantage(rewards[i], draft.Values, settings))];
        double[][] returns = [.. advantages.Select((some, i) => some.Select((a, t) => a + drafts[i].Values[t]).ToArray())];
        if (settings.WhitenAdvantages)
            Whiten(advantages, keepMean: false);
        return [.. drafts.Select((draft, i) => new PpoAnswer(draft.Encoded, draft.LogProbabilities, draft.Values, advantages[i], returns[i]))];
    }

    private static double[] Advantage(double[] rewards, float[] values, PpoSettings settings)
    {
        var advantages = new double[rewards.Length];
        Advantages.Estimate(rewards, [.. values.Select(v => (double)v)], settings.Discount, settings.Decay, advantages);
        return advantages;
    }

    /// <summary>Whitens the numbers of all answers together, in place.</summary>
    private static void Whiten(double[][] rows, bool keepMean)
    {
        double[] all = [.. rows.SelectMany(row => row)];
        Advantages.Whiten(all, keepMean);
        int at = 0;
        foreach (double[] row in rows)
        {
            all.AsSpan(at, row.Length).CopyTo(row);
            at += row.Length;
        }
    }
}
