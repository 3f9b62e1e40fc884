namespace Grimoire.Tensors.Tests;

/// <content>Columns moved, and the recurrent layer.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Recurrence()
    {
        foreach ((int rows, int left, int right) in ((int, int, int)[])[(1, 1, 1), (3, 17, 5), (33, 65, 16)])
            yield return new("ConcatColumns", $"{left} and {right} × {rows}", [new((rows, left)), Weight((rows, right))], (_, x) =>
                Ops.ConcatColumns(x[0], x[1]), 0);
        foreach (bool accumulate in (bool[])[false, true])
        {
            yield return new(
                "CopyColumns", accumulate ? "added" : "set", [Constant((5, 40)), Constant((5, 23))],
                (w, x) => Written(x[1], () => w.Kernels.CopyColumns(x[0], 21, x[1], 3, 18, accumulate)), 0);
        }

        foreach (bool backwards in (bool[])[false, true])
        {
            yield return Lstm([1], 1, backwards);
            yield return Lstm([1, 1, 1], 5, backwards);
            yield return Lstm([3, 3, 1], 17, backwards);
            yield return Lstm([5, 4, 4, 2, 1, 1], 9, backwards);
        }

        foreach (int continued in (int[])[0, 2, 3])
        {
            for (int part = 0; part < 3; part++)
                yield return LstmCell(channels: 19, continued, part);
            yield return LstmCellGrad(channels: 19, continued, ofLast: false);
            if (continued > 0)
                yield return LstmCellGrad(channels: 19, continued, ofLast: true);
        }
    }

    private static OpCase Lstm(int[] counts, int channels, bool backwards) => new(
        "Lstm", $"{string.Join(' ', counts)} × {channels}{(backwards ? " backwards" : "")}",
            [new((counts.Sum(), 4 * channels)), Weight((4 * channels, channels), 0.3f)],
        (_, x) => Ops.Lstm(x[0], x[1], counts, backwards), 8.0 * counts.Sum() * channels * channels)
    {
        Tolerance = 2e-5,
    };

    /// <summary>The gates, the cells or the hidden numbers of three rows, of which some go on.</summary>
    private static OpCase LstmCell(int channels, int continued, int part) => new(
        "LstmCell", $"part {part}, {continued} of 3 × {channels} go on",
        [Constant((3, 4 * channels)), Constant((Math.Max(continued, 1), channels)), Constant((3, channels)), Constant((3, channels))],
        (w, x) => Written(x[part == 0 ? 0 : part + 1], () => w.Kernels.LstmCell(x[0], continued > 0 ? x[1] : null, x[2], x[3])), 0);

    private static OpCase LstmCellGrad(int channels, int continued, bool ofLast) => new(
        "LstmCellGrad", $"of {(ofLast ? "what was before" : "the gates")}, {continued} of 3 × {channels} go on",
        [
            new((3, 4 * channels), Grad: false, Draw.Positive, Scale: 0.3f), Constant((Math.Max(continued, 1), channels)), Constant((3, channels)),
                Constant((3, channels)),
            Constant((3, channels)), Constant((3, 4 * channels)), Constant((Math.Max(continued, 1), channels)),
        ],
        (w, x) => Written(x[ofLast ? 6 : 5], () => w.Kernels.LstmCellGrad(
            x[0], continued > 0 ? x[1] : null, x[2], x[3], x[4], x[5], continued > 0 ? x[6] : null)), 0);
}
