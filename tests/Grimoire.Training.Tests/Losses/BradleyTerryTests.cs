namespace Grimoire.Training.Tests.Losses;

public sealed class BradleyTerryTests
{
    private static readonly double[] Rewards = [-40, -2.5, -0.3, 0, 0.4, 3, 25];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1.5, 0)]
    [InlineData(0, 0.01)]
    [InlineData(-0.7, 0.3)]
    public void Derivatives_are_central_differences(double margin, double centering)
    {
        const double h = 1e-5;
        foreach (double c in Rewards)
        {
            foreach (double r in Rewards)
            {
                PairLoss loss = BradleyTerry.Loss(c, r, margin, centering);
                double byChosen = (BradleyTerry.Loss(c + h, r, margin, centering).Value - BradleyTerry.Loss(c - h, r, margin, centering).Value) / (2 * h);
                double byRejected = (BradleyTerry.Loss(c, r + h, margin, centering).Value - BradleyTerry.Loss(c, r - h, margin, centering).Value) / (2 * h);
                Assert.Equal(byChosen, loss.Chosen, 1e-6 * (1 + Math.Abs(byChosen)));
                Assert.Equal(byRejected, loss.Rejected, 1e-6 * (1 + Math.Abs(byRejected)));
            }
        }
    }

    [Fact]
    public void It_is_ln_2_where_nothing_is_known()
    {
        Assert.Equal(Math.Log(2), BradleyTerry.Loss(0, 0).Value, 15);
        Assert.Equal(Math.Log(2), BradleyTerry.Loss(0, 0, centering: 0.01).Value, 15);
        Assert.Equal(Math.Log(2), BradleyTerry.Loss(3, 1, margin: 2).Value, 15);
        Assert.Equal(-0.5, BradleyTerry.Loss(7, 7).Chosen, 15);
        Assert.Equal(0.5, BradleyTerry.Loss(7, 7).Rejected, 15);
    }

    [Fact]
    public void Swapped_pairs_mirror()
    {
        foreach (double c in Rewards)
        {
            foreach (double r in Rewards)
            {
                Assert.Equal(1, BradleyTerry.Preference(c, r) + BradleyTerry.Preference(r, c), 15);
                Assert.Equal(c - r, BradleyTerry.Loss(r, c).Value - BradleyTerry.Loss(c, r).Value, 12);
                Assert.Equal(1, BradleyTerry.Loss(r, c).Rejected - BradleyTerry.Loss(c, r).Chosen, 12);
            }
        }
    }

    [Fact]
    public void Centering_sees_the_sum_only_and_preferences_the_difference_only()
    {
        Assert.Equal(BradleyTerry.Loss(2, 1).Value, BradleyTerry.Loss(12, 11).Value, 12);
        Assert.Equal(0.01 * 23 * 23, BradleyTerry.Loss(12, 11, centering: 0.01).Value - BradleyTerry.Loss(12, 11).Value, 12);
        Assert.Equal(0, BradleyTerry.Loss(5, -5, centering: 0.01).Value - BradleyTerry.Loss(5, -5).Value, 15);
    }
}
