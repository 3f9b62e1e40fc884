using System.CommandLine;
using Grimoire.Training;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire compare agree</c>: what comparisons come to, and how far two who made them agree.</summary>
internal static class CompareAgreeCommand
{
    public static Verb Create()
    {
        var file = new Argument<string>("FILE") { Description = "comparisons that grimoire compare wrote" };
        var other = new Argument<string?>("OTHER") { Description = "those of somebody else about the same answers", Arity = ArgumentArity.ZeroOrOne };
        Verb verb = new("agree", "Tell what comparisons come to, and how far two who made them agree.",
            "grimoire compare agree comparisons.jsonl", "grimoire compare agree mine.jsonl judge.jsonl")
        {
            Detail = "Pairs that were skipped count for nothing. Kappa is Cohen's: 1 where both say the same, 0 where they agree no more than by chance.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(file), parse.GetValue(other)),
        };
        verb.Add(file);
        verb.Add(other);
        return verb;
    }

    private static int Run(Terminal terminal, string path, string? otherPath)
    {
        IReadOnlyList<Comparison> one = Read(path);
        Tell(terminal, path, one);
        if (otherPath is null)
            return Tool.Success;
        IReadOnlyList<Comparison> other = Read(otherPath);
        Tell(terminal, otherPath, other);
        (Verdict[] first, Verdict[] second) = Agreement.Matched(one, other);
        if (first.Length == 0)
            throw new GrimoireException($"{path} and {otherPath} have no pair of answers in common; have both compare the same models with the same seeds.");
        Agreement found = Agreement.Of(first, second);
        terminal.Line($"[bold]agreement[/]");
        Sheet.Facts(
            terminal,
            ("pairs both judged", Numbers.Count(found.Pairs)),
            ("say the same", $"{Numbers.Percent(found.Raw)}, by chance {Numbers.Percent(found.Expected)}"),
            ("Cohen's kappa", double.IsNaN(found.Kappa) ? "not defined, as both only ever say one thing"
                : $"{Numbers.Fixed(found.Kappa, 3)} ± {Numbers.Fixed(found.KappaError, 3)} (standard error)"));
        return Tool.Success;
    }

    private static IReadOnlyList<Comparison> Read(string path)
    {
        if (!File.Exists(path) && !File.Exists(ComparisonFile.UndecidedPath(path)))
            throw new GrimoireException($"{path}: there is no such file; give comparisons that grimoire compare wrote.");
        return ComparisonFile.Read(path) is { Count: > 0 } all ? all : throw new GrimoireException($"{path}: there is no comparison in it.");
    }

    private static void Tell(Terminal terminal, string path, IReadOnlyList<Comparison> comparisons)
    {
        ChoiceSummary sum = ChoiceSummary.Of(comparisons);
        (double share, double low, double high) = sum.FirstShare;
        terminal.Line($"[bold]{path}[/]");
        Sheet.Facts(
            terminal,
            [
                ("chosen by", string.Join(", ", comparisons.Select(c => c.Chooser).Distinct())),
                ("asked", Numbers.Count(sum.Asked)),
                ("preferences", $"{sum.First + sum.Second}, {sum.Ties} ties, {sum.Skipped} skipped, {sum.Same} pairs of equal answers"),
                ("answer shown first", double.IsNaN(share) ? "–"
                    : $"preferred in {Numbers.Percent(share)} (95 % interval {Numbers.Percent(low)} to {Numbers.Percent(high)})"),
                .. sum.Wins.Select(win => (win.Model, $"won {Numbers.Percent(win.Share)} of {win.Pairs}, ties counting half")),
            ]);
        terminal.Line();
    }
}
