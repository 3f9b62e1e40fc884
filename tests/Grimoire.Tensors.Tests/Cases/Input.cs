namespace Grimoire.Tensors.Tests;

/// <summary>What an input's elements are drawn from.</summary>
public enum Draw
{
    /// <summary>A normal distribution.</summary>
    Normal,

    /// <summary>Its absolute value, as second moments are.</summary>
    Positive,

    /// <summary>A normal distribution, its first elements replaced by zeros, tiny and large numbers.</summary>
    Special,

    /// <summary>Few values, so that maxima are tied.</summary>
    Tied,

    /// <summary>A normal distribution, every third element but the first of each row −∞.</summary>
    Masked,

    /// <summary>Integers below a limit.</summary>
    Ids,

    /// <summary>Integers below a limit, every third −1.</summary>
    IgnoredIds,
}

/// <summary>One operand of a case: made again, equal, in any workspace.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Grad">Whether its gradient is wanted.</param>
/// <param name="Draw">How its elements are drawn.</param>
/// <param name="Scale">Multiplies them.</param>
/// <param name="Limit">The bound of integers.</param>
/// <param name="Stored">F16, BF16 or a quantised type for a weight stored so.</param>
/// <param name="Parameter">Whether it owns its memory instead of living in the workspace.</param>
public sealed record Input(
    Shape Shape, bool Grad = true, Draw Draw = Draw.Normal, float Scale = 1, int Limit = 0, DType? Stored = null, bool Parameter = false)
{
    private static readonly float[] SpecialValues = [0, -0f, 1e-30f, -1e-30f, 1e-40f, -1e-40f, 20, -20, 90, -90, 120, -120, 1e4f, -1e4f, 0.5f, -0.5f, 4, -4];

    /// <summary>The operand, with the numbers of a seed.</summary>
    public Tensor Make(Workspace workspace, int seed)
    {
        var random = new Random(seed);
        if (Draw is Draw.Ids or Draw.IgnoredIds)
        {
            Tensor ids = workspace.New(Shape, DType.I32);
            Span<int> elements = ids.Span<int>();
            for (int i = 0; i < elements.Length; i++)
                elements[i] = Draw == Draw.IgnoredIds && i % 3 == 2 ? -1 : random.Next(Limit);
            return ids;
        }

        DType type = Stored ?? workspace.DType;
        if (type.IsQuantized())
        {
            float[] numbers = [.. Enumerable.Range(0, (int)Shape.Count).Select(i => Number(random, i))];
            return Quantization.Quantize(Tensor.From(Shape, numbers), type);
        }

        Tensor tensor = Parameter || Stored is not null ? Tensor.Zeros(Shape, type) : workspace.New(Shape, type);
        for (int i = 0; i < Shape.Count; i++)
            Numbers.Set(tensor, i, Number(random, i));
        return tensor;
    }

    // Drawn as float32, so that every precision starts from the same numbers.
    private float Number(Random random, int i)
    {
        float normal = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return Draw switch
        {
            Draw.Positive => Scale * Math.Abs(normal),
            Draw.Special when i < SpecialValues.Length => SpecialValues[i],
            Draw.Tied => MathF.Round(normal),
            Draw.Masked when i % Shape.Last % 3 == 1 => float.NegativeInfinity,
            _ => Scale * normal,
        };
    }
}
