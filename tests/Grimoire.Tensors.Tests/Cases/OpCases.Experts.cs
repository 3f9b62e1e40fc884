namespace Grimoire.Tensors.Tests;

/// <content>Rows sent to some of many layers.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Experts()
    {
        foreach ((int rows, int columns, int slots) in ((int, int, int)[])[(1, 1, 1), (3, 4, 2), (7, 33, 8), (65, 8, 3), (33, 130, 130)])
        {
            string size = $"{slots} of {rows}×{columns}";
            yield return new("TopK", size, [Constant((rows, columns))], (_, x) => Ops.TopK(x[0], slots), 0);
            yield return new("TopK", $"tied {size}", [new((rows, columns), Grad: false, Draw.Tied)], (_, x) => Ops.TopK(x[0], slots), 0);
            yield return new("TopK", $"masked {size}", [new((rows, columns), Grad: false, Draw.Masked)], (_, x) => Ops.TopK(x[0], slots), 0);
            yield return new("GatherColumns", size, [new((rows, columns)), Slots(rows, slots, columns)], (_, x) => Ops.GatherColumns(x[0], x[1]), 0);
            yield return new("GroupRows", $"rows {size}", [Slots(rows, slots, columns)], (_, x) => Ops.GroupRows(x[0], columns).Rows, 0);
            yield return new("GroupRows", $"places {size}", [Slots(rows, slots, columns)], (_, x) => Ops.GroupRows(x[0], columns).Places, 0);
            yield return new("GroupRows", $"counts {size}", [Slots(rows, slots, columns)], (_, x) => Ops.GroupRows(x[0], columns).Counts, 0);
        }

        foreach ((int rows, int places, int slots, int channels) in ((int, int, int, int)[])[(1, 1, 1, 1), (5, 9, 2, 17), (33, 66, 2, 65), (9, 30, 8, 130)])
        {
            yield return new(
                "MixRows", $"{slots} of {rows}×{channels} at {places}", [new((places, channels)), Slots(rows, slots, places), new((rows, slots))],
                (_, x) => Ops.MixRows(x[0], x[1], x[2]), 2 * rows * slots * channels);
        }

        yield return GroupedLinear(1, 5, 7, groups: 3);
        yield return GroupedLinear(9, 17, 5, groups: 1);
        yield return GroupedLinear(23, 33, 18, groups: 4);
        yield return GroupedLinear(40, 16, 33, groups: 3, stored: DType.BF16);
        yield return GroupedLinear(12, 64, 33, groups: 3, stored: DType.Q8_0);
    }

    private static Input Slots(int rows, int slots, int limit) => new((rows, slots), Grad: false, Draw.Ids, Limit: limit);

    /// <summary>The first input sends each row to a group, perhaps none to some.</summary>
    private static OpCase GroupedLinear(int rows, int inputs, int outputs, int groups, DType? stored = null) => new(
        "GroupedLinear", $"{rows}×{inputs}→{outputs} in {groups} {stored}",
        [Slots(rows, 1, groups), new((rows, inputs)), .. Enumerable.Repeat(Weight((outputs, inputs), stored: stored), groups)],
        (_, x) => Ops.GroupedLinear(x[1], x[2..], Ops.GroupRows(x[0], groups).Counts), 2.0 * rows * inputs * outputs);
}
