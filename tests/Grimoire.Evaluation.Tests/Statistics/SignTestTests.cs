namespace Grimoire.Evaluation;

public class SignTestTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(6, 0, 0.03125)]
    [InlineData(8, 2, 0.109375)]
    [InlineData(2, 8, 0.109375)]
    [InlineData(21, 12, 0.16275565745308995)]
    public void The_tails_of_the_binomial_distribution(int raised, int lowered, double p) => Assert.Equal(p, SignTest.PValue(raised, lowered), 12);

    [Fact]
    public void Many_examples_are_no_trouble()
    {
        Assert.Equal(0, SignTest.PValue(60000, 0));
        // The normal approximation with continuity: z = (200 − 1) / √20000.
        Assert.Equal(0.1594, SignTest.PValue(10100, 9900), 3);
    }

    [Fact]
    public void Marks_are_compared_and_other_numbers_are_not()
    {
        PairedComparison found = SignTest.Compare([1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1])!;
        Assert.Equal(SignTest.Name, found.Test);
        Assert.Equal(6 / 7.0, found.Difference, 12);
        Assert.Equal(0.03125, found.PValue, 12);
        Assert.Null(SignTest.Compare([0.5], [1]));
    }
}
