using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Optimizers;

public sealed class MuonTests
{
    [Theory]
    [InlineData(12, 12)]
    [InlineData(30, 8)]
    [InlineData(8, 30)]
    [InlineData(1, 5)]
    public void Orthogonalizing_brings_singular_values_near_one_and_keeps_directions(int rows, int columns)
    {
        // A diagonal in a rotated frame: its singular values are known, and lie a factor of ten apart.
        int side = Math.Min(rows, columns);
        double[,] left = Orthonormal(rows, side, 1), right = Orthonormal(columns, side, 2);
        var workspace = new Workspace(Kernels.Simd);
        Tensor g = workspace.New((rows, columns));
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                g.Span<float>()[(r * columns) + c] = (float)Enumerable.Range(0, side).Sum(k => (1 + (9.0 * k / side)) * left[r, k] * right[c, k]);
        }

        float[] result = Muon.Orthogonalize(workspace, g).ToArray<float>();
        for (int j = 0; j < side; j++)
        {
            for (int k = 0; k < side; k++)
            {
                double value = 0;
                for (int r = 0; r < rows; r++)
                {
                    for (int c = 0; c < columns; c++)
                        value += left[r, j] * result[(r * columns) + c] * right[c, k];
                }

                if (j == k)
                    Assert.InRange(value, 0.65, 1.25);
                else
                    Assert.Equal(0, value, 1e-3);
            }
        }
    }

    [Fact]
    public void A_step_is_momentum_made_orthogonal_for_hidden_matrices_and_AdamW_for_the_rest()
    {
        const float Momentum = 0.95f, Rate = 0.02f, Decay = 0.1f;
        var options = new AdamWOptions(Decay: Decay);
        Parameter[] parameters = All(), rest = [.. All().Where(p => p.Name != "blocks.0.mlp.up.weight")];
        double[] weight = OptimizerTests.Copies([parameters[1]])[0], velocity = new double[weight.Length];
        var muon = new Muon(parameters, options, Kernels.Simd, Momentum);
        var adam = new AdamW(rest, options, Kernels.Simd);
        for (int t = 1; t <= 3; t++)
        {
            OptimizerTests.GiveGradients(parameters, t);
            for (int i = 0; i < rest.Length; i++)
                rest[i].Tensor.Grad = parameters.Single(p => p.Name == rest[i].Name).Tensor.Grad;
            muon.Step(Rate, 0.5f);
            adam.Step(Rate, 0.5f);
            var ahead = new double[weight.Length];
            for (int i = 0; i < weight.Length; i++)
            {
                double g = 0.5 * OptimizerTests.Gradient(1, i, t);
                velocity[i] = (Momentum * velocity[i]) + g;
                ahead[i] = (Momentum * velocity[i]) + g;
            }

            double[] direction = NewtonSchulz(ahead, 6, 4);
            for (int i = 0; i < weight.Length; i++)
                weight[i] = (weight[i] * (1 - (Rate * Decay))) - (Rate * 0.2 * Math.Sqrt(6) * direction[i]);
        }

        OptimizerTests.AssertClose([weight], [parameters[1]]);
        foreach (Parameter p in rest)
            Assert.Equal(p.Tensor.ToArray<float>(), parameters.Single(q => q.Name == p.Name).Tensor.ToArray<float>());
        Assert.Equal(["blocks.0.mlp.up.weight.velocity"], muon.State.Select(p => p.Name).Where(name => name.EndsWith("velocity", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Embeddings_and_unembeddings_of_a_model_are_not_hidden(bool gpt2)
    {
        ModelConfig config = gpt2 ? Gpt2.Config(1, 2, 8, 8, 11) : Llama.Config(1, 2, 8, 8, 11);
        var model = new Transformer(config, Initialization.Random(config, 1));
        model.SetTrainable(true);
        string[] hidden = [.. new Muon(model.Parameters, new(), Kernels.Simd).State.Select(p => p.Name).Where(n => n.EndsWith(".velocity", StringComparison.Ordinal))];
        Assert.Equal(gpt2 ? 6 : 7, hidden.Length);
        Assert.All(hidden, name => Assert.StartsWith("blocks.0.", name));
    }

    private static Parameter[] All() =>
    [
        OptimizerTests.Random("embed.tokens", (5, 4), 1), OptimizerTests.Random("blocks.0.mlp.up.weight", (6, 4), 2),
        OptimizerTests.Random("head.weight", (5, 4), 3), OptimizerTests.Random("norm.weight", 4, 4),
    ];

    /// <summary>The iteration on a tall matrix in float64.</summary>
    private static double[] NewtonSchulz(double[] g, int rows, int columns)
    {
        double norm = Math.Sqrt(g.Sum(v => v * v)) + 1e-7;
        double[] x = [.. g.Select(v => v / norm)];
        for (int iteration = 0; iteration < 5; iteration++)
        {
            double[] gram = Product((i, k) => x[(k * columns) + i], (k, j) => x[(k * columns) + j], columns, rows, columns);
            double[] square = Product((i, k) => gram[(i * columns) + k], (k, j) => gram[(k * columns) + j], columns, columns, columns);
            double[] mix = [.. gram.Zip(square, (a, b) => (-4.7750 * a) + (2.0315 * b))];
            double[] turned = Product((i, k) => x[(i * columns) + k], (k, j) => mix[(k * columns) + j], rows, columns, columns);
            x = [.. x.Zip(turned, (a, b) => (3.4445 * a) + b)];
        }

        return x;
    }

    private static double[] Product(Func<int, int, double> a, Func<int, int, double> b, int rows, int inner, int columns)
    {
        var y = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                y[(i * columns) + j] = Enumerable.Range(0, inner).Sum(k => a(i, k) * b(k, j));
        }

        return y;
    }

    /// <summary>Columns of length one, at right angles (Gram and Schmidt).</summary>
    private static double[,] Orthonormal(int rows, int columns, ulong seed)
    {
        var q = new double[rows, columns];
        for (int c = 0; c < columns; c++)
        {
            double[] v = [.. Enumerable.Range(0, rows).Select(r => (double)CountedRandom.Normal(seed, (ulong)((c * rows) + r)))];
            for (int earlier = 0; earlier < c; earlier++)
            {
                double along = Enumerable.Range(0, rows).Sum(r => v[r] * q[r, earlier]);
                for (int r = 0; r < rows; r++)
                    v[r] -= along * q[r, earlier];
            }

            double length = Math.Sqrt(v.Sum(x => x * x));
            for (int r = 0; r < rows; r++)
                q[r, c] = v[r] / length;
        }

        return q;
    }
}
