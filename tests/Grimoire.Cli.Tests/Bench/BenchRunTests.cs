using Grimoire.Cli.Bench;

namespace Grimoire.Cli.Tests.Bench;

public sealed class BenchRunTests
{
    private static readonly Limits Machine = new(Flops: 100, Integers: 1000, Bandwidth: 10);

    [Fact]
    public void A_spread_is_the_middle_and_the_ends()
    {
        Assert.Equal(new Spread(3, 1, 9, 3), Spread.Of([9, 1, 3]));
        Assert.Equal(new Spread(4, 1, 9, 4), Spread.Of([9, 1, 3, 5]));
        Assert.Equal(0, Spread.Of([]).Count);
        Assert.True(double.IsNaN(Spread.Of([]).Median));
    }

    [Theory]
    [InlineData(10, 0, 0, 10, "floats")]
    [InlineData(10, 500, 0, 2, "integers")]
    [InlineData(10, 500, 20, 0.5, "memory")]
    [InlineData(0, 0, 0, double.NaN, "")]
    public void The_limit_that_binds_is_the_slowest(double flops, double integers, double bytes, double rate, string limit) =>
        Assert.Equal((rate, limit), new Work(flops, integers, bytes).Most(Machine));

    [Fact]
    public void A_ratio_is_above_one_where_this_program_is_better_pair_by_pair()
    {
        Benchmark speed = new("x", "tokens/s", 1, _ => 0), seconds = speed with { LessIsBetter = true };
        Assert.Equal([2, 4], new Measured("s", speed, [10, 20], [5, 5], Machine).Ratios);
        Assert.Equal([0.5, 4], new Measured("s", seconds, [10, 5], [5, 20], Machine).Ratios);
        Assert.Equal([2], new Measured("s", speed, [10, 20], [5, double.NaN], Machine).Ratios);
        Assert.Equal(0.5, new Measured("s", speed with { Work = new(0, 0, 1) }, [5, 4, 6], [], Machine).Share.Share);
    }

    [Fact]
    public void The_peer_runs_beside_each_round_first_in_every_other_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the command sh");
        using var scratch = new Scratch();
        string log = scratch["log"];
        var benchmark = new Benchmark("prefill 8", "tokens/s", 1, _ =>
        {
            File.AppendAllText(log, "ours\n");
            return 10;
        })
        { Key = new PeerKey(Prompt: 8) };
        Benchmark other = new("cache", "MiB", 1, _ => 3);
        const string says = "[{\\\"n_prompt\\\": 8, \\\"n_gen\\\": 0, \\\"avg_ts\\\": 4}]";
        var run = new BenchRun(rounds: 4, threads: 1, new Peer($"sh -c 'echo peer >> {log}; echo \"{says}\"'"));
        run.Measure([("one", () => new Subject("one", [benchmark, other]))], (_, _) => { }, CancellationToken.None);
        Assert.Equal("ours ours peer peer ours ours peer peer ours", File.ReadAllText(log).Replace('\n', ' ').Trim());
        Assert.Equal([2.5, 2.5, 2.5, 2.5], run.Results[0].Ratios);
        Assert.Empty(run.Results[1].Ratios);
        Assert.Equal([3.0, 3, 3, 3], run.Results[1].Values);
        Assert.Equal(4, run.Limits.Count);
    }

    [Fact]
    public void What_was_measured_before_a_stop_stays()
    {
        using var stop = new CancellationTokenSource();
        int runs = 0;
        var benchmark = new Benchmark("x", "tokens/s", 1, cancellation =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (++runs == 4)
                stop.Cancel();
            return runs;
        });
        var run = new BenchRun(rounds: 10, threads: 1, peer: null);
        Assert.ThrowsAny<OperationCanceledException>(() => run.Measure(
            [("a", () => new Subject("a", [benchmark, benchmark])), ("b", () => throw new InvalidOperationException())], (_, _) => { }, stop.Token));
        Assert.Equal([3.0], run.Results[0].Values);
        Assert.Equal([4.0], run.Results[1].Values);
    }

    [Fact]
    public void A_subject_that_measures_much_at_once_has_its_own_number_of_rounds()
    {
        int runs = 0;
        var run = new BenchRun(rounds: 5, threads: 1, peer: null);
        run.Measure([("a", () => new Subject("a", [new("x", "s", 1, _ => ++runs)]) { MostRounds = 1 })], (_, _) => { }, CancellationToken.None);
        Assert.Equal(1, runs);
    }
}
