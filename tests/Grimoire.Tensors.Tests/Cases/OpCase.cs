namespace Grimoire.Tensors.Tests;

/// <summary>One use of an op, or of a kernel that no op calls: what is tested, and what is measured.</summary>
/// <param name="Op">The name of the method of <see cref="Ops"/> or <see cref="Kernels"/>.</param>
/// <param name="Detail">Sizes and options.</param>
/// <param name="Inputs">The operands.</param>
/// <param name="Run">Computes the output.</param>
/// <param name="Flops">Floating-point operations of a forward pass.</param>
public sealed record OpCase(string Op, string Detail, Input[] Inputs, Func<Workspace, Tensor[], Tensor> Run, double Flops)
{
    /// <summary>Float32 may differ from float64 by this much of the result's root mean square and of the element itself.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Whether elements are compared on their own scale, because they are of many magnitudes.</summary>
    public bool ManyMagnitudes => Inputs.Any(input => input.Draw == Draw.Special);

    /// <summary>Whether a central difference means anything: not at kinks and not at numbers far apart.</summary>
    public bool Smooth => Inputs.Any(input => input.Grad) && !ManyMagnitudes;

    /// <summary>What tests and benchmarks print.</summary>
    public string Name => $"{Op} {Detail}";

    /// <summary>The operands in a workspace.</summary>
    public Tensor[] Make(Workspace workspace) =>
        [.. Inputs.Select((input, i) => input.Make(workspace, seed: 1000 + i))];

    /// <summary>Bytes that a forward pass reads and writes once.</summary>
    public static double Bytes(Tensor[] inputs, Tensor output) =>
        inputs.Append(output).Sum(tensor => (double)tensor.DType.Bytes(tensor.Shape.Count));
}
