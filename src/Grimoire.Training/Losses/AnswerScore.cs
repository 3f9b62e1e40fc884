using System.Runtime.InteropServices;

namespace Grimoire.Training;

/// <summary>How likely an answer is: sums over its tokens, in nats.</summary>
/// <param name="Policy">ln π(answer | prompt) under the model that is trained.</param>
/// <param name="Reference">ln ρ(answer | prompt) under the model it started as; not read by losses without a reference.</param>
/// <param name="Tokens">Tokens of the answer.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AnswerScore(double Policy, double Reference, int Tokens)
{
    /// <summary>ln π/ρ. Times β it is DPO's implicit reward of the answer.</summary>
    public double LogRatio => Policy - Reference;
}

/// <summary>The loss of a pair of answers.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Chosen">Its derivative by ln π(chosen), and so by ln p of each of its tokens.</param>
/// <param name="Rejected">Its derivative by ln π(rejected).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PairLoss(double Value, double Chosen, double Rejected)
{
    /// <summary>A loss of the margin a · ln π(chosen) − b · ln π(rejected) + …</summary>
    internal static PairLoss Of(LossValue loss, double a, double b) => new(loss.Value, a * loss.Slope, -b * loss.Slope);
}
