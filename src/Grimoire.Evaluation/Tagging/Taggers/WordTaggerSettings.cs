namespace Grimoire.Evaluation.Tagging;

/// <summary>The sizes of a <see cref="WordTagger"/>.</summary>
public sealed record WordTaggerSettings
{
    /// <summary>Numbers of a word's embedding.</summary>
    public int WordChannels { get; init; } = 100;

    /// <summary>Numbers of a character's embedding.</summary>
    public int CharacterChannels { get; init; } = 32;

    /// <summary>What reads a word's characters has so many channels in each direction.</summary>
    public int SpellingChannels { get; init; } = 50;

    /// <summary>What reads a sentence has so many channels in each direction.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Layers that read a sentence.</summary>
    public int Layers { get; init; } = 1;
}
