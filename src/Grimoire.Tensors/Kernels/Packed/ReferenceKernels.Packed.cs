namespace Grimoire.Tensors;

/// <summary>What packed weights do to activations.</summary>
internal sealed partial class ReferenceKernels
{
    /// <summary>Activations in eight bits, a scale for every 32 of a row, as numbers again.</summary>
    private static double[] Rounded(in Elements x)
    {
        var rounded = new double[x.Count];
        for (int first = 0; first < rounded.Length; first += QuantizedRows.Size)
        {
            float largest = 0;
            for (int i = first; i < first + QuantizedRows.Size; i++)
                largest = MathF.Max(largest, MathF.Abs((float)x[i]));
            float scale = float.IsFinite(largest) ? largest / 127 : float.NaN;
            for (int i = first; i < first + QuantizedRows.Size && scale != 0; i++)
                rounded[i] = (double)scale * Math.Clamp(MathF.Round((float)x[i] / scale), -127, 127);
        }

        return rounded;
    }

    /// <summary>y = x Wᵀ + b where a quantised weight is packed: the activations are rounded, the products are not.</summary>
    private static void PackedLinear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        Elements weights = new(weight), biases = new(bias ?? weight), ys = new(y);
        double[] xs = Rounded(new Elements(x));
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        for (long row = 0; row < x.Shape.Rows; row++)
        {
            for (long o = 0; o < outputs; o++)
            {
                double sum = bias is null ? 0 : biases[o];
                for (long i = 0; i < inputs; i++)
                    sum += xs[(row * inputs) + i] * weights[(o * inputs) + i];
                ys[(row * outputs) + o] = sum;
            }
        }
    }
}
