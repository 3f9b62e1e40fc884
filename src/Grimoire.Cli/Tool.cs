using System.CommandLine;
using Grimoire.Cli.Commands;

namespace Grimoire.Cli;

/// <summary>The tool: reads the command line, runs a verb, and turns what happens into an exit code.</summary>
internal static class Tool
{
    public const int Success = 0, Failed = 1, WrongUsage = 2, Stopped = 130;

    /// <summary>The version of Grimoire.</summary>
    public static string Version => typeof(Tool).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Runs one command line.</summary>
    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        var root = new Verb("grimoire", "Language models, from raw text to a talking model, in one tool.") { Run = Welcome.Show };
        var help = new Option<bool>("--help", "-h", "-?") { Recursive = true };
        var version = new Option<bool>("--version");
        root.Add(help);
        root.Add(version);
        root.Help.Add(new OptionHelp("Options", version.Name, "tell the version", ""));
        var globals = new Options<GlobalSettings>(root, GlobalSettings.Settings, defaults: null, inherited: true);
        foreach (Verb verb in All())
            root.Add(verb);

        ParseResult parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        GlobalSettings settings = new();
        try
        {
            settings = globals.Read(parse, settings);
            terminal = settings.NoColor ? terminal.WithoutColour() : terminal;
            if (!parse.GetValue(version))
                return Dispatch(parse, parse.GetValue(help), terminal);
            terminal.Out.WriteLine(Version);
            return Success;
        }
        catch (OperationCanceledException) when (terminal.Stop.IsCancellationRequested)
        {
            terminal.Complain("Stopped.");
            return Stopped;
        }
        catch (Exception e)
        {
            terminal.Complain(Failure.Sentence(e));
            if (settings.Verbose)
                terminal.Error.WriteLine(e);
            return e is UsageException ? WrongUsage : Failed;
        }
    }

    private static int Dispatch(ParseResult parse, bool help, Terminal terminal)
    {
        var verb = (Verb)parse.CommandResult.Command;
        if (help || (verb.Run is null && parse.UnmatchedTokens.Count == 0))
            return HelpScreen.Show(verb, terminal);
        return Usage.Fault(parse) is { } fault ? throw new UsageException(fault) : verb.Run!(parse, terminal);
    }

    /// <summary>All verbs, in the order in which one meets them.</summary>
    private static IEnumerable<Verb> All() =>
    [
        QuickstartCommand.Create(),
        PretrainCommand.Create(),
        FinetuneCommand.Create(),
        AlignCommand.Create(),
        GenerateCommand.Create(),
        ChatCommand.Create(),
        RewardCommand.Create(),
        CompareCommand.Create(),
        ScoreCommand.Create(),
        PerplexityCommand.Create(),
        EvaluateCommand.Create(),
        HallucinationsCommand.Create(),
        EmbedCommand.Create(),
        TagCommand.Create(),
        TokenizerCommand.Create(),
        ConvertCommand.Create(),
        MergeCommand.Create(),
        QuantizeCommand.Create(),
        InfoCommand.Create(),
        PackCommand.Create(),
        RunsCommand.Create(),
        CheckCommand.Create(),
        ScaleCommand.Create(),
        WorldCommand.Create(),
    ];
}
