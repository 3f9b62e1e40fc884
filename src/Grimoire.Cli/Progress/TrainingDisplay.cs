using Grimoire.Training;

namespace Grimoire.Cli;

/// <summary>Shows training while it goes on.</summary>
internal abstract class TrainingDisplay : IProgress<TrainingEvent>
{
    /// <summary>How it goes; null until there is a plan.</summary>
    protected TrainingPace? Pace { get; private set; }

    /// <summary>The display that fits the terminal.</summary>
    public static TrainingDisplay For(Terminal terminal) => terminal.IsLive ? new LiveDisplay(terminal) : new PlainDisplay(terminal);

    /// <summary>Does the work and shows what it reports.</summary>
    public TrainingOutcome While(TrainingPace pace, Func<TrainingOutcome> work)
    {
        Pace = pace;
        return Show(work);
    }

    /// <inheritdoc/>
    public void Report(TrainingEvent value)
    {
        if (Pace is null)
            return;
        Pace.Observe(value);
        Show(value);
    }

    /// <summary>Does the work, with whatever must stand around it.</summary>
    protected virtual TrainingOutcome Show(Func<TrainingOutcome> work) => work();

    /// <summary>Shows what happened, after <see cref="Pace"/> has taken note of it.</summary>
    protected abstract void Show(TrainingEvent happened);
}
