namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// L(N, D) = E + A/N^α + B/D^β: the loss of a model of N parameters that has learned from D tokens (Hoffmann et al. 2022, arXiv:2203.15556, equation 2).
/// A and B are held by their logarithms, because those of steep laws are beyond what a number can hold.
/// </summary>
/// <param name="E">What no model can get below: the entropy of the text, in nats a token.</param>
/// <param name="LogA">ln A.</param>
/// <param name="LogB">ln B.</param>
/// <param name="Alpha">How fast the cost of too small a model falls with parameters.</param>
/// <param name="Beta">How fast the cost of too little text falls with tokens.</param>
public sealed record ScalingLaw(double E, double LogA, double LogB, double Alpha, double Beta)
{
    /// <summary>What too small a model costs, at a single parameter.</summary>
    public double A => Math.Exp(LogA);

    /// <summary>What too little text costs, at a single token.</summary>
    public double B => Math.Exp(LogB);

    /// <summary>The exponent a of the compute-optimal size N ∝ C^a: β/(α + β).</summary>
    public double SizeExponent => Beta / (Alpha + Beta);

    /// <summary>The exponent b of the compute-optimal number of tokens D ∝ C^b: α/(α + β).</summary>
    public double TokensExponent => Alpha / (Alpha + Beta);

    /// <summary>The law of these five numbers.</summary>
    public static ScalingLaw Of(double e, double a, double b, double alpha, double beta) => new(e, Math.Log(a), Math.Log(b), alpha, beta);

    /// <summary>The loss that the law gives, nats a token.</summary>
    /// <param name="parameters">N.</param>
    /// <param name="tokens">D.</param>
    public double Loss(double parameters, double tokens) => E + Math.Exp(LogA - (Alpha * Math.Log(parameters))) + Math.Exp(LogB - (Beta * Math.Log(tokens)));

    /// <summary>
    /// The size and the number of tokens of least loss for so many operations C = k·N·D: N = G·(C/k)^a and D = (C/k)^b / G with G = (αA/βB)^(1/(α + β))
    /// (Hoffmann et al. 2022, equation 4).
    /// </summary>
    /// <param name="operations">C.</param>
    /// <param name="perParameterAndToken">k: operations of training for each parameter and token.</param>
    public (double Parameters, double Tokens) Optimum(double operations, double perParameterAndToken = ScalingPoint.OperationsPerParameterAndToken)
    {
        double product = operations / perParameterAndToken, balance = Math.Exp((Math.Log(Alpha / Beta) + LogA - LogB) / (Alpha + Beta));
        return (balance * Math.Pow(product, SizeExponent), Math.Pow(product, TokensExponent) / balance);
    }
}
