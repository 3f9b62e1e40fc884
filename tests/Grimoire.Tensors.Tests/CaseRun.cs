namespace Grimoire.Tensors.Tests;

/// <summary>What a case gave on one device: its output, and the gradients of Σ output ⊙ projection on top of <see cref="Before"/>.</summary>
internal sealed record CaseRun(double[] Output, double[]?[] Gradients)
{
    /// <summary>What gradients hold before the backward pass, which must add to them.</summary>
    public const double Before = 0.5;

    /// <param name="row">The case.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="type">The type of activations.</param>
    /// <param name="only">The one input whose gradient is wanted; null for all that have one.</param>
    /// <param name="taped">Whether there is a backward pass at all.</param>
    public static CaseRun Of(OpCase row, Kernels kernels, DType type, int? only = null, bool taped = true)
    {
        var workspace = new Workspace(kernels, taped ? new Tape() : null, type);
        Poison(workspace);
        Tensor[] inputs = row.Make(workspace);
        for (int i = 0; i < inputs.Length; i++)
            inputs[i].RequiresGrad = row.Inputs[i].Grad && (only is null || only == i);

        // An input of the network has its gradient made beforehand; a result within it, as when one input is alone, gets it during the backward pass.
        Tensor[] operands = only is null ? inputs : [.. inputs.Select(input => input is { RequiresGrad: true, Workspace: not null } ? Ops.Scale(input, 1) : input)];
        Tensor output = row.Run(workspace, operands);
        double[] values = Numbers.Of(output);
        if (!taped || !output.RequiresGrad)
            return new(values, new double[]?[inputs.Length]);

        // A parameter alone has no gradient yet, as in a first step: then what is written, not added, must be the same.
        double begun = only is null ? Before : 0;
        foreach (Tensor input in inputs.Where(input => input.RequiresGrad && (only is null || input.Workspace is not null)))
            Kernels.Reference.Fill(input.GradToAddTo(), Before);
        workspace.Tape!.Backward(Ops.Sum(output * Projection(workspace, output.Shape)));
        return new(values, [.. inputs.Select(input => input.RequiresGrad ? Gradient(input) : null)]);

        double[] Gradient(Tensor input) => [.. Numbers.Of(input.Grad!).Select(g => g + (input.Workspace is null ? Before - begun : 0))];
    }

    /// <summary>A constant to make any output one number.</summary>
    public static Tensor Projection(Workspace workspace, Shape shape) => new Input(shape, Grad: false).Make(workspace, seed: 99);

    /// <summary>Unset memory holds NaN, so that adding to it shows.</summary>
    private static void Poison(Workspace workspace)
    {
        workspace.New(1 << 15, DType.F32).Span<float>().Fill(float.NaN);
        workspace.Reset();
    }
}
