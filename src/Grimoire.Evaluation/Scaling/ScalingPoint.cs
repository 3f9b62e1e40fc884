using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Scaling;

/// <summary>A trained model as scaling laws see it.</summary>
/// <param name="Parameters">N, its size.</param>
/// <param name="Tokens">D, what it has learned from.</param>
/// <param name="Operations">C, the floating-point operations of its training.</param>
/// <param name="Loss">Its loss on held-out text, nats a token.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScalingPoint(double Parameters, double Tokens, double Operations, double Loss)
{
    /// <summary>Six operations for each parameter and token: two in the forward pass, four in the backward.</summary>
    public const double OperationsPerParameterAndToken = 6;

    /// <summary>The budget that its operations were meant to keep to; null where there was none.</summary>
    public double? Budget { get; init; }

    /// <summary>A point whose operations are C = 6·N·D.</summary>
    public static ScalingPoint Of(double parameters, double tokens, double loss) =>
        new(parameters, tokens, OperationsPerParameterAndToken * parameters * tokens, loss);
}
