namespace Grimoire.Training.Runs;

/// <summary>What became of a run.</summary>
public enum RunStatus
{
    /// <summary>A process is at work on it.</summary>
    Running,

    /// <summary>It did all its steps.</summary>
    Finished,

    /// <summary>The user stopped it; it can be continued.</summary>
    Stopped,

    /// <summary>It gave up with an error.</summary>
    Failed,

    /// <summary>Its process ended without a word (killed, power cut); it can be continued.</summary>
    Interrupted,
}
