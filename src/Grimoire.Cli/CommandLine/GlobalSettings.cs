using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli;

/// <summary>What every verb understands.</summary>
internal sealed record GlobalSettings
{
    /// <summary>Threads; null for one a core.</summary>
    public int? Threads { get; init; }

    /// <summary>Show where an error came from.</summary>
    public bool Verbose { get; init; }

    /// <summary>No colours.</summary>
    public bool NoColor { get; init; }

    public static SettingList<GlobalSettings> Settings { get; } =
    [
        Setting.Of("threads", "threads to compute with; results do not depend on them", Count(1, 1024).OrNone(),
            (GlobalSettings s) => s.Threads, (s, v) => s with { Threads = v }, "Everywhere"),
        Setting.Of("verbose", "on an error, show where it came from", Flag, (GlobalSettings s) => s.Verbose, (s, v) => s with { Verbose = v }, "Everywhere"),
        Setting.Of("no_color", "no colours (as the environment variable NO_COLOR)", Flag,
            (GlobalSettings s) => s.NoColor, (s, v) => s with { NoColor = v }, "Everywhere"),
    ];
}
