using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>What the page of an evaluation shows.</summary>
internal static class EvaluationReport
{
    private const int HeadlineFigures = 6;

    public static ReportData Of(EvaluationResult result) => new()
    {
        Title = result.Title,
        Summary = result.Summary,
        Run = result.Run,
        Headline = [.. Headline(result.Figures).Select(figure => new Fact(figure.FullName, figure.Shown))],
        Results = result.Tables,
        Figures = result.FigureTable,
        Plots = result.Plots,
        Commands = [new CommandLine("Measure again", Command(result.Run))],
    };

    /// <summary>The command line as a shell takes it.</summary>
    public static string Command(RunInfo run) => string.Join(' ', run.Command.Select(ReportOfRun.Quoted).Prepend("grimoire"));

    /// <summary>The first figures of the whole; where there is none, the first of all.</summary>
    private static IEnumerable<Figure> Headline(IReadOnlyList<Figure> figures)
    {
        Figure[] whole = [.. figures.Where(figure => figure.Of.Length == 0)];
        return (whole.Length > 0 ? whole : figures).Take(HeadlineFigures);
    }
}
