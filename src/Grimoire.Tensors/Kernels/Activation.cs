namespace Grimoire.Tensors;

/// <summary>The elementwise nonlinearities σ.</summary>
public enum Activation
{
    /// <summary>1 / (1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x · Φ(x) with the normal distribution function Φ through erf (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): GPT-2's approximation.</summary>
    GeluTanh,

    /// <summary>x · sigmoid(x), also called swish.</summary>
    Silu,
}
