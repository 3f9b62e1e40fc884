namespace Grimoire.Tensors;

/// <summary>Jobs of one kind done as one, their pieces one after the other: many small tensors cost one dispatch.</summary>
/// <param name="memory">Room for so many jobs: <see cref="Size"/> floats.</param>
internal unsafe struct JoinedJobs<TJob>(float* memory) : IJob
    where TJob : unmanaged, IJob
{
    private readonly Part* parts = (Part*)memory;
    private int count;

    /// <summary>Pieces of all jobs.</summary>
    public int Pieces { get; private set; }

    /// <summary>Floats that so many jobs take.</summary>
    public static long Size(int jobs) => (long)Math.Max(jobs, 1) * sizeof(Part) / sizeof(float);

    /// <summary>Puts a job of so many pieces behind the others.</summary>
    public void Add(TJob job, int pieces)
    {
        parts[count++] = new Part(job, Pieces, Pieces + pieces);
        Pieces += pieces;
    }

    public void Run(int index)
    {
        int low = 0;
        for (int high = count - 1; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = parts[middle].End <= index ? (middle + 1, high) : (low, middle);
        }

        parts[low].Job.Run(index - parts[low].First);
    }

    /// <summary>A job, and which pieces of all are its.</summary>
    private readonly struct Part(TJob job, int first, int end)
    {
        public TJob Job => job;

        public int First => first;

        public int End => end;
    }
}
