using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>A round's answers, and what was measured of them while they were drawn and learned from.</summary>
internal sealed class PpoRound(IReadOnlyList<PpoAnswer> answers, IReadOnlyList<(string Name, double Value)> measured)
{
    private double valueLoss;
    private long tokens, clipped;

    /// <summary>The answers, in the order of the prompts.</summary>
    public IReadOnlyList<PpoAnswer> Answers => answers;

    /// <summary>What was measured when the answers were drawn, and the means over all tokens learned from so far.</summary>
    public IReadOnlyList<(string Name, double Value)> Metrics =>
        [.. measured, (Metric.ClipFraction, (double)clipped / Math.Max(1, tokens)), (Metric.ValueLoss, valueLoss / Math.Max(1, tokens))];

    /// <summary>Counts a pass's tokens.</summary>
    public void Count(PpoLoss loss)
    {
        tokens += loss.Tokens;
        clipped += loss.Clipped;
        valueLoss += loss.ValueLoss;
    }
}
