namespace Grimoire.Evaluation.Tests;

public sealed class IntervalTests
{
    [Theory]
    [InlineData(0.1, false)]
    [InlineData(0.2, true)]
    [InlineData(0.4, true)]
    [InlineData(0.41, false)]
    public void Ends_belong_to_it(double value, bool inside) => Assert.Equal(inside, new Interval(0.2, 0.4).Contains(value));
}
