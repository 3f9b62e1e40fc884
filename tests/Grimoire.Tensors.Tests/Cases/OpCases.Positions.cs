namespace Grimoire.Tensors.Tests;

/// <content>Rotary positions.</content>
public static partial class OpCases
{
    private static readonly double[] Frequencies = [.. Enumerable.Range(0, 64).Select(i => Math.Pow(10000, -i / 32.0))];

    private static IEnumerable<OpCase> Positions()
    {
        foreach ((int tokens, int pairs) in ((int, int)[])[(1, 1), (17, 5), (3, 32), (65, 9)])
        {
            yield return new(
                "RotaryTable", $"{tokens}×{pairs}", [Ids(tokens, 4000)], (w, x) => Ops.RotaryTable(w, x[0], Frequencies.AsSpan(0, pairs), 1.25), 0);
        }

        foreach (bool interleaved in (bool[])[false, true])
        {
            yield return Rotary((1, 1, 2), 1, interleaved);
            yield return Rotary((3, 2, 16), 8, interleaved);
            yield return Rotary((17, 3, 34), 17, interleaved);
            yield return Rotary((5, 1, 130), 64, interleaved);
            yield return Rotary((4, 2, 24), 5, interleaved);
            yield return Rotary((3, 2, 9), 3, interleaved);
            yield return Rotate((5, 2, 22), 9, interleaved);
            yield return Rotate((1, 2, 64), 32, interleaved);
        }
    }

    /// <summary>In place where nothing is recorded.</summary>
    private static OpCase Rotate(Shape shape, int pairs, bool interleaved) => new(
        "Rotate", $"{shape} {pairs} pairs {(interleaved ? "interleaved" : "half-split")}", [new(shape), Ids(shape[0], 100)],
        (w, x) => Ops.Rotate(x[0] * 2, Ops.RotaryTable(w, x[1], Frequencies.AsSpan(0, pairs)), interleaved), 4 * shape.Count);

    private static OpCase Rotary(Shape shape, int pairs, bool interleaved) => new(
        "Rotary", $"{shape} {pairs} pairs {(interleaved ? "interleaved" : "half-split")}", [new(shape), Ids(shape[0], 100)],
        (w, x) => Ops.Rotary(x[0], Ops.RotaryTable(w, x[1], Frequencies.AsSpan(0, pairs)), interleaved), 3 * shape.Count);
}
