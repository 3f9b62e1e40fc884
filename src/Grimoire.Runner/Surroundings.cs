namespace Grimoire.Runner;

/// <summary>What a session reads from and writes to.</summary>
internal sealed record Surroundings(TextReader In, TextWriter Out, TextWriter Error, Interruption Interruption)
{
    /// <summary>Whether a person watches the output.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whether a person types the input.</summary>
    public bool IsTyped { get; init; }
}
