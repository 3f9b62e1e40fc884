using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Optimizers;

/// <summary>Optimizers against plain loops in float64, written here.</summary>
public sealed class OptimizerTests
{
    private const int Steps = 6;
    private static readonly Shape Matrix = new(3, 5);

    [Fact]
    public void AdamW_is_what_the_paper_says_and_decays_matrices_only()
    {
        const double Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, Decay = 0.1, Rate = 0.01;
        Parameter[] parameters = [Random("blocks.0.w.weight", Matrix, 1), Random("blocks.0.w.bias", 7, 2)];
        double[][] weights = Copies(parameters);
        double[][] m = [.. weights.Select(w => new double[w.Length])], v = [.. weights.Select(w => new double[w.Length])];
        var optimizer = new AdamW(parameters, new AdamWOptions((float)Beta1, (float)Beta2, (float)Epsilon, (float)Decay), Kernels.Simd);
        for (int t = 1; t <= Steps; t++)
        {
            GiveGradients(parameters, t);
            optimizer.Step((float)Rate, 0.5f);
            for (int p = 0; p < parameters.Length; p++)
            {
                for (int i = 0; i < weights[p].Length; i++)
                {
                    double g = 0.5 * Gradient(p, i, t);
                    m[p][i] = (Beta1 * m[p][i]) + ((1 - Beta1) * g);
                    v[p][i] = (Beta2 * v[p][i]) + ((1 - Beta2) * g * g);
                    if (p == 0)
                        weights[p][i] *= 1 - (Rate * Decay);
                    weights[p][i] -= Rate * (m[p][i] / (1 - Math.Pow(Beta1, t))) / (Math.Sqrt(v[p][i] / (1 - Math.Pow(Beta2, t))) + Epsilon);
                }
            }
        }

        AssertClose(weights, parameters);
        Assert.Equal(Steps, optimizer.Steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Sgd_with_and_without_momentum(double momentum)
    {
        const double Decay = 0.2, Rate = 0.05;
        Parameter[] parameters = [Random("w", Matrix, 1), Random("b", 7, 2)];
        double[][] weights = Copies(parameters), velocity = [.. weights.Select(w => new double[w.Length])];
        var optimizer = new Sgd(parameters, Kernels.Simd, (float)momentum, (float)Decay);
        for (int t = 1; t <= Steps; t++)
        {
            GiveGradients(parameters, t);
            optimizer.Step((float)Rate, 0.5f);
            for (int p = 0; p < parameters.Length; p++)
            {
                for (int i = 0; i < weights[p].Length; i++)
                {
                    velocity[p][i] = (momentum * velocity[p][i]) + (0.5 * Gradient(p, i, t));
                    weights[p][i] = (weights[p][i] * (p == 0 ? 1 - (Rate * Decay) : 1)) - (Rate * velocity[p][i]);
                }
            }
        }

        AssertClose(weights, parameters);
        Assert.Equal(momentum == 0 ? 0 : 2, optimizer.State.Count());
    }

    [Fact]
    public void The_norm_is_that_of_all_gradients_together_and_clipping_brings_it_to_the_limit()
    {
        Parameter[] parameters = [Random("embed.tokens", Matrix, 1), Random("blocks.0.w.weight", Matrix, 2), Random("norm.weight", 7, 3)];
        Optimizer[] optimizers = [new AdamW(parameters, new(), Kernels.Simd), new Muon(parameters, new(), Kernels.Simd), new Sgd(parameters, Kernels.Simd)];
        foreach (Optimizer optimizer in optimizers)
        {
            GiveGradients(parameters, 1);
            double expected = Math.Sqrt(parameters.SelectMany((p, n) => Enumerable.Range(0, (int)p.Tensor.Shape.Count).Select(i => Math.Pow(Gradient(n, i, 1), 2))).Sum());
            double norm = optimizer.GradientNorm();
            Assert.Equal(expected, norm, 1e-5);
            Assert.Equal(0.25, norm * Optimizer.ClipScale(norm, 0.25), 1e-6);
            Assert.Equal(1, Optimizer.ClipScale(norm, 2 * norm));
            Assert.Equal(1, Optimizer.ClipScale(norm, 0));
            optimizer.ZeroGradients();
            Assert.Equal(0, optimizer.GradientNorm());
        }
    }

    [Theory]
    [InlineData("AdamW")]
    [InlineData("Muon")]
    [InlineData("Sgd")]
    public void Its_state_and_steps_are_all_its_memory(string kind)
    {
        Parameter[] one = Three(), other = Three();
        Optimizer first = Make(kind, one), second = Make(kind, other);
        for (int t = 1; t <= 3; t++)
            Advance(first, one, t);

        second.Steps = first.Steps;
        foreach ((Parameter from, Parameter to) in first.State.Zip(second.State))
        {
            Assert.Equal(from.Name, to.Name);
            from.Tensor.Span<float>().CopyTo(to.Tensor.Span<float>());
        }

        foreach ((Parameter from, Parameter to) in one.Zip(other))
            from.Tensor.Span<float>().CopyTo(to.Tensor.Span<float>());
        for (int t = 4; t <= 6; t++)
        {
            Advance(first, one, t);
            Advance(second, other, t);
        }

        foreach ((Parameter a, Parameter b) in one.Zip(other))
            Assert.Equal(a.Tensor.ToArray<float>(), b.Tensor.ToArray<float>());
        Assert.Equal(first.State.Count(), first.State.Select(p => p.Name).Distinct().Count());

        first.Reset();
        Assert.Equal(0, first.Steps);
        Assert.All(first.State, p => Assert.All(p.Tensor.ToArray<float>(), value => Assert.Equal(0, value)));
    }

    [Fact]
    public void A_step_of_rate_nothing_changes_no_weight()
    {
        foreach (string kind in (string[])["AdamW", "Muon", "Sgd"])
        {
            Parameter[] parameters = Three();
            double[][] before = Copies(parameters);
            Optimizer optimizer = Make(kind, parameters);
            GiveGradients(parameters, 1);
            optimizer.Step(0);
            Assert.Equal(before, Copies(parameters));
        }
    }

    [Fact]
    public void Frozen_parameters_are_left_alone_and_nothing_to_train_is_refused()
    {
        Parameter frozen = Random("a", Matrix, 1), trained = Random("b", Matrix, 2);
        frozen.Tensor.RequiresGrad = false;
        Assert.Equal(["b"], new Sgd([frozen, trained], Kernels.Simd).Parameters.Select(p => p.Name));
        Assert.Throws<ArgumentException>(() => new Sgd([frozen], Kernels.Simd));
    }

    internal static Parameter Random(string name, Shape shape, ulong seed)
    {
        Tensor tensor = RandomTensor.Normal(shape, seed);
        tensor.RequiresGrad = true;
        return new Parameter(name, tensor);
    }

    internal static double Gradient(int parameter, int i, int step) => (float)CountedRandom.Normal((ulong)(100 + (10 * parameter) + step), (ulong)i);

    internal static void GiveGradients(Parameter[] parameters, int step)
    {
        for (int p = 0; p < parameters.Length; p++)
        {
            Tensor grad = Tensor.Zeros(parameters[p].Tensor.Shape);
            Span<float> values = grad.Span<float>();
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)Gradient(p, i, step);
            parameters[p].Tensor.Grad = grad;
        }
    }

    internal static double[][] Copies(Parameter[] parameters) => [.. parameters.Select(p => p.Tensor.ToArray<float>().Select(x => (double)x).ToArray())];

    internal static void AssertClose(double[][] expected, Parameter[] parameters)
    {
        for (int p = 0; p < parameters.Length; p++)
        {
            float[] actual = parameters[p].Tensor.ToArray<float>();
            for (int i = 0; i < actual.Length; i++)
                Assert.Equal(expected[p][i], actual[i], 2e-5);
        }
    }

    private static Parameter[] Three() => [Random("embed.tokens", Matrix, 1), Random("blocks.0.w.weight", Matrix, 2), Random("norm.weight", 7, 3)];

    private static Optimizer Make(string kind, Parameter[] parameters) => kind switch
    {
        "AdamW" => new AdamW(parameters, new AdamWOptions(), Kernels.Simd),
        "Muon" => new Muon(parameters, new AdamWOptions(), Kernels.Simd),
        _ => new Sgd(parameters, Kernels.Simd, 0.9f, 0.1f),
    };

    private static void Advance(Optimizer optimizer, Parameter[] parameters, int step)
    {
        GiveGradients(parameters, step);
        optimizer.Step(0.01f, Optimizer.ClipScale(optimizer.GradientNorm(), 1));
    }
}
