using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

/// <summary>A figure of two evaluations.</summary>
/// <param name="A">The first's.</param>
/// <param name="B">The second's.</param>
public sealed record FigureDifference(Figure A, Figure B)
{
    /// <summary>The difference with its interval and p-value, from examples paired by id; null where the figure is no mean of its examples' scores.</summary>
    public PairedComparison? Paired { get; init; }

    /// <summary>Examples whose score is higher in the second: of right and wrong ones, those that went from wrong to right.</summary>
    public int Raised { get; init; }

    /// <summary>Examples whose score is lower in the second.</summary>
    public int Lowered { get; init; }
}

/// <summary>Two evaluations of the same things, figure by figure.</summary>
/// <param name="Differences">Every figure that both have, in the first's order.</param>
public sealed record EvaluationComparison(IReadOnlyList<FigureDifference> Differences)
{
    /// <summary>Compares the evaluations in two folders.</summary>
    /// <exception cref="GrimoireException">A folder holds no evaluation, a file is damaged, or they measured different things or differently.</exception>
    public static EvaluationComparison Of(string a, string b)
    {
        EvaluationResult first = EvaluationFolder.Read(a), second = EvaluationFolder.Read(b);
        if (first.Run.Kind != second.Run.Kind)
        {
            throw new GrimoireException(
                $"{a} holds a result of grimoire {first.Run.Kind} and {b} one of grimoire {second.Run.Kind}; what they measured cannot be compared.");
        }

        (Figure A, Figure B)[] shared = [.. Shared(first, second)];
        if (shared.Length == 0)
            throw new GrimoireException($"{a} and {b} have no figure in common; compare evaluations of the same tasks.");
        if (shared.FirstOrDefault(pair => pair.A.Signature != pair.B.Signature) is { A: { } other } unlike)
        {
            throw new GrimoireException(
                $"{a} and {b} measured {other.FullName} differently ({unlike.A.Signature} and {unlike.B.Signature}); measure both in the same way.");
        }

        PairedScores scores = PairedScores.Read(a, b);
        return new EvaluationComparison([.. shared.Select(pair => scores.Compare(pair.A, pair.B))]);
    }

    /// <summary>The comparison as rows under headings.</summary>
    /// <param name="a">A short name for the first.</param>
    /// <param name="b">A short name for the second.</param>
    public DataTable Table(string a, string b)
    {
        double level = Differences.Select(difference => difference.Paired?.Interval.Level).FirstOrDefault(level => level is not null) ?? 0.95;
        string interval = string.Create(CultureInfo.InvariantCulture, $">{100 * level:0.#} % interval");
        return new DataTable(
            "", ["Figure", ">" + a, ">" + b, ">Difference", interval, ">p", ">Raised", ">Lowered"],
            [.. Differences.Select(Row)]);
    }

    private static IReadOnlyList<string> Row(FigureDifference of)
    {
        string difference = Signed(of.B.Value - of.A.Value);
        if (of.Paired is not { } paired)
            return [of.A.FullName, of.A.Shown, of.B.Shown, difference, "–", "–", "–", "–"];
        return
        [
            of.A.FullName, of.A.Shown, of.B.Shown, difference, $"{Signed(paired.Interval.Lower)} … {Signed(paired.Interval.Upper)}",
            Shown(paired.PValue), $"{of.Raised}", $"{of.Lowered}",
        ];
    }

    /// <summary>A p-value with two digits behind the point, or four where it is small.</summary>
    internal static string Shown(double pValue) =>
        pValue < 0.00005 ? "<0.0001" : pValue.ToString(pValue < 0.0095 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>A difference with its sign.</summary>
    internal static string Signed(double value) => value > 0 ? "+" + Figure.Text(value) : Figure.Text(value);

    private static IEnumerable<(Figure, Figure)> Shared(EvaluationResult first, EvaluationResult second)
    {
        var others = new Dictionary<(string, string), Figure>();
        foreach (Figure figure in second.Figures)
            others.TryAdd((figure.Of, figure.Name), figure);
        return first.Figures.Where(figure => others.ContainsKey((figure.Of, figure.Name))).Select(figure => (figure, others[(figure.Of, figure.Name)]));
    }
}
