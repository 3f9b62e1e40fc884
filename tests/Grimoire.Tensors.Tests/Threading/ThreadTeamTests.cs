namespace Grimoire.Tensors.Tests;

/// <summary>A team of its own for each test, so that they do not wait for each other.</summary>
public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Runs_every_piece_once_whether_helpers_watch_sleep_or_fall_asleep(int threads)
    {
        const int Dispatches = 250_000; // for each number of threads: a million together
        var team = new ThreadTeam();
        var random = new Random(threads);
        int[] runs = new int[8];
        for (int dispatch = 1; dispatch <= Dispatches; dispatch++)
        {
            var job = new CountJob(runs);
            team.Run(ref job, runs.Length, threads);
            Assert.All(runs, count => Assert.Equal(dispatch, count));
            if (dispatch % 5000 == 0)
                Thread.Sleep(random.Next(3));
            else if (dispatch % 100 == 0)
                Thread.SpinWait(random.Next(4000)); // about as long as helpers watch: they are just falling asleep
        }
    }

    [Fact]
    public void Throws_the_exception_of_a_piece_and_works_on()
    {
        var team = new ThreadTeam();
        for (int i = 0; i < 1000; i++)
        {
            var failing = new FailJob(i % 16);
            Assert.Equal("piece", Assert.Throws<InvalidOperationException>(() => team.Run(ref failing, 16, 3)).Message);
            int[] runs = new int[16];
            var job = new CountJob(runs);
            team.Run(ref job, 16, 3);
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Runs_a_job_inside_a_job()
    {
        var team = new ThreadTeam();
        int[] runs = new int[64];
        for (int i = 0; i < 1000; i++)
        {
            var job = new NestedJob(team, runs);
            team.Run(ref job, 8, 3);
        }

        Assert.All(runs, count => Assert.Equal(1000, count));
    }

    [Fact]
    public void Serves_several_callers()
    {
        var team = new ThreadTeam();
        int[][] runs = [new int[16], new int[16], new int[16]];
        Thread[] callers = [.. runs.Select(own => new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                var job = new CountJob(own);
                team.Run(ref job, own.Length, 2);
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.All(runs.SelectMany(own => own), count => Assert.Equal(20_000, count));
    }

    [Fact]
    public void Allocates_nothing_and_costs_nothing_when_idle()
    {
        var team = new ThreadTeam();
        int[] runs = new int[16];
        void Dispatch()
        {
            var job = new CountJob(runs);
            team.Run(ref job, runs.Length, 2);
        }

        for (int i = 0; i < 1000; i++)
            Dispatch();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Dispatch();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        SpinWait.SpinUntil(() => team.Asleep == 1, TimeSpan.FromSeconds(10));
        Assert.Equal(1, team.Asleep);
    }

    private readonly struct CountJob(int[] runs) : IJob
    {
        public void Run(int index) => Interlocked.Increment(ref runs[index]);
    }

    private readonly struct FailJob(int failing) : IJob
    {
        public void Run(int index)
        {
            if (index == failing)
                throw new InvalidOperationException("piece");
        }
    }

    private readonly struct NestedJob(ThreadTeam team, int[] runs) : IJob
    {
        public void Run(int index)
        {
            var inner = new PartJob(runs, 8 * index);
            team.Run(ref inner, 8, 3);
        }
    }

    private readonly struct PartJob(int[] runs, int start) : IJob
    {
        public void Run(int index) => Interlocked.Increment(ref runs[start + index]);
    }
}
