using System.Text;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Puts a <see cref="Text"/> together, piece by piece, with the mark of each.</summary>
internal sealed class TextBuilder
{
    private readonly StringBuilder chars = new();
    private readonly List<Run> runs = [];

    public int Length => chars.Length;

    public void Append(Text text) => Append(text, 0, text.Chars.Length);

    public void Append(Text text, int start, int end)
    {
        int shift = chars.Length - start;
        foreach (Run run in text.Runs)
        {
            if (run.End <= start)
                continue;
            Extend(Math.Min(run.End, end) + shift, run.Mark);
            if (run.End >= end)
                break;
        }

        chars.Append(text.Chars, start, end - start);
    }

    public void Append(ReadOnlySpan<char> piece, Mark mark = default)
    {
        if (piece.IsEmpty)
            return;
        chars.Append(piece);
        Extend(chars.Length, mark);
    }

    /// <summary>Marks everything from <paramref name="start"/> on as written by a <c>{% generation %}</c> block.</summary>
    public void MarkGenerated(int start)
    {
        if (start == chars.Length)
            return;
        int first = runs.FindIndex(run => run.End > start);
        int begin = first == 0 ? 0 : runs[first - 1].End;
        if (begin < start)
        {
            runs.Insert(first, runs[first] with { End = start });
            first++;
        }

        for (int i = first; i < runs.Count; i++)
            runs[i] = runs[i] with { Mark = runs[i].Mark with { Generated = true } };
    }

    public Text ToText() => new(chars.ToString(), [.. runs]);

    private void Extend(int end, Mark mark)
    {
        if (runs.Count > 0 && runs[^1].Mark == mark)
            runs[^1] = new Run(end, mark);
        else if (end > (runs.Count > 0 ? runs[^1].End : 0))
            runs.Add(new Run(end, mark));
    }
}
