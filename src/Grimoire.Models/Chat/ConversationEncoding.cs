using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat;

/// <summary>
/// A rendered conversation as token ids. Special tokens are seen only where the template spells them: what looks like one in a message stays text. The text
/// is cut where the assistant begins to write, as it is when it answers: so a prompt's ids are what the ids of the whole conversation begin with. Nothing else
/// is cut, so that the ids are otherwise those of the text as a whole.
/// </summary>
internal sealed class ConversationEncoding
{
    private readonly Tokenizer tokenizer;
    private readonly Jinja.Text text;
    private readonly bool[] marked;
    private readonly List<int> ids;
    private readonly List<bool> isMarked = [];

    private ConversationEncoding(Tokenizer tokenizer, Jinja.Text text, IReadOnlyList<(int Start, int End)> spans)
    {
        (this.tokenizer, this.text) = (tokenizer, text);
        ids = new List<int>((text.Chars.Length / 3) + 4);
        marked = new bool[text.Chars.Length];
        foreach ((int start, int end) in spans)
            marked.AsSpan(start, end - start).Fill(true);
    }

    /// <summary>Encodes a conversation.</summary>
    /// <param name="tokenizer">The model's tokenizer. It adds nothing: the template writes the begin of the text where there is one.</param>
    /// <param name="text">The rendered conversation.</param>
    /// <param name="spans">Stretches of characters.</param>
    /// <returns>The ids, and of each whether its first character lies in one of the stretches.</returns>
    public static (int[] Ids, bool[] InSpans) Encode(Tokenizer tokenizer, Jinja.Text text, IReadOnlyList<(int Start, int End)> spans)
    {
        var encoding = new ConversationEncoding(tokenizer, text, spans);
        int from = 0;
        while (NextSpecial(tokenizer, text, from) is { } special)
        {
            encoding.AddPieces(from, special.Start);
            encoding.ids.Add(special.Token.Id);
            encoding.isMarked.Add(encoding.marked[special.At]);
            from = special.End;
        }

        encoding.AddPieces(from, text.Chars.Length);
        return ([.. encoding.ids], [.. encoding.isMarked]);
    }

    /// <summary>
    /// The next special token that the template spells, from an index on: the stretch it covers, which may be wider than the token by white space, and
    /// where its own characters begin.
    /// </summary>
    public static (AddedToken Token, int Start, int At, int End)? NextSpecial(Tokenizer tokenizer, Jinja.Text text, int from)
    {
        for (int at = from; at < text.Chars.Length;)
        {
            if (tokenizer.Specials.Next(text.Chars, at, out int start, out int end) is not { } token)
                return null;
            int own = text.Chars.IndexOf(token.Content, start, StringComparison.Ordinal);
            if (IsTrusted(text, own, own + token.Content.Length))
                return (token, start, own, end);
            at = own + 1;
        }

        return null;
    }

    private static bool IsTrusted(Jinja.Text text, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (!text.MarkAt(i).IsTrusted)
                return false;
        }

        return true;
    }

    /// <summary>A stretch without special tokens, cut where the assistant begins to write.</summary>
    private void AddPieces(int start, int end)
    {
        for (int i = start + 1; i < end; i++)
        {
            if (!marked[i] || marked[i - 1])
                continue;
            AddStretch(start, i);
            start = i;
        }

        AddStretch(start, end);
    }

    private void AddStretch(int start, int end)
    {
        if (start == end)
            return;
        int first = ids.Count;
        ReadOnlySpan<char> stretch = text.Chars.AsSpan(start, end - start);
        tokenizer.EncodeStretch(stretch, ids, start == 0);
        ReadOnlySpan<bool> marks = marked.AsSpan(start, end - start);
        if (!marks.ContainsAnyExcept(marks[0]))
        {
            for (int i = first; i < ids.Count; i++)
                isMarked.Add(marks[0]);
        }
        else if (!Align(first, stretch, marks))
        {
            AddParts(first, start, end);
        }
    }

    /// <summary>Finds the first character of each id by the bytes that ids stand for; false where they are not the bytes of the stretch.</summary>
    private bool Align(int first, ReadOnlySpan<char> stretch, ReadOnlySpan<bool> marks)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stretch.ToArray());
        bool[] byteMarks = MarksOfBytes(stretch, marks, bytes.Length);
        int at = 0;
        for (int i = first; i < ids.Count; i++)
        {
            ReadOnlySpan<byte> piece = tokenizer.Bytes(ids[i]);
            if (at == 0 && i == first && piece is [(byte)' ', ..] && bytes[0] != ' ')
                piece = piece[1..]; // SentencePiece's space before a text
            if (!bytes.AsSpan(at).StartsWith(piece) || (at == bytes.Length && !piece.IsEmpty))
            {
                isMarked.RemoveRange(first, isMarked.Count - first);
                return false;
            }

            isMarked.Add(byteMarks[Math.Min(at, bytes.Length - 1)]);
            at += piece.Length;
        }

        if (at == bytes.Length)
            return true;
        isMarked.RemoveRange(first, isMarked.Count - first);
        return false;
    }

    private static bool[] MarksOfBytes(ReadOnlySpan<char> stretch, ReadOnlySpan<bool> marks, int length)
    {
        var byteMarks = new bool[length];
        int at = 0, index = 0;
        foreach (Rune rune in stretch.EnumerateRunes())
        {
            byteMarks.AsSpan(at, rune.Utf8SequenceLength).Fill(marks[index]);
            at += rune.Utf8SequenceLength;
            index += rune.Utf16SequenceLength;
        }

        return byteMarks;
    }

    /// <summary>Where a normalizer changes the text, each part is encoded by itself: then it is certain whose its tokens are.</summary>
    private void AddParts(int first, int start, int end)
    {
        ids.RemoveRange(first, ids.Count - first);
        for (int from = start; from < end;)
        {
            int to = from + 1;
            while (to < end && marked[to] == marked[from])
                to++;
            tokenizer.EncodeStretch(text.Chars.AsSpan(from, to - from), ids, from == 0);
            while (isMarked.Count < ids.Count)
                isMarked.Add(marked[from]);
            from = to;
        }
    }
}
