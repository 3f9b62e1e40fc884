using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The differentiable functions of tensors. An op computes its result in its operands' workspace and, where that has a tape and an operand requires a gradient,
/// records a <see cref="INode"/> that holds what its backward needs.
/// </summary>
/// <remarks>
/// Shapes and types are checked here, so that kernels need not: a wrong one is an <see cref="ArgumentException"/> that names the operand.
/// </remarks>
public static partial class Ops
{
    /// <summary>The one workspace of an op's operands, parameters having none.</summary>
    private static Workspace Home(Tensor a, Tensor? b = null, Tensor? c = null)
    {
        Workspace? home = a.Workspace ?? b?.Workspace ?? c?.Workspace;
        if (home is null)
            throw new ArgumentException("at least one operand must be an activation: copy a parameter into a workspace first", nameof(a));
        if ((b?.Workspace ?? home) != home || (c?.Workspace ?? home) != home)
            throw new ArgumentException("the operands are activations of different workspaces", nameof(b));
        return home;
    }

    /// <summary>Refuses an operand that is not of the workspace's activation type.</summary>
    private static void CheckType(Workspace workspace, Tensor x, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        if (x.DType != workspace.DType)
            Refuse(name, $"{name} is {x}, but activations here are {workspace.DType}");
    }

    /// <summary>Refuses a weight of integers, or one that is wider than activations are.</summary>
    private static void CheckWeight(Workspace workspace, Tensor weight)
    {
        if (weight.DType == DType.I32 || (weight.DType == DType.F64 && workspace.DType != DType.F64))
            Refuse(nameof(weight), $"a weight of {weight.DType} does not apply to activations of {workspace.DType}");
        if (weight.RequiresGrad && weight.DType != workspace.DType)
            Refuse(nameof(weight), $"a trained weight is of the activations' type {workspace.DType}, not {weight.DType}");
    }

    /// <summary>Refuses ids, positions or targets that are not <paramref name="count"/> integers.</summary>
    private static void CheckIds(Tensor ids, long count, [CallerArgumentExpression(nameof(ids))] string name = "")
    {
        if (ids.DType != DType.I32 || ids.Shape.Count != count)
            Refuse(name, $"{name} is {ids}, not I32 with {count} elements");
    }

    /// <summary>Refuses an operand of another shape.</summary>
    private static void CheckShape(Tensor x, Shape shape, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        if (x.Shape != shape)
            Refuse(name, $"{name} has shape {x.Shape}, not {shape}");
    }

    /// <summary>Refuses an operand with another number of axes.</summary>
    private static void CheckRank(Tensor x, int rank, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        if (x.Shape.Rank != rank)
            Refuse(name, $"{name} has shape {x.Shape}, which is not of {rank} axes");
    }

    [DoesNotReturn]
    private static void Refuse(string name, string message) => throw new ArgumentException(message, name);
}
