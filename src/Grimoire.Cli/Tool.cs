using System.CommandLine;
using Grimoire.Cli.Commands;

namespace Grimoire.Cli;

/// <summary>The tool: reads the command line, runs a verb, and turns what happens into an exit code.</summary>
internal static class Tool
{
    public const int Success = 0, Failed = 1, WrongUsage = 2, Stopped = 130;

    /// <summary>The version of Grimoire.</summary>
    public static string Version => typeof(Tool).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>All verbs, in the order in which one meets them.</summary>
    internal static (string Name, Func<Verb> Create)[] All { get; } =
    [
        ("quickstart", QuickstartCommand.Create),
        ("pretrain", PretrainCommand.Create),
        ("finetune", FinetuneCommand.Create),
        ("align", AlignCommand.Create),
        ("generate", GenerateCommand.Create),
        ("chat", ChatCommand.Create),
        ("reward", RewardCommand.Create),
        ("compare", CompareCommand.Create),
        ("score", ScoreCommand.Create),
        ("perplexity", PerplexityCommand.Create),
        ("evaluate", EvaluateCommand.Create),
        ("hallucinations", HallucinationsCommand.Create),
        ("embed", EmbedCommand.Create),
        ("tag", TagCommand.Create),
        ("tokenizer", TokenizerCommand.Create),
        ("convert", ConvertCommand.Create),
        ("merge", MergeCommand.Create),
        ("quantize", QuantizeCommand.Create),
        ("info", InfoCommand.Create),
        ("bench", BenchCommand.Create),
        ("pack", PackCommand.Create),
        ("runs", RunsCommand.Create),
        ("check", CheckCommand.Create),
        ("scale", ScaleCommand.Create),
        ("world", WorldCommand.Create),
    ];

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
        foreach (Verb verb in Verbs(args))
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

    /// <summary>The verb that the first word names: to make all of them takes longer than some of them run. If it names none, all.</summary>
    private static IEnumerable<Verb> Verbs(IReadOnlyList<string> args)
    {
        int found = args.Count == 0 ? -1 : Array.FindIndex(All, verb => verb.Name == args[0]);
        return (found < 0 ? All : [All[found]]).Select(verb => verb.Create());
    }
}
