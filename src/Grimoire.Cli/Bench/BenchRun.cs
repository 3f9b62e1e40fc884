namespace Grimoire.Cli.Bench;

/// <summary>
/// Measures subjects in rounds: the machine's limits, everything once, and the peer beside it, first or last by turns. Rounds in which others used the
/// machine are measured again, up to as many as were asked for.
/// </summary>
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

    /// <summary>Rounds that do not count, as the machine was not quiet.</summary>
    public int Rejected { get; private set; }

    /// <summary>Measures all; what is measured by then is kept where it is cancelled.</summary>
    /// <param name="subjects">By name.</param>
    /// <param name="tell">Told the share that is done, and what is at it.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Measure(IReadOnlyList<(string Name, Func<Subject> Make)> subjects, Action<double, string> tell, CancellationToken cancellation)
    {
        for (int i = 0; i < subjects.Count; i++)
        {
            int before = i;
            tell((double)before / subjects.Count, subjects[i].Name);
            Measure(subjects[i].Make(), (share, what) => tell((before + share) / subjects.Count, what), cancellation);

            // A model's native memory goes with its last reference; the next model may need it.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private void Measure(Subject subject, Action<double, string> tell, CancellationToken cancellation)
    {
        int wanted = Math.Min(rounds, subject.MostRounds), most = subject.MostRounds == 1 ? 1 : 2 * wanted;
        var done = new List<Round>();
        try
        {
            if (subject.MostRounds > 1)
                Once(subject, at => tell(0, $"{subject.Name}, warming up: {at}"), cancellation);
            while (done.Count < most && done.Count(round => round.Quiet) < wanted)
            {
                int number = done.Count;
                void Tell(string at) => tell(Math.Min(0.99, (double)number / wanted), $"{subject.Name}, round {number + 1}: {at}");
                done.Add(Measure(subject, number, Tell, cancellation));
            }
        }
        finally
        {
            Keep(subject, done, wanted);
        }
    }

    private Round Measure(Subject subject, int number, Action<string> tell, CancellationToken cancellation)
    {
        tell("the machine's limits");
        LimitSample limits = Limits.Measure();
        bool quiet = Limits.IsQuiet(limits);
        IReadOnlyDictionary<PeerKey, double>? read = null;
        if (number % 2 == 1)
            Compare();
        double[] values = Once(subject, tell, cancellation);
        if (number % 2 == 0)
            Compare();
        quiet &= Limits.IsQuiet();
        return new Round(values, [.. subject.Benchmarks.Select(benchmark => Found(read, benchmark))], limits, quiet);

        // Between the two the machine is looked at too.
        void Compare()
        {
            if (peer is null || subject.Benchmarks.All(benchmark => benchmark.Key is null))
                return;
            quiet &= number % 2 == 1 || Limits.IsQuiet();
            read = Ask(subject, tell, cancellation);
            quiet &= number % 2 == 0 || Limits.IsQuiet();
        }
    }

    /// <summary>Where most of the rounds that were wanted were quiet ones, only those count.</summary>
    private void Keep(Subject subject, List<Round> done, int wanted)
    {
        List<Round> quiet = [.. done.Where(round => round.Quiet)], kept = 2 * quiet.Count > wanted ? quiet : done;
        Rejected += done.Count - kept.Count;
        for (int i = 0; i < subject.Benchmarks.Count && kept.Count > 0; i++)
        {
            Benchmark benchmark = subject.Benchmarks[i];
            double[] theirs = [.. kept.Select(round => round.Peer[i])];
            results.Add(new Measured(
                subject.Name, benchmark, [.. kept.Select(round => round.Values[i])], theirs.Any(double.IsFinite) ? theirs : [],
                LimitSamples.Median(kept.Select(round => round.Limits.On(benchmark.Threads)))));
        }
    }

    private static double[] Once(Subject subject, Action<string> tell, CancellationToken cancellation) => [.. subject.Benchmarks.Select(benchmark =>
    {
        cancellation.ThrowIfCancellationRequested();
        tell(benchmark.Name);
        return benchmark.Run(cancellation);
    })];

    /// <summary>The peer's figures, one of which at least must be wanted.</summary>
    private IReadOnlyDictionary<PeerKey, double> Ask(Subject subject, Action<string> tell, CancellationToken cancellation)
    {
        tell("the peer");
        IReadOnlyDictionary<PeerKey, double> read = peer!.Measure(subject.Words, cancellation);
        PeerKey[] wanted = [.. subject.Benchmarks.Select(benchmark => benchmark.Key).OfType<PeerKey>()];
        return wanted.Any(read.ContainsKey) ? read : throw new GrimoireException(
            $"--against: \"{peer.Command}\" tells of {string.Join(", ", read.Keys)} and of nothing that is measured here: {string.Join(", ", wanted)}.");
    }

    private static double Found(IReadOnlyDictionary<PeerKey, double>? read, Benchmark benchmark) =>
        read is not null && benchmark.Key is { } key && read.TryGetValue(key, out double value) ? value : double.NaN;

    /// <summary>One round.</summary>
    /// <param name="Values">Of each benchmark.</param>
    /// <param name="Peer">The peer's; no number where it has none.</param>
    /// <param name="Limits">The machine's at its beginning.</param>
    /// <param name="Quiet">Whether nobody else used the machine, as far as can be seen.</param>
    private sealed record Round(double[] Values, double[] Peer, LimitSample Limits, bool Quiet);
}
