namespace Grimoire.Tensors.Tests;

/// <summary>The reference itself, against numbers from outside and against the definitions.</summary>
public sealed class ReferenceTests
{
    private readonly Workspace workspace = new(Kernels.Reference, type: DType.F64);

    [Theory]
    [InlineData(-9, 1.1285884059538422e-19)]
    [InlineData(-5, 2.866515718791946e-07)]
    [InlineData(-3, 0.0013498980316300957)]
    [InlineData(-2.0001, 0.022744733391410553)]
    [InlineData(-1.5, 0.06680720126885809)]
    [InlineData(-0.1, 0.460172162722971)]
    [InlineData(0, 0.5)]
    [InlineData(0.3, 0.6179114221889526)]
    [InlineData(1, 0.8413447460685429)]
    [InlineData(1.9999, 0.9772444684152328)]
    [InlineData(2.5, 0.9937903346742238)]
    [InlineData(4, 0.9999683287581669)]
    public void The_normal_distribution_is_exact(double x, double expected) =>
        Assert.InRange(ReferenceKernels.NormalDistribution(x) / expected, 1 - 2e-14, 1 + 2e-14);

    [Fact]
    public void Counted_random_bits_are_those_of_SplitMix64()
    {
        Assert.Equal(6457827717110365317UL, CountedRandom.Bits(1234567, 0));
        Assert.Equal(3203168211198807973UL, CountedRandom.Bits(1234567, 1));
    }

    [Theory]
    [InlineData(Activation.Sigmoid, 0.7310585786300049, -0.5, 0.3775406687981454)]
    [InlineData(Activation.Tanh, 0.7615941559557649, -0.5, -0.46211715726000975)]
    [InlineData(Activation.Relu, 1, -0.5, 0)]
    [InlineData(Activation.Gelu, 0.8413447460685429, -0.5, -0.15426876936299344)]
    [InlineData(Activation.GeluTanh, 0.8411919906082768, -0.5, -0.1542859971731231)]
    [InlineData(Activation.Silu, 0.7310585786300049, -0.5, -0.1887703343990727)]
    public void Activations_have_their_known_values(Activation kind, double atOne, double x, double atX)
    {
        Assert.Equal(atOne, ReferenceKernels.Value(kind, 1), 6e-8);
        Assert.Equal(atX, ReferenceKernels.Value(kind, x), 6e-5);
    }

    [Fact]
    public void Linear_and_products_of_matrices_multiply()
    {
        Tensor a = workspace.From((2, 3), [1, 2, 3, 4, 5, 6]), b = workspace.From((2, 3), [1, 0, 2, -1, 3, 1]);
        Assert.Equal([7, 8, 16, 17], Numbers.Of(Ops.MatMul(a, b, transposeB: true)));
        Assert.Equal([-3, 12, 6, -3, 15, 9, -3, 18, 12], Numbers.Of(Ops.MatMul(a, b, transposeA: true)));
        Assert.Equal([17, 28, 26, 37], Numbers.Of(Ops.Linear(a, b, workspace.From(2, [10, 20]))));
    }

    [Fact]
    public void Norms_normalise()
    {
        Tensor x = workspace.From((1, 4), [1, 2, 3, 6]), one = workspace.From(4, [1, 1, 2, 1]);
        double deviation = Math.Sqrt(3.5), root = Math.Sqrt(12.5);
        Equal([-2 / deviation, -1 / deviation, 0, 3 / deviation], Ops.LayerNorm(x, one, null, 0));
        Equal([1 / root, 2 / root, 6 / root, 6 / root], Ops.RmsNorm(x, one, 0));
    }

    [Fact]
    public void Cross_entropy_is_the_negative_log_probability()
    {
        Tensor logits = workspace.From((3, 2), [0, (float)Math.Log(3), 5, 5, 1, 2]), targets = workspace.From([1, 0, -1]);
        double log3 = (float)Math.Log(3), z = Math.Log(1 + Math.Exp(log3)), even = 5 + Math.Log(2);
        Equal([z - log3, Math.Log(2), 0], Ops.CrossEntropy(logits, targets));
        Equal(
            [(0.75 * (z - log3)) + (0.25 * (z - (log3 / 2))) + (0.125 * z * z), Math.Log(2) + (0.125 * even * even), 0],
            Ops.CrossEntropy(logits, targets, new(Smoothing: 0.25f, ZLoss: 0.125f)));
    }

    [Fact]
    public void Uniform_logits_cost_the_logarithm_of_the_vocabulary()
    {
        const int Vocabulary = 65;
        Tensor losses = Ops.CrossEntropy(workspace.Zeros((3, Vocabulary)), workspace.From([0, 7, 64]));
        Equal([Math.Log(Vocabulary), Math.Log(Vocabulary), Math.Log(Vocabulary)], losses);
    }

    [Fact]
    public void Rotary_turns_pairs_by_position_times_frequency()
    {
        Tensor table = Ops.RotaryTable(workspace, workspace.From([0, 3]), [0.5, 0.1], magnitude: 2);
        Equal([2, 0, 2, 0, 2 * Math.Cos(1.5), 2 * Math.Sin(1.5), 2 * Math.Cos(0.3), 2 * Math.Sin(0.3)], table);
        Tensor x = workspace.From((2, 1, 5), [1, 0, 0, 1, 9, 1, 0, 0, 1, 9]);
        (double c1, double s1, double c2, double s2) = (2 * Math.Cos(1.5), 2 * Math.Sin(1.5), 2 * Math.Cos(0.3), 2 * Math.Sin(0.3));
        Equal([2, 0, 0, 2, 9, c1, s1, -s2, c2, 9], Ops.Rotary(x, table, interleaved: true));
        Equal([2, 0, 0, 2, 9, c1, -s2, s1, c2, 9], Ops.Rotary(x, table, interleaved: false));
    }

    [Theory]
    [InlineData(true, 0, "1.... 11... 111.. ...1. ...11")]
    [InlineData(true, 2, "1.... 11... .11.. ...1. ...11")]
    [InlineData(false, 0, "111.. 111.. 111.. ...11 ...11")]
    public void Attention_sees_what_its_mask_allows(bool causal, int window, string expected)
    {
        // With no scores a token averages what it sees, and one-hot values show which tokens those were.
        Segment[] segments = [new(0, 3), new(3, 2)];
        Tensor q = workspace.Zeros((5, 1, 5)), v = workspace.Zeros((5, 1, 5));
        for (int i = 0; i < 5; i++)
            Numbers.Set(v, 6 * i, 1);
        double[] mix = Numbers.Of(Ops.Attention(q, q, v, segments, new(1, causal, window)));
        Assert.Equal(expected, string.Join(' ', mix.Chunk(5).Select(row => string.Concat(row.Select(p => p > 0 ? '1' : '.')))));
        Assert.All(mix.Chunk(5), row => Assert.Equal(1, row.Sum(), 1e-12));
    }

    [Fact]
    public void Attention_weighs_by_scaled_and_capped_scores()
    {
        Tensor q = workspace.From((2, 1, 1), [0, 2]), k = workspace.From((2, 1, 1), [1, 3]), v = workspace.From((2, 1, 1), [0, 1]);
        double plain = 1 / (1 + Math.Exp(0.5 * (2 - 6))), capped = 1 / (1 + Math.Exp(2 * (Math.Tanh(0.5) - Math.Tanh(1.5))));
        Equal([0, plain], Ops.Attention(q, k, v, [new(0, 2)], new(0.5f)));
        Equal([0, capped], Ops.Attention(q, k, v, [new(0, 2)], new(0.5f, SoftCap: 2)));
    }

    [Fact]
    public void Patches_run_row_by_row_over_each_image()
    {
        Tensor image = workspace.From((1, 2, 2, 4), [.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        Assert.Equal([0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15], Numbers.Of(Ops.Patches(image, 2)));
    }

    [Fact]
    public void AdamW_and_gradient_descent_step_as_published()
    {
        Tensor parameter = workspace.From(1, [2]), grad = workspace.From(1, [0.5f]), m = workspace.From(1, [0.25f]), v = workspace.From(1, [4]);
        var step = new AdamWStep(Rate: 0.5f, Beta1: 0.5f, Beta2: 0.75f, Epsilon: 1, Decay: 0.25f, Correction1: 0.5f, Correction2: 0.25f, GradScale: 2);
        Kernels.Reference.AdamW(parameter, grad, m, v, step);
        Equal([0.625], m);
        Equal([3.25], v);
        Equal([(2 * 0.875) - (0.5 * 1.25 / (Math.Sqrt(13) + 1))], parameter);

        Tensor x = workspace.From(1, [2]), velocity = workspace.From(1, [1]);
        Kernels.Reference.Sgd(x, grad, velocity, rate: 0.5f, momentum: 0.5f, decay: 0.25f, gradScale: 2);
        Equal([1.5], velocity);
        Equal([(2 * 0.875) - 0.75], x);
    }

    private static void Equal(double[] expected, Tensor actual) => Assert.Equal(expected, Numbers.Of(actual), (a, b) => Math.Abs(a - b) < 1e-12);
}
