namespace Grimoire.Models.Chat.Jinja;

/// <summary>The text of a template with its line ends made one, and where its lines begin.</summary>
internal sealed class SourceText
{
    private readonly List<int> lines = [0];

    public SourceText(string source)
    {
        string text = source.ReplaceLineEndings("\n");
        Chars = text.EndsWith('\n') ? text[..^1] : text; // Jinja drops one line end at the end
        for (int i = 0; i < Chars.Length; i++)
        {
            if (Chars[i] == '\n')
                lines.Add(i + 1);
        }
    }

    public string Chars { get; }

    public Place PlaceOf(int index)
    {
        int found = lines.BinarySearch(index);
        int line = found >= 0 ? found : ~found - 1;
        return new Place(line + 1, index - lines[line] + 1);
    }
}
