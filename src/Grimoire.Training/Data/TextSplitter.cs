namespace Grimoire.Training.Data;

/// <summary>A stretch of a document's text, and whether the document ends with it.</summary>
internal readonly record struct TextPiece(string Text, bool EndsDocument);

/// <summary>Cuts a stream of characters into documents at a separator, and long documents into pieces of bounded size.</summary>
internal static class TextSplitter
{
    /// <summary>Documents longer than this are encoded in pieces, so that memory stays small and every thread has work.</summary>
    public const int PieceLength = 1 << 18;

    /// <summary>
    /// The non-empty documents between separators. One line break on each side of a separator belongs to the separator.
    /// With <paramref name="maximum"/> below <see cref="int.MaxValue"/>, longer documents come in several pieces.
    /// </summary>
    public static IEnumerable<TextPiece> Split(IEnumerable<string> chunks, string separator, int maximum = PieceLength)
    {
        string pending = "";
        bool inDocument = false, afterSeparator = false;
        foreach (string chunk in chunks)
        {
            // Only the end of what was pending can hold the beginning of a separator.
            int searched = Math.Max(0, pending.Length - separator.Length + 1);
            pending += chunk;
            int begin = 0;
            while (true)
            {
                int at = pending.IndexOf(separator, Math.Max(begin, searched), StringComparison.Ordinal);
                int end = at >= 0 ? at : pending.Length;
                while (end - begin > maximum)
                {
                    int cut = begin + SafeCut(pending.AsSpan(begin, maximum - separator.Length - 2));
                    yield return new TextPiece(WithoutBreaks(pending[begin..cut], afterSeparator && !inDocument, atEnd: false), false);
                    (begin, inDocument) = (cut, true);
                }

                if (at < 0)
                    break;
                string text = WithoutBreaks(pending[begin..at], afterSeparator && !inDocument, atEnd: true);
                if (text.Length > 0 || inDocument)
                    yield return new TextPiece(text, true);
                (begin, inDocument, afterSeparator) = (at + separator.Length, false, true);
            }

            pending = pending[begin..];
        }

        string last = WithoutBreaks(pending, afterSeparator && !inDocument, atEnd: false);
        if (last.Length > 0 || inDocument)
            yield return new TextPiece(last, true);
    }

    /// <summary>
    /// Where a text may be cut so that its halves encode as the whole does: after a line break that stands alone before a letter or digit, else before a
    /// space between two letters; every common pre-tokenisation splits there. A text without either is cut between any two characters.
    /// </summary>
    internal static int SafeCut(ReadOnlySpan<char> text)
    {
        for (int i = text.Length - 1; i > text.Length / 2; i--)
        {
            if (text[i - 1] == '\n' && char.IsLetterOrDigit(text[i]) && !char.IsWhiteSpace(text[i - 2]))
                return i;
        }

        for (int i = text.Length - 2; i > text.Length / 2; i--)
        {
            if (text[i] == ' ' && char.IsLetter(text[i + 1]) && char.IsLetter(text[i - 1]))
                return i;
        }

        return char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length;
    }

    private static string WithoutBreaks(string text, bool atStart, bool atEnd)
    {
        int begin = 0, end = text.Length;
        if (atStart && text.StartsWith("\r\n", StringComparison.Ordinal))
            begin = 2;
        else if (atStart && text.StartsWith('\n'))
            begin = 1;
        if (atEnd && end > begin && text[end - 1] == '\n')
            end--;
        if (atEnd && end > begin && text[end - 1] == '\r')
            end--;
        return text[begin..end];
    }
}
