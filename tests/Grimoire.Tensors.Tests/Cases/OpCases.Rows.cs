namespace Grimoire.Tensors.Tests;

/// <content>Rows of tables, and patches.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Rows()
    {
        foreach ((int count, int channels, int ids) in ((int, int, int)[])[(1, 1, 1), (5, 17, 9), (70, 65, 33), (11, 130, 70)])
        {
            string size = $"{ids} of {count}×{channels}";
            yield return new("GatherRows", size, [new((count, channels)), Ids(ids, count)], (_, x) => Ops.GatherRows(x[0], x[1]), 0);
            yield return new("Embedding", size, [Weight((count, channels)), Ids(ids, count)], (w, x) => Ops.Embedding(w, x[0], x[1]), 0);
            foreach (DType type in (DType[])[DType.F16, DType.BF16])
            {
                yield return new(
                    "Embedding", $"{size} {type}", [Weight((count, channels), stored: type), Ids(ids, count)], (w, x) => Ops.Embedding(w, x[0], x[1]), 0);
            }

            yield return new(
                "ScatterRows", size, [Constant((ids, channels)), Ids(ids, count), Constant((count, channels))],
                (w, x) => Written(x[2], () => w.Kernels.ScatterRows(x[0], x[1], x[2])), ids * channels);
        }

        foreach ((int above, int below, int channels) in ((int, int, int)[])[(1, 1, 1), (3, 5, 17), (33, 2, 65)])
        {
            yield return new(
                "ConcatRows", $"{above} and {below} × {channels}", [Weight((above, channels)), new((below, channels))], (_, x) => Ops.ConcatRows(x[0], x[1]), 0);
        }

        foreach ((int from, int count, int to) in ((int, int, int)[])[(0, 7, 0), (3, 2, 5), (6, 1, 0), (2, 0, 4)])
        {
            yield return new(
                "CopyRows", $"{count} from {from} to {to}", [Constant((7, 3, 17)), Constant((9, 3, 17))],
                (w, x) => Written(x[1], () => w.Kernels.CopyRows(x[0], from, count, x[1], to)), 0);
        }

        yield return new(
            "CopyRows", "rounded to F16", [new((7, 3, 17), Grad: false, Draw.Special), Constant((9, 3, 17)) with { Stored = DType.F16 }],
            (w, x) => Written(x[1], () => w.Kernels.CopyRows(x[0], 0, 6, x[1], 2)), 0);
        foreach ((Shape image, int size) in ((Shape, int)[])[((1, 1, 3, 3), 3), ((2, 3, 6, 4), 2), ((1, 3, 5, 7), 1), ((2, 1, 28, 28), 7)])
        {
            yield return new("Patches", $"{image} of {size}", [new(image)], (_, x) => Ops.Patches(x[0], size), 0);
            int inputs = image[1] * size * size;
            yield return new(
                "PatchEmbed", $"{image} of {size}", [new(image), Weight((5, inputs)), Weight(5)],
                (_, x) => Ops.PatchEmbed(x[0], size, x[1], x[2]), 10 * image.Count);
        }
    }
}
