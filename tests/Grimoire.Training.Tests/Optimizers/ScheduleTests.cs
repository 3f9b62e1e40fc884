namespace Grimoire.Training.Tests.Optimizers;

public sealed class ScheduleTests
{
    private const float Peak = 1, End = 0.1f;

    [Theory]
    [InlineData(ScheduleKind.Constant, 1, 1)]
    [InlineData(ScheduleKind.Cosine, 0.55, 0.1)]
    [InlineData(ScheduleKind.Linear, 0.55, 0.1)]
    [InlineData(ScheduleKind.Wsd, 1, 0.1)]
    public void Rises_to_the_peak_and_ends_at_the_end(ScheduleKind kind, double middle, double last)
    {
        var schedule = new Schedule(kind, Peak, End, Warmup: 10, Steps: 111);
        Assert.Equal(1 / 11.0, schedule.Rate(0), 1e-6);
        Assert.Equal(10 / 11.0, schedule.Rate(9), 1e-6);
        Assert.Equal(Peak, schedule.Rate(10));
        Assert.Equal(middle, schedule.Rate(60), 1e-6);
        Assert.Equal(last, schedule.Rate(110), 1e-6);
        Assert.Equal(last, schedule.Rate(1000), 1e-6);
        for (int step = 1; step < 111; step++)
        {
            Assert.InRange(Math.Abs(schedule.Rate(step) - schedule.Rate(step - 1)), 0, 0.1);
            Assert.True(step > 10 ? schedule.Rate(step) <= schedule.Rate(step - 1) : schedule.Rate(step) > schedule.Rate(step - 1));
        }
    }

    [Fact]
    public void The_stable_part_is_stable()
    {
        var schedule = new Schedule(ScheduleKind.Wsd, Peak, End, Warmup: 0, Steps: 101, DecayFraction: 0.2f);
        Assert.Equal(Peak, schedule.Rate(80), 1e-6);
        Assert.Equal(0.55, schedule.Rate(90), 1e-5);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(5, 5)]
    [InlineData(9, 5)]
    public void Few_steps_have_rates_too(long warmup, long steps)
    {
        foreach (ScheduleKind kind in Enum.GetValues<ScheduleKind>())
        {
            var schedule = new Schedule(kind, Peak, End, warmup, steps);
            for (long step = 0; step < steps; step++)
                Assert.InRange(schedule.Rate(step), 0.09, 1);
        }
    }
}
