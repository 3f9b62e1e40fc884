namespace Grimoire.Cli.Bench;

/// <summary>Measures subjects in rounds: the machine's limits, everything once, and the peer beside it, first or last by turns.</summary>
/// <param name="rounds">How often.</param>
/// <param name="threads">Threads of the figures.</param>
/// <param name="peer">The peer, or null.</param>
internal sealed class BenchRun(int rounds, int threads, Peer? peer)
{
    private readonly List<Measured> results = [];

    /// <summary>What was measured so far.</summary>
    public IReadOnlyList<Measured> Results => results;

    /// <summary>The limits of all rounds.</summary>
    public LimitSamples Limits { get; } = new(threads);

    /// <summary>Measures all; what is measured by then is kept where it is cancelled.</summary>
    /// <param name="subjects">By name.</param>
    /// <param name="tell">Told the share that is done, and what is at it.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Measure(IReadOnlyList<(string Name, Func<Subject> Make)> subjects, Action<double, string> tell, CancellationToken cancellation)
    {
        for (int i = 0; i < subjects.Count; i++)
        {
            int done = i;
            tell((double)done / subjects.Count, subjects[i].Name);
            Measure(subjects[i].Make(), (share, what) => tell((done + share) / subjects.Count, what), cancellation);

            // A model's native memory goes with its last reference; the next model may need it.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private void Measure(Subject subject, Action<double, string> tell, CancellationToken cancellation)
    {
        int count = subject.Benchmarks.Count, wanted = Math.Min(rounds, subject.MostRounds);
        var limits = new LimitSamples(threads);
        List<double>[] ours = [.. subject.Benchmarks.Select(_ => new List<double>())], theirs = [.. ours.Select(_ => new List<double>())];
        bool compares = peer is not null && subject.Benchmarks.Any(benchmark => benchmark.Key is not null);
        try
        {
            if (wanted > 1)
                Once(subject, new double[count], at => tell(0, $"{subject.Name}, warming up: {at}"), cancellation);
            for (int round = 0; round < wanted; round++)
            {
                var values = new double[count];
                IReadOnlyDictionary<PeerKey, double>? read = null;
                void Tell(string what) => tell((double)round / wanted, $"{subject.Name}, round {round + 1} of {wanted}: {what}");
                Tell("the machine's limits");
                limits.Measure();
                Limits.Add(limits);
                if (compares && round % 2 == 1)
                    read = Ask(subject, Tell, cancellation);
                Once(subject, values, Tell, cancellation);
                if (compares && round % 2 == 0)
                    read = Ask(subject, Tell, cancellation);
                for (int i = 0; i < count; i++)
                {
                    ours[i].Add(values[i]);
                    if (read is not null)
                        theirs[i].Add(subject.Benchmarks[i].Key is { } key && read.TryGetValue(key, out double value) ? value : double.NaN);
                }
            }
        }
        finally
        {
            for (int i = 0; i < count; i++)
            {
                if (ours[i].Count > 0)
                    results.Add(new Measured(subject.Name, subject.Benchmarks[i], ours[i], theirs[i], limits.Median(subject.Benchmarks[i].Threads)));
            }
        }
    }

    private static void Once(Subject subject, double[] values, Action<string> tell, CancellationToken cancellation)
    {
        for (int i = 0; i < values.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            tell(subject.Benchmarks[i].Name);
            values[i] = subject.Benchmarks[i].Run(cancellation);
        }
    }

    /// <summary>The peer's figures, one of which at least must be wanted.</summary>
    private IReadOnlyDictionary<PeerKey, double> Ask(Subject subject, Action<string> tell, CancellationToken cancellation)
    {
        tell("the peer");
        IReadOnlyDictionary<PeerKey, double> read = peer!.Measure(subject.Words, cancellation);
        PeerKey[] wanted = [.. subject.Benchmarks.Select(benchmark => benchmark.Key).OfType<PeerKey>()];
        return wanted.Any(read.ContainsKey) ? read : throw new GrimoireException(
            $"--against: \"{peer.Command}\" tells of {string.Join(", ", read.Keys)} and of nothing that is measured here: {string.Join(", ", wanted)}.");
    }
}
