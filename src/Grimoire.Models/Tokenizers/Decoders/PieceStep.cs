namespace Grimoire.Models.Tokenizers;

/// <summary>Rewrites a piece on its way to text.</summary>
internal abstract class PieceStep
{
    /// <summary>What the piece becomes; <paramref name="first"/> holds for the first of a text.</summary>
    public abstract string Apply(string piece, bool first);
}

/// <summary>Replaces a string wherever it stands.</summary>
internal sealed class PieceReplace(string pattern, string content) : PieceStep
{
    public override string Apply(string piece, bool first) => piece.Replace(pattern, content, StringComparison.Ordinal);
}

/// <summary>Replaces every match of a regular expression.</summary>
internal sealed class PieceRegexReplace(FilePattern pattern, string content) : PieceStep
{
    public override string Apply(string piece, bool first) => pattern.Replace(piece, content).ToString();
}

/// <summary>Spaces for SentencePiece's marks; the first piece loses its marks where a dummy one was put in front.</summary>
internal sealed class PieceMetaspace(char mark, bool prefixed) : PieceStep
{
    public override string Apply(string piece, bool first) =>
        first && prefixed ? piece.Replace(mark.ToString(), "", StringComparison.Ordinal) : piece.Replace(mark, ' ');
}

/// <summary>WordPiece: a piece that goes on with a word loses its prefix, any other but the first gets a space in front.</summary>
internal sealed class PieceSubword(string prefix, bool cleanup) : PieceStep
{
    public override string Apply(string piece, bool first)
    {
        if (!first)
            piece = piece.StartsWith(prefix, StringComparison.Ordinal) ? piece[prefix.Length..] : " " + piece;
        return cleanup ? Cleanup(piece) : piece;
    }

    /// <summary>No space before English punctuation and contractions.</summary>
    public static string Cleanup(string piece) =>
        piece.Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal).Replace(" !", "!", StringComparison.Ordinal)
            .Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal).Replace(" n't", "n't", StringComparison.Ordinal)
            .Replace(" 'm", "'m", StringComparison.Ordinal).Replace(" do not", " don't", StringComparison.Ordinal)
            .Replace(" 's", "'s", StringComparison.Ordinal).Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);
}

/// <summary>Connectionist temporal classification: no padding, and spaces for the mark between words.</summary>
internal sealed class PieceCtc(string padding, string delimiter, bool cleanup) : PieceStep
{
    public override string Apply(string piece, bool first)
    {
        string text = padding.Length == 0 ? piece : piece.Replace(padding, "", StringComparison.Ordinal);
        if (!cleanup)
            return text;
        text = PieceSubword.Cleanup(text);
        return delimiter.Length == 0 ? text : text.Replace(delimiter, " ", StringComparison.Ordinal);
    }
}

/// <summary>Takes so many copies of a character off the ends of a piece.</summary>
internal sealed class PieceStrip(char stripped, int start, int end) : PieceStep
{
    public override string Apply(string piece, bool first)
    {
        int from = 0, to = piece.Length;
        while (from < to && from < start && piece[from] == stripped)
            from++;
        while (to > from && piece.Length - to < end && piece[to - 1] == stripped)
            to--;
        return piece[from..to];
    }
}
