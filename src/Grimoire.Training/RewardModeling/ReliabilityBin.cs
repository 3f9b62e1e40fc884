using System.Runtime.InteropServices;

namespace Grimoire.Training;

/// <summary>Judgements of which one is about equally sure: a bar of a reliability diagram (DeGroot and Fienberg 1983).</summary>
/// <param name="From">The least confidence.</param>
/// <param name="To">The highest.</param>
/// <param name="Count">How many judgements.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Accuracy">The share of them that is right.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReliabilityBin(double From, double To, int Count, double Confidence, double Accuracy)
{
    /// <summary>Sorts judgements into bins of one width, of which those that hold any are given; the last one holds full confidence too.</summary>
    /// <param name="judgements">Confidences, from <paramref name="least"/> to 1, and how right one was: 1, 0, or ½ for a tie.</param>
    /// <param name="bins">How many bins lie between <paramref name="least"/> and 1.</param>
    /// <param name="least">The least confidence one can have: 0, or ½ where there are two choices.</param>
    public static IReadOnlyList<ReliabilityBin> Of(IEnumerable<(double Confidence, double Right)> judgements, int bins = 10, double least = 0)
    {
        double width = (1 - least) / bins;
        return
        [
            .. judgements
                .GroupBy(judgement => Math.Min((int)((judgement.Confidence - least) / width), bins - 1))
                .OrderBy(group => group.Key)
                .Select(group => new ReliabilityBin(
                    least + (width * group.Key), least + (width * (group.Key + 1)), group.Count(),
                    group.Average(judgement => judgement.Confidence), group.Average(judgement => judgement.Right))),
        ];
    }

    /// <summary>The expected calibration error: the mean over judgements of |confidence − accuracy| of their bin (Naeini et al. 2015).</summary>
    public static double CalibrationError(IReadOnlyList<ReliabilityBin> bins) =>
        bins.Sum(bin => bin.Count * Math.Abs(bin.Confidence - bin.Accuracy)) / bins.Sum(bin => bin.Count);
}
