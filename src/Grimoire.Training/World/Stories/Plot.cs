namespace Grimoire.Training.Worlds;

/// <summary>The course of a story: beats in order, each with several ways to tell it.</summary>
internal sealed record Plot(string Name, Word[][] Props, Plot.Beat[] Beats)
{
    /// <summary>One step of the plot.</summary>
    internal sealed record Beat(bool MayBeLeftOut, Template[] Alternatives);

    public static Plot Parse(string name, Word[][] props, string text)
    {
        var blocks = text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new Plot(
            name, props, [.. blocks.Select(block => new Beat(block.StartsWith('?'), Template.Lines(block.Replace("? ", "", StringComparison.Ordinal))))]);
    }
}
