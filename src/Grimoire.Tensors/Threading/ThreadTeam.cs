using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Grimoire.Tensors;

/// <summary>One piece of work of many: run once for each index, in any order, on any thread.</summary>
internal interface IJob
{
    void Run(int index);
}

/// <summary>
/// Threads that wait for work together with the one that brings it. They watch for some microseconds after each job and then sleep, so that a dispatch costs a
/// tenth of a microsecond in a busy process and an idle process costs nothing. Nothing is allocated. Each thread has a range of the pieces, the same of the
/// next job of the same rows, which its cache still holds. Pieces are taken one by one, and whoever is done with his own takes from the others: the caller
/// never waits for a thread that has not begun to help.
/// </summary>
/// <remarks>
/// The gate is one number: the low half counts helpers inside a job, the high half is odd while a job is open. A helper enters by raising
/// the count, which fails if the job was closed meanwhile; the caller closes and then waits for the count to fall to zero.
/// </remarks>
internal sealed unsafe class ThreadTeam
{
    private const long Phase = 1L << 32;

    /// <summary>How often the caller looks, without letting go of its processor, whether the helpers are done.</summary>
    private const int Polls = 64;

    /// <summary>The most threads of a job.</summary>
    private const int MostThreads = (Place.Size - Place.Ranges) / sizeof(int);

    private readonly Place* place;
    private Helper[] helpers = [];
    private ExceptionDispatchInfo? failure;

    /// <summary>A team whose shared words begin a cache line. Its threads never end, so their memory is never given back.</summary>
    public ThreadTeam()
    {
        place = (Place*)NativeMemory.AlignedAlloc((nuint)sizeof(Place), 128);
        *place = default;
    }

    /// <summary>How many helpers sleep.</summary>
    public int Asleep => helpers.Count(helper => helper.Asleep);

    /// <summary>The team of the process.</summary>
    public static ThreadTeam Shared { get; } = new();

    /// <summary>How long a helper watches before it sleeps.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMicroseconds(40);

    /// <summary>
    /// Runs the job for the indices 0 … count − 1 on at most <paramref name="threads"/> threads, this one among them, and returns when all are done. A job
    /// inside a job, or beside another caller's, runs on the calling thread alone. The first exception is thrown here.
    /// </summary>
    public void Run<TJob>(ref TJob job, int count, int threads)
        where TJob : struct, IJob
    {
        if (Math.Min(count, threads) <= 1 || Interlocked.CompareExchange(ref place->Busy, 1, 0) != 0)
        {
            for (int i = 0; i < count; i++)
                job.Run(i);
            return;
        }

        try
        {
            Share(&Piece<TJob>, Unsafe.AsPointer(ref job), count, Math.Min(Math.Min(count, threads), MostThreads) - 1);
        }
        finally
        {
            Volatile.Write(ref place->Busy, 0);
        }
    }

    private static void Piece<TJob>(void* job, int index)
        where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Run(index);

    private void Share(delegate*<void*, int, void> body, void* job, int count, int wanted)
    {
        if (helpers.Length < wanted)
            Grow(wanted);
        place->Body = body;
        place->Job = job;
        (place->Count, place->Wanted, failure) = (count, wanted, null);
        for (int i = 0; i <= wanted; i++)
            Next(i) = RangeBegin(i, count, wanted + 1);
        Interlocked.Add(ref place->Gate, Phase);
        for (int i = 0; i < wanted; i++)
            helpers[i].Wake();
        Work(0);
        Interlocked.Add(ref place->Gate, Phase);
        AwaitHelpers();
        place->Job = null;
        failure?.Throw();
    }

    /// <summary>The last helper is mostly done within a microsecond; if it does not run at all, its place is needed.</summary>
    private void AwaitHelpers()
    {
        for (int i = 0; i < Polls && (int)Volatile.Read(ref place->Gate) != 0; i++)
            Thread.SpinWait(1);
        var spin = new SpinWait();
        while ((int)Volatile.Read(ref place->Gate) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    /// <summary>Takes the pieces of the thread's own range, then what is left of the others'. After a failure the rest is given up.</summary>
    private void Work(int thread)
    {
        try
        {
            int ranges = place->Wanted + 1;
            for (int i = 0; i < ranges; i++)
                TakeRange((thread + i) % ranges, ranges);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            for (int i = 0; i <= place->Wanted; i++)
                Volatile.Write(ref Next(i), int.MaxValue / 2);
        }
    }

    /// <summary>Looks before it takes: a range that is done is left on whose cache line it is.</summary>
    private void TakeRange(int range, int ranges)
    {
        int end = RangeBegin(range + 1, place->Count, ranges);
        ref int next = ref Next(range);
        while (Volatile.Read(ref next) < end && Interlocked.Increment(ref next) - 1 is var piece && piece < end)
            place->Body(place->Job, piece);
    }

    private static int RangeBegin(int range, int count, int ranges) => (int)((long)count * range / ranges);

    /// <summary>The next piece of a range.</summary>
    private ref int Next(int range) => ref ((int*)((byte*)place + Place.Ranges))[range];

    private void Help(int index)
    {
        long gate;
        do
        {
            gate = Volatile.Read(ref place->Gate);
            if (!Open(gate))
                return;
        }
        while (Interlocked.CompareExchange(ref place->Gate, gate + 1, gate) != gate);

        if (index < place->Wanted)
            Work(index + 1);
        Interlocked.Decrement(ref place->Gate);
    }

    private static bool Open(long gate) => (gate >> 32 & 1) != 0;

    private void Grow(int wanted)
    {
        var grown = new Helper[wanted];
        for (int i = 0; i < wanted; i++)
            grown[i] = i < helpers.Length ? helpers[i] : new Helper(this, i);
        helpers = grown;
    }

    /// <summary>
    /// What caller and helpers share, on one line, with the next pieces of up to eight threads: who enters by the gate has the job and its piece with it, as a
    /// line that comes from another processor costs as much as the rest of a dispatch. What only callers touch lies before, on a line of its own.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = Size)]
    private struct Place
    {
        /// <summary>Bytes of all, and where the ranges' next pieces begin.</summary>
        public const int Size = 4096, Ranges = 160;

        [FieldOffset(0)]
        public int Busy;

        [FieldOffset(128)]
        public long Gate;

        [FieldOffset(136)]
        public int Count;

        [FieldOffset(140)]
        public int Wanted;

        [FieldOffset(144)]
        public delegate*<void*, int, void> Body;

        [FieldOffset(152)]
        public void* Job;
    }

    private sealed class Helper
    {
        private readonly ThreadTeam team;
        private readonly int index;
        private readonly object bed = new();
        private int asleep;

        public Helper(ThreadTeam team, int index)
        {
            (this.team, this.index) = (team, index);
            new Thread(Loop, maxStackSize: 1 << 20) { IsBackground = true, Name = $"tensors {index + 1}" }.Start();
        }

        public bool Asleep => Volatile.Read(ref asleep) != 0;

        public void Wake()
        {
            if (Volatile.Read(ref asleep) == 0)
                return;
            lock (bed)
                Monitor.Pulse(bed);
        }

        private void Loop()
        {
            // The phase last seen to its end: a job is joined once.
            for (long done = 0; ;)
            {
                long phase = Watch(done);
                team.Help(index);
                done = phase;
            }
        }

        /// <summary>Returns the phase of an open job other than the one done.</summary>
        private long Watch(long done)
        {
            for (long start = Stopwatch.GetTimestamp(); ;)
            {
                for (int i = 0; i < 32; i++)
                {
                    if (Phase(done) is var phase and not 0)
                        return phase;
                    Thread.SpinWait(1);
                }

                if (Stopwatch.GetElapsedTime(start) > Patience)
                    break;
            }

            return Sleep(done);
        }

        private long Sleep(long done)
        {
            lock (bed)
            {
                // A full fence between "I sleep" and the last look at the gate: either we see the job or its caller sees us.
                Interlocked.Exchange(ref asleep, 1);
                long phase;
                while ((phase = Phase(done)) == 0)
                    Monitor.Wait(bed);
                Volatile.Write(ref asleep, 0);
                return phase;
            }
        }

        private long Phase(long done)
        {
            long gate = Volatile.Read(ref team.place->Gate);
            long phase = gate >> 32;
            return Open(gate) && phase != done ? phase : 0;
        }
    }
}
