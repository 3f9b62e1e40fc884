namespace Grimoire.Models.Tokenizers;

/// <summary>What turns one word of a text into ids: the last step of encoding.</summary>
internal abstract class TokenModel(Vocabulary vocabulary)
{
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Appends the ids of <paramref name="word"/>.</summary>
    /// <exception cref="GrimoireException">Something in the word has no id and the model has no unknown token.</exception>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> ids);

    /// <summary>
    /// A character before which a word may be cut without changing any id (unless the same character stands before it), or null. Short words are found in the
    /// cache.
    /// </summary>
    public virtual char? CutBefore => null;

    /// <summary>The piece that stands for what has no id, or null.</summary>
    public abstract string? Unknown { get; }
}
