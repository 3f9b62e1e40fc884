namespace Grimoire.Models.Tokenizers;

/// <summary>Every word is one piece; words that are not in the vocabulary become the unknown token.</summary>
internal sealed class WordLevel : TokenModel
{
    private readonly int _unknown;

    public WordLevel(Vocabulary vocabulary, string? unknown)
        : base(vocabulary)
    {
        Unknown = unknown;
        _unknown = unknown is null ? -1 : vocabulary.Find(unknown, -1);
    }

    public override string? Unknown { get; }

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        int id = Vocabulary.Find(word, _unknown);
        if (id < 0)
            throw new GrimoireException(
                $"The word {word.ToString().Quoted()} is not in the vocabulary, which has no unknown token; train with one or change the text.");
        ids.Add(id);
    }
}
