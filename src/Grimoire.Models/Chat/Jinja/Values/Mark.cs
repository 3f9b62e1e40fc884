namespace Grimoire.Models.Chat.Jinja;

/// <summary>Where characters come from: the template itself, a message, or other data; and whether a <c>{% generation %}</c> block wrote them.</summary>
/// <param name="Source">0: the template; -1: data beside the messages; n: message n - 1.</param>
/// <param name="Generated">Whether they stand between <c>{% generation %}</c> and <c>{% endgeneration %}</c>.</param>
internal readonly record struct Mark(int Source, bool Generated = false)
{
    public static Mark Template => default;

    public static Mark Data => new(-1);

    /// <summary>Whether the author of the template wrote the characters, so that they may spell special tokens.</summary>
    public bool IsTrusted => Source == 0;

    public static Mark Message(int index) => new(index + 1);
}

/// <summary>A run of characters of one mark; it ends before <paramref name="End"/>.</summary>
internal readonly record struct Run(int End, Mark Mark);
