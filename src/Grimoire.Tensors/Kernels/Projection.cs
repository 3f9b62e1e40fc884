namespace Grimoire.Tensors;

/// <summary>One of several linear layers that read the same rows: y = x Wᵀ + b.</summary>
/// <param name="Weight">W, <c>[out, in]</c>.</param>
/// <param name="Bias">b, <c>[out]</c>, or null.</param>
/// <param name="Y">What is written, <c>[rows, out]</c>.</param>
public readonly record struct Projection(Tensor Weight, Tensor? Bias, Tensor Y);
