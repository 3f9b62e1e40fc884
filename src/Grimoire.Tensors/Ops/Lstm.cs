namespace Grimoire.Tensors;

/// <content>A recurrent layer over packed sequences.</content>
public static partial class Ops
{
    /// <summary>
    /// A long short-term memory (Hochreiter and Schmidhuber 1997; with forget gates, Gers et al. 2000) over sequences of unequal lengths, all at once. Rows are
    /// packed by time: the first words of all sequences, longest sequence first, then the second words of those that have one, and so on; so each step is one
    /// product of matrices and nothing is padded. At each step, with σ the logistic function, i = σ(sᵢ), f = σ(s_f), g = tanh(s_g), o = σ(s_o) of s = sums +
    /// h₋₁ Uᵀ; c = f ⊙ c₋₁ + i ⊙ g; h = o ⊙ tanh c, where h₋₁ = c₋₁ = 0 at the begin of a sequence.
    /// </summary>
    /// <param name="sums">What the inputs add to the gates in the order i, f, g, o: <c>[row, 4 · channel]</c>.</param>
    /// <param name="recurrent">U, <c>[4 · channel, channel]</c>.</param>
    /// <param name="counts">How many sequences have a word at each time: not increasing, at least 1, adding up to the rows.</param>
    /// <param name="backwards">Whether sequences are read from their ends.</param>
    /// <returns>h of each row, <c>[row, channel]</c>.</returns>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor Lstm(Tensor sums, Tensor recurrent, ReadOnlySpan<int> counts, bool backwards = false)
    {
        Workspace workspace = Home(sums, recurrent);
        CheckType(workspace, sums);
        CheckType(workspace, recurrent);
        CheckRank(sums, 2);
        CheckShape(recurrent, (sums.Shape[1], sums.Shape[1] / 4));
        CheckCounts(counts, sums.Shape[0]);
        var steps = new LstmSteps(counts, backwards);
        int rows = sums.Shape[0], channels = recurrent.Shape[1];
        Tensor gates = workspace.New(sums.Shape), cells = workspace.New((rows, channels)), y = workspace.New((rows, channels));
        workspace.Kernels.Copy(sums, gates);
        for (int step = 0; step < steps.Count; step++)
        {
            LstmStep at = steps[step];
            if (at.Continued > 0)
            {
                workspace.Kernels.MatMul(
                    y.Rows(at.Before, at.Continued), recurrent, gates.Rows(at.Start, at.Continued), transposeB: true, accumulate: true);
            }

            Tensor? last = at.Continued > 0 ? cells.Rows(at.Before, at.Continued) : null;
            workspace.Kernels.LstmCell(gates.Rows(at.Start, at.Rows), last, cells.Rows(at.Start, at.Rows), y.Rows(at.Start, at.Rows));
        }

        if (workspace.Tracks(sums, recurrent))
            workspace.Record(y, new LstmNode(sums, recurrent, steps, gates, cells));
        return y;
    }

    private static void CheckCounts(ReadOnlySpan<int> counts, int rows)
    {
        long sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 1 || (i > 0 && counts[i] > counts[i - 1]))
                Refuse(nameof(counts), $"{counts[i]} sequences at time {i}: the numbers are at least 1 and do not increase");
            sum += counts[i];
        }

        if (sum != rows)
            Refuse(nameof(counts), $"the sequences have {sum} words and there are {rows} rows");
    }
}

/// <summary>The rows of one step, and those of the step read before it that the first of them continue.</summary>
/// <param name="Start">The first row.</param>
/// <param name="Rows">How many.</param>
/// <param name="Before">The first row of the step before.</param>
/// <param name="Continued">How many rows have one before them.</param>
internal readonly record struct LstmStep(int Start, int Rows, int Before, int Continued);

/// <summary>The steps of packed sequences in the order in which they are read.</summary>
internal sealed class LstmSteps
{
    private readonly LstmStep[] steps;

    public LstmSteps(ReadOnlySpan<int> counts, bool backwards)
    {
        steps = new LstmStep[counts.Length];
        int start = 0;
        for (int time = 0; time < counts.Length; start += counts[time], time++)
        {
            bool first = backwards ? time == counts.Length - 1 : time == 0;
            int before = backwards ? start + counts[time] : start - (first ? 0 : counts[time - 1]);
            int continued = first ? 0 : backwards ? counts[time + 1] : counts[time];
            steps[backwards ? counts.Length - 1 - time : time] = new LstmStep(start, counts[time], before, continued);
        }
    }

    public int Count => steps.Length;

    public LstmStep this[int step] => steps[step];
}

file readonly struct LstmNode(Tensor sums, Tensor recurrent, LstmSteps steps, Tensor gates, Tensor cells) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        Workspace workspace = y.Workspace!;
        Tensor dhidden = workspace.New(cells.Shape), dcells = workspace.Zeros(cells.Shape), dgates = workspace.Zeros(gates.Shape);
        Tensor? drecurrent = recurrent.WantedGrad();
        kernels.Copy(y.Grad!, dhidden);
        for (int step = steps.Count - 1; step >= 0; step--)
        {
            LstmStep at = steps[step];
            Tensor? last = at.Continued > 0 ? cells.Rows(at.Before, at.Continued) : null;
            Tensor? dlast = at.Continued > 0 ? dcells.Rows(at.Before, at.Continued) : null;
            kernels.LstmCellGrad(
                gates.Rows(at.Start, at.Rows), last, cells.Rows(at.Start, at.Rows), dhidden.Rows(at.Start, at.Rows), dcells.Rows(at.Start, at.Rows),
                dgates.Rows(at.Start, at.Rows), dlast);
            if (at.Continued == 0)
                continue;
            Tensor continued = dgates.Rows(at.Start, at.Continued);
            kernels.MatMul(continued, recurrent, dhidden.Rows(at.Before, at.Continued), accumulate: true);
            if (drecurrent is not null)
                kernels.LinearWeightGrad(continued, y.Rows(at.Before, at.Continued), drecurrent);
        }

        if (sums.WantedGrad() is { } dsums)
            kernels.Accumulate(dgates, 1, dsums);
    }
}
