namespace Grimoire.Tensors.Tests;

/// <content>Steps of optimizers; what each changes is a case of its own.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Optimizers()
    {
        foreach (int count in (int[])[1, 17, 131])
        {
            for (int part = 0; part < 3; part++)
                yield return AdamW(count, part);
            for (int part = 0; part < 3; part++)
                yield return AdamWTogether(count, part);
            for (int part = 0; part < 2; part++)
                yield return Sgd(count, part);
            yield return new(
                "Sgd", $"no velocity [{count}]", [Constant(count), Constant(count)],
                (w, x) => Written(x[0], () => w.Kernels.Sgd(x[0], x[1], null, 0.1f, 0, 0.01f, 2)), 0);
        }
    }

    private static OpCase AdamW(int count, int part)
    {
        var step = new AdamWStep(3e-3f, 0.9f, 0.999f, 1e-8f, 0.1f, 1 - MathF.Pow(0.9f, 7), 1 - MathF.Pow(0.999f, 7), 0.5f);
        Input[] operands = [Constant(count), Constant(count), Constant(count), new(count, Grad: false, Draw.Positive)];
        int changed = part == 0 ? 0 : part + 1;
        return new(
            "AdamW", $"[{count}] operand {changed}", operands,
            (w, x) => Written(x[changed], () => w.Kernels.AdamW(x[0], x[1], x[2], x[3], step)), 12.0 * count);
    }

    /// <summary>Three parameters in one call, the middle one large; what is changed of the last is the case.</summary>
    private static OpCase AdamWTogether(int count, int part)
    {
        var step = new AdamWStep(3e-3f, 0.9f, 0.999f, 1e-8f, 0, 0.5f, 0.25f, 0.5f);
        Input[] operands = [Constant(count), Constant(count), Constant(count), new(count, Grad: false, Draw.Positive), Constant(20_001), new(20_001, Grad: false, Draw.Positive)];
        int changed = part == 0 ? 0 : part + 1;
        return new("AdamW", $"[{count}] of three, operand {changed}", operands, (w, x) => Written(x[changed], () =>
        {
            Tensor before = w.Zeros(count), large = w.Zeros(x[4].Shape);
            w.Kernels.AdamW([new(before, x[1], w.Zeros(count), w.Zeros(count), 0.2f), new(large, x[4], w.Zeros(x[4].Shape), x[5], 0), new(x[0], x[1], x[2], x[3], 0.1f)], step);
        }), 12.0 * count);
    }

    private static OpCase Sgd(int count, int part)
    {
        int changed = 2 * part;
        return new(
            "Sgd", $"[{count}] operand {changed}", [Constant(count), Constant(count), Constant(count)],
            (w, x) => Written(x[changed], () => w.Kernels.Sgd(x[0], x[1], x[2], 0.1f, 0.9f, 0.01f, 0.5f)), 6.0 * count);
    }
}
