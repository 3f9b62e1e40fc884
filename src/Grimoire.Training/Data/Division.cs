namespace Grimoire.Training.Data;

/// <summary>Decides which text is held out for validation.</summary>
internal static class Division
{
    /// <summary>The pieces in order, each marked; a piece may be cut in two where the held-out end of the text begins.</summary>
    public static IEnumerable<(TextPiece Piece, bool HeldOut)> Divide(IEnumerable<TextPiece> pieces, CorpusSize size, SplitSettings split)
    {
        long documents = (long)(size.Documents * split.Fraction);
        if (split.Fraction == 0)
            return pieces.Select(piece => (piece, false));
        return documents >= 1 && size.Documents > 1
            ? ByDocument(pieces, new Permutation(size.Documents, split.Seed), documents)
            : ByTail(pieces, (long)(size.Characters * (1 - split.Fraction)));
    }

    /// <summary>A document is held out when the shuffle puts it among the first <paramref name="count"/>.</summary>
    private static IEnumerable<(TextPiece, bool)> ByDocument(IEnumerable<TextPiece> pieces, Permutation shuffle, long count)
    {
        long document = 0;
        foreach (TextPiece piece in pieces)
        {
            yield return (piece, shuffle[document] < count);
            document += piece.EndsDocument ? 1 : 0;
        }
    }

    private static IEnumerable<(TextPiece, bool)> ByTail(IEnumerable<TextPiece> pieces, long trainCharacters)
    {
        long left = trainCharacters;
        foreach (TextPiece piece in pieces)
        {
            long length = Corpus.Characters(piece.Text);
            if (left >= length)
            {
                yield return (piece, false);
            }
            else if (left <= 0)
            {
                yield return (piece, true);
            }
            else
            {
                int cut = IndexOf(piece.Text, left);
                yield return (new TextPiece(piece.Text[..cut], false), false);
                yield return (new TextPiece(piece.Text[cut..], piece.EndsDocument), true);
            }

            left -= length;
        }
    }

    /// <summary>Where character (code point) number <paramref name="character"/> begins.</summary>
    private static int IndexOf(string text, long character)
    {
        int i = 0;
        for (; character > 0; character--)
            i += char.IsSurrogatePair(text, i) ? 2 : 1;
        return i;
    }
}
