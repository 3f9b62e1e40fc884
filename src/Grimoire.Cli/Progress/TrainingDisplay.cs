using Grimoire.Training;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Shows training while it goes on.</summary>
/// <param name="between">What stands between the prompt of a sample and what the model made of it.</param>
internal abstract class TrainingDisplay(string between) : IProgress<TrainingEvent>
{
    /// <summary>How it goes; null until there is a plan.</summary>
    protected TrainingPace? Pace { get; private set; }

    /// <summary>The display that fits the terminal.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="answers">Whether samples answer their prompts, rather than go on with them.</param>
    public static TrainingDisplay For(Terminal terminal, bool answers) => terminal.IsLive
        ? new LiveDisplay(terminal, answers ? "\n" : "") : new PlainDisplay(terminal, answers ? " → " : "");

    /// <summary>Does the work and shows what it reports.</summary>
    public TrainingOutcome While(TrainingPace pace, Func<TrainingOutcome> work)
    {
        Pace = pace;
        return Show(work);
    }

    /// <summary>A sample's prompt and text.</summary>
    protected string Whole(TextSample sample) => sample.Prompt + between + sample.Text;

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
