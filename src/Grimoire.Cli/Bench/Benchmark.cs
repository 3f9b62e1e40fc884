namespace Grimoire.Cli.Bench;

/// <summary>Something to be measured in rounds.</summary>
/// <param name="Name">What, as in <c>prefill 128</c>.</param>
/// <param name="Unit">Of its values, as in <c>tokens/s</c>.</param>
/// <param name="Threads">Threads it uses.</param>
/// <param name="Run">Does it once and returns the value; stops where it is cancelled.</param>
internal sealed record Benchmark(string Name, string Unit, int Threads, Func<CancellationToken, double> Run)
{
    /// <summary>What a unit costs at least; empty where no limit of the machine binds it.</summary>
    public Work Work { get; init; }

    /// <summary>Whether a smaller value is a better one, as of seconds and bytes.</summary>
    public bool LessIsBetter { get; init; }

    /// <summary>What a peer's output calls the same; null where no peer is asked.</summary>
    public PeerKey? Key { get; init; }
}

/// <summary>Benchmarks that belong together: those of a model, or of a kind of work.</summary>
/// <param name="Name">The model's name, or that of the work.</param>
/// <param name="Benchmarks">In the order in which they run.</param>
internal sealed record Subject(string Name, IReadOnlyList<Benchmark> Benchmarks)
{
    /// <summary>What a peer's command line needs to know.</summary>
    public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Rounds at most, where one takes long and measures much.</summary>
    public int MostRounds { get; init; } = int.MaxValue;
}

/// <summary>What came of a benchmark.</summary>
/// <param name="Subject">What it belongs to.</param>
/// <param name="Benchmark">What was measured.</param>
/// <param name="Values">Round by round.</param>
/// <param name="Peer">The peer's values in the same rounds, no number where it says nothing of this; empty where there is no peer.</param>
/// <param name="Limits">The machine's limits meanwhile.</param>
internal sealed record Measured(string Subject, Benchmark Benchmark, IReadOnlyList<double> Values, IReadOnlyList<double> Peer, Limits Limits)
{
    /// <summary>The values' middle and ends.</summary>
    public Spread Spread => Spread.Of(Values);

    /// <summary>How many times as fast as the peer, pair by pair.</summary>
    public IReadOnlyList<double> Ratios =>
        [.. Values.Zip(Peer, (ours, theirs) => Benchmark.LessIsBetter ? theirs / ours : ours / theirs).Where(double.IsFinite)];

    /// <summary>The share of the limit that binds, and its name.</summary>
    public (double Share, string Limit) Share
    {
        get
        {
            (double rate, string limit) = Benchmark.Work.Most(Limits);
            return (Spread.Median / rate, limit);
        }
    }
}
