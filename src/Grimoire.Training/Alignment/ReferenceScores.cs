using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// ln ρ of answers under the reference, computed when first needed and remembered: later epochs cost nothing. They are computed in the groups in which the
/// first epoch draws them, whenever that is, so that a resumed run finds the same bits.
/// </summary>
/// <param name="reference">The reference.</param>
/// <param name="examples">The answers of each example.</param>
/// <param name="draws">The order of drawing.</param>
/// <param name="group">Examples at once.</param>
internal sealed class ReferenceScores(ReferencePolicy reference, IReadOnlyList<EncodedExample[]> examples, Draws draws, int group)
{
    private readonly double[]?[] known = new double[]?[examples.Count];
    private int[]? places;

    /// <summary>ln ρ of each answer of an example.</summary>
    public double[] Of(int example, Workspace workspace)
    {
        if (known[example] is null)
            Measure((places ??= draws.Places())[example] / group * group, workspace);
        return known[example]!;
    }

    private void Measure(int first, Workspace workspace)
    {
        int[] drawn = draws.Range(first, Math.Min(group, examples.Count - first));
        double[] sums = reference.Sums([.. drawn.SelectMany(i => examples[i])], workspace);
        int answer = 0;
        foreach (int example in drawn)
        {
            known[example] = sums[answer..(answer + examples[example].Length)];
            answer += examples[example].Length;
        }
    }
}
