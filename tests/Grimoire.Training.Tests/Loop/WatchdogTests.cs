using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Loop;

public sealed class WatchdogTests
{
    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(2, double.NaN)]
    [InlineData(2, double.PositiveInfinity)]
    public void What_is_not_finite_is_a_fault_at_once(double loss, double norm) =>
        Assert.Contains("the loss is", Watchdog.Judge(new WatchdogState(2, 2), loss, norm).Fault, StringComparison.Ordinal);

    [Fact]
    public void Divergence_is_a_fault_after_patience()
    {
        var state = new WatchdogState(2, 2);
        string? fault = null;
        int steps = 0;
        for (; fault is null; steps++)
            (state, fault) = Watchdog.Judge(state, 6, 1);
        Assert.InRange(steps, Watchdog.Patience, Watchdog.Patience + 20);
        Assert.Contains("risen", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spike_that_passes_is_forgiven()
    {
        var state = new WatchdogState(2, 2);
        for (int step = 0; step < 1000; step++)
        {
            (state, string? fault) = Watchdog.Judge(state, step % 100 < 20 ? 6 : 2, 1);
            Assert.Null(fault);
        }
    }

    [Theory]
    [InlineData(8, 0.4)]
    [InlineData(2, 0.4)]
    [InlineData(0.1, 0.3)]
    public void Ordinary_noise_never_is(double level, double noise)
    {
        var state = new WatchdogState();
        for (ulong step = 0; step < 20_000; step++)
        {
            double trend = level + (3 * Math.Exp(-(double)step / 500));
            (state, string? fault) = Watchdog.Judge(state, Math.Abs(trend + (noise * CountedRandom.Normal(4, step))), 1);
            Assert.Null(fault);
        }
    }
}
