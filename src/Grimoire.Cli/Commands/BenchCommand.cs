using System.CommandLine;
using Grimoire.Cli.Bench;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire bench</c>: how fast this machine computes, as a share of what it can, and beside others.</summary>
internal static class BenchCommand
{
    public static Verb Create()
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "GGUF files, model folders or run folders, and for the suite tokenizer vocabularies; none for a small model made here",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Options<BenchSettings>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new("bench", "Measure speed: each figure as a share of what the machine can do, and beside other programs.",
            "grimoire bench",
            "grimoire bench model.gguf --suite prefill,decode --json speed.json",
            "grimoire bench model.gguf --suite prefill,decode --against 'llama-bench -m {model} -t {threads} -p {prompt} -n {decode} -o json'")
        {
            Detail = "Figures are medians over the rounds, with the smallest and the largest. The machine's limits (multiply-adds of floats and of bytes in " +
                "registers, and bytes read from memory) are measured between the rounds, and each figure is told as a share of the limit that binds it. A " +
                "peer runs in turns with this program, first in every other round; ratios are of the values of a round, above 1 where this program is faster.",
            Run = (parse, terminal) => Run(terminal, parse.GetValue(models) ?? [], options!.Read(parse, new BenchSettings()), opening!(parse)),
        };
        verb.Add(models);
        options = new Options<BenchSettings>(verb, BenchSettings.Settings, new BenchSettings());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string[] models, BenchSettings settings, Opening opening)
    {
        Peer? peer = settings.Against is { } command ? new Peer(command) : null;
        IReadOnlyList<(string, Func<Subject>)> subjects = new Suites(settings, models, opening).All();
        if (subjects.Count == 0)
            throw new UsageException("there is nothing to measure; choose other suites with --suite.");
        var run = new BenchRun(settings.Rounds, opening.Kernels.Threads, peer);
        bool finished = false;
        try
        {
            TimedWork.Do(terminal, "measuring", tell =>
            {
                run.Measure(subjects, tell, terminal.Stop);
                return true;
            });
            finished = true;
        }
        catch (OperationCanceledException) when (terminal.Stop.IsCancellationRequested && run.Results.Count > 0)
        {
            terminal.Line($"[bold]Stopped.[/] This was measured until then.");
        }
        finally
        {
            // What was measured before a peer or a model failed is worth having too.
            if (run.Results.Count > 0)
                Tell(terminal, run, settings);
        }

        return finished ? Tool.Success : Tool.Stopped;
    }

    private static void Tell(Terminal terminal, BenchRun run, BenchSettings settings)
    {
        foreach (BenchTable table in BenchTables.Of(run))
        {
            terminal.Line();
            terminal.Line($"[bold]{table.Heading}[/]");
            Sheet.Rows(terminal, table.Columns, table.Rows);
        }

        if (run.Rejected > 0)
        {
            terminal.Line();
            terminal.Line($"{run.Rejected} rounds do not count: the machine was not quiet then.");
        }

        if (run.Limits.Complaint is { } complaint)
        {
            terminal.Line();
            terminal.Line($"{complaint}");
        }

        if (settings.Json is { } json)
            BenchFiles.WriteJson(json, run, settings.Against);
        if (settings.Markdown is { } markdown)
            BenchFiles.WriteMarkdown(markdown, run, settings.Against);
    }
}
