using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>
/// What an evaluation found. Its folder is a run folder without steps (<c>run.json</c> with kind <c>evaluate</c>, <c>score</c>, …), so that
/// <c>grimoire runs</c> lists it beside what was trained.
/// </summary>
public sealed record EvaluationResult
{
    /// <summary>What was asked for, where and when.</summary>
    public required RunInfo Run { get; init; }

    /// <summary>What was measured of what, as a heading.</summary>
    public required string Title { get; init; }

    /// <summary>What came out, in a sentence or two.</summary>
    public required string Summary { get; init; }

    /// <summary>All that was measured, what matters most first.</summary>
    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>Rows under headings that show what the figures alone do not.</summary>
    public IReadOnlyList<DataTable> Tables { get; init; } = [];

    /// <summary>One measurement against another.</summary>
    public IReadOnlyList<Plot> Plots { get; init; } = [];

    private string IntervalHeading => FormattableString.Invariant($">{100 * Level:0.#} % interval");

    private double Level => Figures.Select(figure => figure.Interval?.Level).FirstOrDefault(level => level is not null) ?? 0.95;

    /// <summary>The figures as rows under headings: what, value, interval, number of examples, signature, without columns in which nothing stands.</summary>
    public DataTable FigureTable
    {
        get
        {
            (string Heading, Func<Figure, string> Cell)[] columns =
            [
                ("Of", figure => figure.Of), ("Figure", figure => figure.Name), (">Value", figure => figure.Shown),
                (IntervalHeading, figure => figure.ShownInterval),
                (">Examples", figure => figure.Count > 0 ? FormattableString.Invariant($"{figure.Count:N0}") : ""), ("Signature", figure => figure.Signature),
            ];
            columns = [.. columns.Where(column => Figures.Any(figure => column.Cell(figure).Length > 0))];
            return new DataTable("Figures", [.. columns.Select(column => column.Heading)],
                [.. Figures.Select(figure => (IReadOnlyList<string>)[.. columns.Select(column => column.Cell(figure))])]);
        }
    }
}
