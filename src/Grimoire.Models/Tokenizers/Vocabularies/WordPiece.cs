using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>The settings of a WordPiece model beside its vocabulary, as `tokenizer.json` has them.</summary>
internal sealed record WordPieceSettings
{
    /// <summary>The piece for a word that cannot be spelled.</summary>
    public string Unknown { get; init; } = "[UNK]";

    /// <summary>What stands before pieces that go on with a word.</summary>
    public string ContinuingPrefix { get; init; } = "##";

    /// <summary>Words of more code points are unknown as a whole.</summary>
    public int LongestWord { get; init; } = 100;
}

/// <summary>
/// WordPiece as in BERT (Devlin et al. 2019): the longest piece with which a word begins, then the longest with which it goes on, and so on; a
/// word of which some rest has no piece is unknown as a whole.
/// </summary>
internal sealed class WordPiece : TokenModel
{
    private readonly PieceTrie _pieces;
    private readonly int _continuing, _unknown;

    public WordPiece(Vocabulary vocabulary, WordPieceSettings settings)
        : base(vocabulary)
    {
        Settings = settings;
        _pieces = new PieceTrie(vocabulary, Enumerable.Range(0, vocabulary.Size));
        _continuing = _pieces.Next(PieceTrie.Root, settings.ContinuingPrefix);
        _unknown = vocabulary.Find(settings.Unknown, -1);
    }

    public WordPieceSettings Settings { get; }

    public override string? Unknown => _unknown < 0 ? null : Settings.Unknown;

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        int before = ids.Count;
        if (IsTooLong(word) || !TrySpell(word, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(_unknown >= 0 ? _unknown
                : throw new GrimoireException($"The word {word.ToString().Quoted()} cannot be spelled with the vocabulary, " +
                    $"which has no {Settings.Unknown.Quoted()}; remove it from the text."));
        }
    }

    private bool TrySpell(ReadOnlySpan<char> word, List<int> ids)
    {
        for (int at = 0; at < word.Length;)
        {
            int id = -1, end = at;
            int node = at == 0 ? PieceTrie.Root : _continuing;
            for (int i = at; i < word.Length && node >= 0; i++)
            {
                node = _pieces.Next(node, word[i]);
                if (node >= 0 && _pieces.Id(node) is >= 0 and int found)
                    (id, end) = (found, i + 1);
            }

            if (id < 0)
                return false;
            ids.Add(id);
            at = end;
        }

        return true;
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= Settings.LongestWord)
            return false;
        int count = 0;
        foreach (Rune _ in word.EnumerateRunes())
            count++;
        return count > Settings.LongestWord;
    }
}
