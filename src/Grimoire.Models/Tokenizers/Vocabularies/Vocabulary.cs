namespace Grimoire.Models.Tokenizers;

/// <summary>The pieces of a model, spelled as in its file, by id and by name. Ids may have gaps; no piece stands twice.</summary>
internal sealed class Vocabulary
{
    private readonly string?[] _pieces;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;

    public Vocabulary(string?[] pieces)
    {
        _pieces = pieces;
        _ids = new Dictionary<string, int>(pieces.Length, StringComparer.Ordinal);
        for (int id = 0; id < pieces.Length; id++)
        {
            if (pieces[id] is { } piece && !_ids.TryAdd(piece, id))
                throw new GrimoireException($"The vocabulary holds the piece {piece.Quoted()} twice (ids {_ids[piece]} and {id}); each piece needs one id.");
        }

        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>One more than the largest id.</summary>
    public int Size => _pieces.Length;

    /// <summary>The piece of an id, or null where the numbering has a gap.</summary>
    public string? this[int id] => (uint)id < (uint)_pieces.Length ? _pieces[id] : null;

    public int? Find(ReadOnlySpan<char> piece) => _idsBySpan.TryGetValue(piece, out int id) ? id : null;

    public int Find(ReadOnlySpan<char> piece, int otherwise) => _idsBySpan.TryGetValue(piece, out int id) ? id : otherwise;

    /// <summary>Whether no piece of these ids reaches over the place between another character and <paramref name="mark"/>.</summary>
    public bool CanCutBefore(char mark, IEnumerable<int> ids)
    {
        foreach (int id in ids)
        {
            if (_pieces[id].AsSpan().TrimStart(mark).Contains(mark))
                return false;
        }

        return true;
    }
}
