using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>The help of a verb: its purpose in a line, how it is called, its options in groups, examples to copy.</summary>
internal static class HelpScreen
{
    private const int NameWidth = 22;
    private static readonly Style Quiet = new(decoration: Decoration.Dim), Word = new(Color.Green);

    public static int Show(Verb verb, Terminal terminal)
    {
        terminal.Line();
        terminal.Line($"[bold]{verb.Call}[/]   {verb.Description}");
        terminal.Line();
        terminal.Line($"  {Synopsis(verb)}");
        if (verb.Detail.Length > 0)
        {
            terminal.Line();
            terminal.Console.Write(new Padder(new Text(verb.Detail), new Padding(2, 0, 0, 0)));
        }

        if (verb.Arguments.Count > 0)
            Section(terminal, "Arguments", verb.Arguments.Select(a => (a.Name, a.Description ?? "", "")));
        if (verb.Subcommands.Count > 0)
            Section(terminal, "Verbs", verb.Subcommands.Select(c => (c.Name, c.Description ?? "", "")));
        foreach (IGrouping<string, OptionHelp> group in Shown(verb).GroupBy(o => o.Group).OrderBy(g => g.Key == "Everywhere"))
            Section(terminal, group.Key, group.Select(o => (o.Name, o.Description, o.Expected)));
        Examples(terminal, verb);
        return Tool.Success;
    }

    private static IEnumerable<OptionHelp> Shown(Verb verb) =>
        verb.Line.SelectMany(v => v == verb ? v.Help : v.Help.Where(option => v.Options.First(o => o.Name == option.Name).Recursive));

    private static string Synopsis(Verb verb)
    {
        IEnumerable<string> arguments = verb.Arguments.Select(a => (a.Arity.MinimumNumberOfValues, a.Arity.MaximumNumberOfValues) switch
        {
            (0, 1) => $"[{a.Name}]",
            (0, _) => $"[{a.Name} …]",
            (_, 1) => a.Name,
            _ => $"{a.Name} …",
        });
        return string.Join(' ', [verb.Call, .. verb.Subcommands.Count > 0 && verb.Run is null ? ["VERB"] : arguments, "[options]"]);
    }

    private static void Section(Terminal terminal, string heading, IEnumerable<(string Name, string Description, string Expected)> rows)
    {
        terminal.Line();
        terminal.Line($"[bold]{heading}[/]");
        Grid grid = Sheet.Columns(2);
        grid.Columns[0].Width = NameWidth;
        foreach ((string name, string description, string expected) in rows)
        {
            var text = new Paragraph(description);
            if (expected.Length > 0)
                text.Append($" ({expected})", Quiet);
            grid.AddRow(new Text(name, Word), text);
        }

        terminal.Console.Write(grid);
    }

    private static void Examples(Terminal terminal, Verb verb)
    {
        if (verb.Examples.Count == 0)
            return;
        terminal.Line();
        terminal.Line($"[bold]Examples[/]");
        foreach (string example in verb.Examples)
            terminal.Out.WriteLine($"  {example}");
        terminal.Line();
    }
}
