namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// L(N, D) = E + A/N^α + B/D^β: the loss of a model of N parameters that has learned from D tokens (Hoffmann et al. 2022, arXiv:2203.15556, equation 2).
/// </summary>
/// <param name="E">What no model can get below: the entropy of the text, in nats a token.</param>
/// <param name="A">What too small a model costs.</param>
/// <param name="B">What too little text costs.</param>
/// <param name="Alpha">How fast the first cost falls with parameters.</param>
/// <param name="Beta">How fast the second falls with tokens.</param>
public sealed record ScalingLaw(double E, double A, double B, double Alpha, double Beta)
{
    /// <summary>The exponent a of the compute-optimal size N ∝ C^a: β/(α + β).</summary>
    public double SizeExponent => Beta / (Alpha + Beta);

    /// <summary>The exponent b of the compute-optimal number of tokens D ∝ C^b: α/(α + β).</summary>
    public double TokensExponent => Alpha / (Alpha + Beta);

    /// <summary>The loss that the law gives, nats a token.</summary>
    /// <param name="parameters">N.</param>
    /// <param name="tokens">D.</param>
    public double Loss(double parameters, double tokens) => E + (A * Math.Pow(parameters, -Alpha)) + (B * Math.Pow(tokens, -Beta));

    /// <summary>
    /// The size and the number of tokens of least loss for so many operations C = k·N·D: N = G·(C/k)^a and D = (C/k)^b / G with G = (αA/βB)^(1/(α + β))
    /// (Hoffmann et al. 2022, equation 4).
    /// </summary>
    /// <param name="operations">C.</param>
    /// <param name="perParameterAndToken">k: operations of training for each parameter and token.</param>
    public (double Parameters, double Tokens) Optimum(double operations, double perParameterAndToken = ScalingPoint.OperationsPerParameterAndToken)
    {
        double balance = Math.Pow(Alpha * A / (Beta * B), 1 / (Alpha + Beta)), product = operations / perParameterAndToken;
        return (balance * Math.Pow(product, SizeExponent), Math.Pow(product, TokensExponent) / balance);
    }
}
