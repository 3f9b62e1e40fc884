using System.Diagnostics;
using System.Globalization;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>
/// Opens damaged files by the thousand: each opens or is refused with a <see cref="GrimoireException"/>, in bounded time and memory; nothing else happens.
/// <c>GRIMOIRE_FUZZ=100000</c> asks for so many of each kind, starting after <c>GRIMOIRE_FUZZ_FROM</c>.
/// </summary>
internal static class FuzzRun
{
    private const long MostBytes = 400L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly int Rounds = Setting("GRIMOIRE_FUZZ", 600), First = Setting("GRIMOIRE_FUZZ_FROM", 0);

    /// <summary>Runs one kind of file.</summary>
    /// <param name="kind">Its name, for messages.</param>
    /// <param name="damage">The damaged file of a seed.</param>
    /// <param name="open">Opens it and uses what it holds.</param>
    public static void Run(string kind, Func<Mutator, byte[]> damage, Action<byte[]> open)
    {
        // Whoever ends the process (a fault in mapped memory, a full stack) leaves its seed in this file.
        string trace = Path.Combine(Path.GetTempPath(), $"grimoire-fuzz-{kind}.seed");
        using (FileStream seeds = new(trace, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            var worker = new Worker(kind, damage, open, seeds);
            var thread = new Thread(worker.Run) { IsBackground = true };
            thread.Start();
            while (!thread.Join(TimeSpan.FromSeconds(1)))
            {
                if (worker.Elapsed > Patience)
                    throw new InvalidOperationException($"{kind}, seed {worker.Seed}: still at work after {Patience.TotalSeconds} seconds.");
            }

            if (worker.Failure is { } failure)
                throw new InvalidOperationException($"{kind}, seed {worker.Seed}: {failure.GetType().Name}: {failure.Message}", failure);
            TestContext.Current.TestOutputHelper?.WriteLine(worker.Report());
            Assert.InRange(worker.Refused, 1, Rounds);
        }

        File.Delete(trace);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private sealed class Worker(string kind, Func<Mutator, byte[]> damage, Action<byte[]> open, FileStream trace)
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private long began;

        public int Seed { get; private set; }

        public int Refused { get; private set; }

        public long MostAllocated { get; private set; }

        public Exception? Failure { get; private set; }

        public TimeSpan Elapsed => clock.Elapsed - TimeSpan.FromTicks(Interlocked.Read(ref began));

        public void Run()
        {
            try
            {
                for (Seed = First; Seed < First + Rounds; Seed++)
                    Round();
            }
            catch (Exception e)
            {
                Failure = e;
            }
        }

        public string Report() => string.Create(CultureInfo.InvariantCulture,
            $"{kind}: {Rounds} damaged files, {Refused} refused, {clock.Elapsed.TotalSeconds:F1} s; at most {MostAllocated / 1048576.0:F0} MiB allocated by one, {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:F0} MiB resident in all");

        private void Round()
        {
            RandomAccess.Write(trace.SafeFileHandle, BitConverter.GetBytes(Seed), 0);
            byte[] file = damage(new Mutator((ulong)Seed));
            Interlocked.Exchange(ref began, clock.Elapsed.Ticks);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                open(file);
            }
            catch (GrimoireException e)
            {
                Refused++;
                Assert.NotEmpty(e.Message);
                Assert.DoesNotContain('\n', e.Message);
            }

            MostAllocated = Math.Max(MostAllocated, GC.GetAllocatedBytesForCurrentThread() - before);
            if (MostAllocated > MostBytes)
                throw new InvalidOperationException($"{MostAllocated} bytes were allocated.");
            // Mappings end with their last tensor; a process may have some ten thousand.
            if (Seed % 1000 == 999)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
