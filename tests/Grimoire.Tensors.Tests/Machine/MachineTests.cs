namespace Grimoire.Tensors.Tests;

public sealed class MachineTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Every_limit_is_a_number_on_any_number_of_threads()
    {
        foreach (int threads in (int[])[1, 3])
        {
            foreach (MachineRate rate in (MachineRate[])[MachineLimits.Flops(threads, Instant), MachineLimits.IntegerOperations(threads, Instant), MachineLimits.Bandwidth(threads, Instant)])
                Assert.True(rate.Sustained > 0 && double.IsFinite(rate.Best), $"{rate}");
        }
    }

    [Fact]
    public void Rates_are_sums_over_the_threads_each_of_which_does_its_own_work()
    {
        var seen = new int[3];
        MachineRate rate = MachineLimits.Together(3, Instant, thread =>
        {
            seen[thread]++;
            return thread == 1 ? 0 : 1;
        });
        Assert.All(seen, count => Assert.True(count >= 2, $"{count}"));
        Assert.True(rate.Best > 0 && double.IsFinite(rate.Best) && rate.Sustained > 0, $"{rate}");
        Assert.Equal(new MachineRate(0, 0), MachineLimits.Together(2, Instant, _ => 0));
    }

    [Fact]
    public void There_is_no_measuring_on_no_thread() => Assert.Throws<ArgumentOutOfRangeException>(() => MachineLimits.Flops(0, Instant));

    [Theory]
    [InlineData("0-1", new[] { 0, 1 })]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-2,7, 9-10", new[] { 0, 1, 2, 7, 9, 10 })]
    [InlineData("", new int[0])]
    [InlineData("all", new int[0])]
    [InlineData("0-99999999", new int[0])]
    public void Lists_of_processors_are_read(string list, int[] expected) => Assert.Equal(expected, Processor.Numbers(list));

    [Fact]
    public void The_processor_has_a_name_and_registers()
    {
        Assert.NotEmpty(Processor.Name);
        Assert.Contains(Processor.VectorBits, (int[])[64, 128, 256, 512]);
        Assert.NotEmpty(Processor.IntegerInstruction);
    }
}
