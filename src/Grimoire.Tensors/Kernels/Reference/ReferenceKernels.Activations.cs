namespace Grimoire.Tensors;

/// <summary>The nonlinearities and their slopes, number by number.</summary>
internal sealed partial class ReferenceKernels
{
    private const double GeluCubic = 0.044715;
    private static readonly double RootTwoOverPi = Math.Sqrt(2 / Math.PI);

    /// <summary>σ(x).</summary>
    internal static double Value(Activation kind, double x) => kind switch
    {
        Activation.Sigmoid => Sigmoid(x),
        Activation.Tanh => Math.Tanh(x),
        Activation.Relu => Math.Max(x, 0),
        Activation.Gelu => x * NormalDistribution(x),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(GeluAngle(x))),
        Activation.Silu => x * Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>σ′(x).</summary>
    internal static double Slope(Activation kind, double x)
    {
        switch (kind)
        {
            case Activation.Sigmoid:
                return Sigmoid(x) * Sigmoid(-x);
            case Activation.Tanh:
                double tanh = Math.Tanh(x);
                return 1 - (tanh * tanh);
            case Activation.Relu:
                return x > 0 ? 1 : 0;
            case Activation.Gelu:
                return NormalDistribution(x) + (x * NormalDensity(x));
            case Activation.GeluTanh:
                double t = Math.Tanh(GeluAngle(x));
                return (0.5 * (1 + t)) + (0.5 * x * (1 - (t * t)) * RootTwoOverPi * (1 + (3 * GeluCubic * x * x)));
            case Activation.Silu:
                return Sigmoid(x) * (1 + (x * Sigmoid(-x)));
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    /// <summary>
    /// Φ(x) = ½ (1 + erf(x/√2)). Near the middle ½ + φ(x) Σ x²ⁿ⁺¹/(2n+1)!!; in the tails φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))), which does not cancel
    /// (Abramowitz and Stegun 26.2.11 and 26.2.14).
    /// </summary>
    internal static double NormalDistribution(double x)
    {
        const double Middle = 2;
        const int Depth = 80;
        if (double.IsNaN(x))
            return x;
        if (Math.Abs(x) <= Middle)
        {
            double sum = 0;
            double term = x;
            for (int n = 1; sum + term != sum; n++)
            {
                sum += term;
                term *= x * x / ((2 * n) + 1);
            }

            return 0.5 + (NormalDensity(x) * sum);
        }

        double distance = Math.Abs(x);
        double fraction = distance;
        for (int n = Depth; n > 0; n--)
            fraction = distance + (n / fraction);
        double tail = NormalDensity(x) / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    private static double NormalDensity(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double GeluAngle(double x) => RootTwoOverPi * (x + (GeluCubic * x * x * x));
}
