namespace Grimoire.Cli.Tests;

public sealed class NumbersTests
{
    [Theory]
    [InlineData(-0.004, 2, "0.00")]
    [InlineData(-0.005001, 2, "-0.01")]
    [InlineData(-0.0, 1, "0.0")]
    [InlineData(0.004, 2, "0.00")]
    [InlineData(-0.4, 0, "0")]
    [InlineData(-10, 1, "-10.0")]
    [InlineData(double.NegativeInfinity, 1, "-Infinity")]
    public void What_rounds_to_nothing_has_no_sign(double value, int digits, string expected) => Assert.Equal(expected, Numbers.Fixed(value, digits));
}
