using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>The losses of some answers' tokens, summed, and their slopes by each log-probability and each value.</summary>
internal sealed class PpoLoss
{
    private readonly float[] policySlopes, valueSlopes;

    /// <summary>Takes the losses of all tokens.</summary>
    /// <param name="answers">The answers, in order.</param>
    /// <param name="logProbabilities">ln π of their tokens, end to end.</param>
    /// <param name="values">The values before each, end to end.</param>
    /// <param name="settings">Bounds and weights.</param>
    public PpoLoss(IReadOnlyList<PpoAnswer> answers, ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> values, PpoSettings settings)
    {
        (policySlopes, valueSlopes) = (new float[logProbabilities.Length], new float[values.Length]);
        var surrogate = new ClippedSurrogate(settings.Clip, settings.ClipHigh ?? settings.Clip);
        var valueLoss = new ClippedValueLoss(settings.ValueClip ?? double.PositiveInfinity);
        foreach (PpoAnswer answer in answers)
        {
            for (int t = 0; t < answer.Advantages.Length; t++, Tokens++)
            {
                (LossValue policy, bool clipped) = surrogate.Of(logProbabilities[Tokens], answer.LogProbabilities[t], answer.Advantages[t]);
                LossValue entropy = EntropyBonus.Of(logProbabilities[Tokens], answer.LogProbabilities[t]);
                LossValue value = valueLoss.Of(values[Tokens], answer.Values[t], answer.Returns[t]);
                Clipped += clipped ? 1 : 0;
                ValueLoss += value.Value;
                Value += policy.Value + (settings.Entropy * entropy.Value) + (settings.ValueWeight * value.Value);
                policySlopes[Tokens] = (float)(policy.Slope + (settings.Entropy * entropy.Slope));
                valueSlopes[Tokens] = (float)(settings.ValueWeight * value.Slope);
            }
        }
    }

    /// <summary>Answer tokens.</summary>
    public int Tokens { get; }

    /// <summary>Tokens whose ratio the clip held.</summary>
    public int Clipped { get; }

    /// <summary>The value losses' sum.</summary>
    public double ValueLoss { get; }

    /// <summary>The sum of all losses, each with its weight.</summary>
    public double Value { get; }

    /// <summary>∂Value/∂ ln π of each token, <c>[token]</c>.</summary>
    public ReadOnlySpan<float> PolicySlopes => policySlopes;

    /// <summary>∂Value/∂v of each token, <c>[token]</c>.</summary>
    public ReadOnlySpan<float> ValueSlopes => valueSlopes;
}
