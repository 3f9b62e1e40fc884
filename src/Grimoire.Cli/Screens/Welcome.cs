using System.CommandLine;
using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>What <c>grimoire</c> alone shows: what it can do, with a command to copy for each.</summary>
internal static class Welcome
{
    public static int Show(ParseResult parse, Terminal terminal)
    {
        var root = (Verb)parse.RootCommandResult.Command;
        terminal.Line();
        terminal.Line($"[bold]grimoire[/] [dim]{Tool.Version}[/]   {root.Description}");
        terminal.Line();
        terminal.Line($"[bold]Begin here[/]");
        terminal.Line($"  [green]grimoire quickstart[/]                  [dim]raise a small model in five minutes, with no data at hand[/]");
        terminal.Line($"  [green]grimoire pretrain --data my.txt[/]      [dim]the same with your own text[/]");
        terminal.Line();
        terminal.Line($"[bold]Verbs[/]");
        terminal.Console.Write(Verbs(root));
        terminal.Line();
        terminal.Line($"[bold]To copy and try[/]");
        foreach (Verb verb in root.Subcommands.OfType<Verb>().Skip(2))
            terminal.Line($"  [green]{verb.Examples[0]}[/]");
        terminal.Line();
        terminal.Line($"[dim]grimoire VERB --help tells all about a verb.[/]");
        return Tool.Success;
    }

    private static Grid Verbs(Verb root)
    {
        Grid grid = Sheet.Columns(2);
        foreach (Verb verb in root.Subcommands.OfType<Verb>())
            grid.AddRow(new Markup($"[green]{verb.Name}[/]"), new Text(verb.Description ?? ""));
        return grid;
    }
}
