namespace Grimoire.Cli;

/// <summary>Turns from lines: one line, lines that end in a backslash, or a block between <c>"""</c>.</summary>
internal static class ChatInput
{
    private const string Block = "\"\"\"", Prompt = "> ", More = "… ";

    /// <summary>What somebody typed.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="IsCommand">Whether it begins with a slash; in a block that is text.</param>
    public sealed record Turn(string Text, bool IsCommand);

    /// <summary>The next turn, or null where the input ends.</summary>
    public static Turn? Read(Terminal terminal)
    {
        string? line = Ask(terminal, Prompt);
        if (line is null)
            return null;
        return line.StartsWith(Block, StringComparison.Ordinal)
            ? new Turn(ReadBlock(terminal, line[Block.Length..]), IsCommand: false)
            : new Turn(ReadLines(terminal, line), IsCommand: line.StartsWith('/'));
    }

    private static string ReadBlock(Terminal terminal, string first)
    {
        var lines = new List<string>();
        for (string? line = first; line is not null; line = Ask(terminal, More))
        {
            if (line.TrimEnd().EndsWith(Block, StringComparison.Ordinal))
            {
                lines.Add(line.TrimEnd()[..^Block.Length]);
                break;
            }

            lines.Add(line);
        }

        return string.Join('\n', lines).Trim('\n');
    }

    private static string ReadLines(Terminal terminal, string first)
    {
        var lines = new List<string>();
        for (string? line = first; line is not null; line = Ask(terminal, More))
        {
            bool more = line.EndsWith('\\');
            lines.Add(more ? line[..^1] : line);
            if (!more)
                break;
        }

        return string.Join('\n', lines);
    }

    private static string? Ask(Terminal terminal, string prompt)
    {
        if (terminal.Asks)
        {
            terminal.Out.Write(prompt);
            terminal.Out.Flush();
        }

        return terminal.ReadLine();
    }
}
