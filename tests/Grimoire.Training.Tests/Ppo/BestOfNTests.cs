namespace Grimoire.Training.Tests.Ppo;

public sealed class BestOfNTests
{
    private static readonly double[] Proxy = [0.3, -1, 2, 0.7, 1.1], Gold = [1, 0, -2, 4, 0.5];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void It_is_the_mean_over_all_choices_of_n(int n)
    {
        double sum = 0;
        int choices = 0;
        for (int mask = 0; mask < 1 << Proxy.Length; mask++)
        {
            int[] chosen = [.. Enumerable.Range(0, Proxy.Length).Where(i => (mask >> i & 1) == 1)];
            if (chosen.Length != n)
                continue;
            sum += Gold[chosen.MaxBy(i => Proxy[i])];
            choices++;
        }

        Assert.Equal(sum / choices, BestOfN.Expected(Proxy, Gold, n), 1e-12);
    }

    [Fact]
    public void One_is_the_mean_and_all_is_the_best()
    {
        Assert.Equal(Gold.Average(), BestOfN.Expected(Proxy, Gold, 1), 1e-12);
        Assert.Equal(2, BestOfN.Expected(Proxy, Proxy, 5), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => BestOfN.Expected(Proxy, Gold, 6));
    }

    [Fact]
    public void Its_divergence_is_that_of_the_largest_of_n_uniform_draws()
    {
        Assert.Equal(0, BestOfN.Divergence(1));
        // The largest of n uniform numbers has the density n·xⁿ⁻¹: KL = ∫ n·xⁿ⁻¹·ln(n·xⁿ⁻¹) dx.
        foreach (int n in (int[])[2, 4, 16])
        {
            const int Points = 200_000;
            double sum = 0;
            for (int i = 0; i < Points; i++)
            {
                double density = n * Math.Pow((i + 0.5) / Points, n - 1);
                sum += density * Math.Log(density) / Points;
            }

            Assert.Equal(sum, BestOfN.Divergence(n), 1e-3);
        }
    }
}
