using System.Numerics;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>The lengths of a weight's rows, and of W + s · B A without forming it.</summary>
internal static class RowNorms
{
    /// <summary>‖W[o]‖² of each row, summed in float64.</summary>
    /// <param name="weight"><c>[out, in]</c> of any type.</param>
    public static double[] Squares(Tensor weight)
    {
        Tensor wide = weight.DType == DType.F64 ? weight : weight.To(DType.F32, "");
        return wide.DType == DType.F64 ? Squares<double>(wide) : Squares<float>(wide);
    }

    /// <summary>The roots, in the tensor's type.</summary>
    public static void Roots(double[] squares, Tensor norms)
    {
        for (int row = 0; row < squares.Length; row++)
            Set(norms, row, Math.Sqrt(squares[row]));
    }

    /// <summary>1 / x of each element.</summary>
    public static void Invert(Tensor x, Tensor inverse)
    {
        for (int i = 0; i < x.Shape.Last; i++)
            Set(inverse, i, 1 / Get(x, i));
    }

    /// <summary>
    /// ‖W + s B A‖ of each row: ‖W‖² + 2s ⟨B, A Wᵀ⟩ + s² ⟨B, B (A Aᵀ)⟩, at the price of sending A's few rows through the layer. Scratch is left in the
    /// workspace.
    /// </summary>
    public static void OfSum(Tensor weight, double[] squares, Tensor a, Tensor b, double scale, Workspace workspace, Tensor norms)
    {
        Kernels kernels = workspace.Kernels;
        int rank = a.Shape[0], outputs = b.Shape[0];
        Tensor met = workspace.New((rank, outputs)), gram = workspace.New((rank, rank)), turned = workspace.New((outputs, rank));
        kernels.Linear(a, weight, bias: null, met);
        kernels.Linear(a, a, bias: null, gram);
        kernels.Linear(b, gram, bias: null, turned);
        for (int o = 0; o < outputs; o++)
        {
            double sum = squares[o];
            for (int r = 0; r < rank; r++)
                sum += Get(b, ((long)o * rank) + r) * scale * ((2 * Get(met, ((long)r * outputs) + o)) + (scale * Get(turned, ((long)o * rank) + r)));
            Set(norms, o, Math.Sqrt(Math.Max(sum, 0)));
        }
    }

    private static double[] Squares<T>(Tensor weight)
        where T : unmanaged, INumber<T>
    {
        double[] squares = new double[weight.Shape[0]];
        for (int row = 0; row < squares.Length; row++)
        {
            double sum = 0;
            foreach (T value in weight.Rows(row, 1).Span<T>())
                sum += double.CreateChecked(value) * double.CreateChecked(value);
            squares[row] = sum;
        }

        return squares;
    }

    private static double Get(Tensor x, long i) => x.DType == DType.F64 ? x.Span<double>()[(int)i] : x.Span<float>()[(int)i];

    private static void Set(Tensor x, long i, double value)
    {
        if (x.DType == DType.F64)
            x.Span<double>()[(int)i] = value;
        else
            x.Span<float>()[(int)i] = (float)value;
    }
}
