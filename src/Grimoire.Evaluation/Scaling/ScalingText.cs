using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>What an analysis says, as figures and tables.</summary>
internal static class ScalingText
{
    // Far enough beyond the points to be of use, near enough to be believed.
    private const double Furthest = 100;

    public static IReadOnlyList<(string Name, Func<ScalingLaw, double> Of)> Numbers { get; } =
    [
        ("E", law => law.E), ("A", law => law.A), ("B", law => law.B), ("alpha", law => law.Alpha), ("beta", law => law.Beta),
        ("a", law => law.SizeExponent), ("b", law => law.TokensExponent),
    ];

    public static IEnumerable<Figure> Figures(ScalingAnalysis analysis)
    {
        ScalingFit fit = analysis.Fit;
        FitSettings s = fit.Settings;
        string signature = FormattableString.Invariant(
            $"form:E+A/N^alpha+B/D^beta|loss:huber-log|delta:{s.Delta}|n:{fit.Points.Count}|bs:{s.Resamples}|seed:{s.Seed}");
        foreach ((string name, Func<ScalingLaw, double> of) in Numbers)
            yield return new Figure(name, of(fit.Law)) { Interval = fit.IntervalOf(of), Count = fit.Points.Count, Signature = signature };
        yield return new Figure("mean error", 100 * fit.MeanError) { Unit = "%", Count = fit.Points.Count, Signature = signature, LowerIsBetter = true };
        yield return new Figure("objective", fit.Objective) { Count = fit.Points.Count, Signature = signature, LowerIsBetter = true };
    }

    public static IEnumerable<DataTable> Tables(ScalingAnalysis analysis)
    {
        yield return Law(analysis.Fit);
        yield return Exponents(analysis);
        if (analysis.IsoFlops.Curves.Count > 0)
            yield return Budgets(analysis);
        yield return Optimum(analysis);
    }

    /// <summary>The law in one sentence.</summary>
    public static string Sentence(ScalingLaw law) => string.Create(CultureInfo.InvariantCulture,
        $"L(N, D) = {law.E:0.###} + {Figure.Text(law.A)} / N^{law.Alpha:0.###} + {Figure.Text(law.B)} / D^{law.Beta:0.###}; " +
        $"the best size grows as C^{law.SizeExponent:0.###}");

    /// <summary>A large number in few digits: 12.3 M.</summary>
    public static string Short(double value)
    {
        string Scaled(double unit, string name) =>
            (value / unit).ToString(value / unit >= 100 ? "0" : value / unit >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + name;
        return value switch
        {
            double.NaN => "–",
            >= 1e15 => Operations(value),
            >= 1e12 => Scaled(1e12, " T"),
            >= 1e9 => Scaled(1e9, " G"),
            >= 1e6 => Scaled(1e6, " M"),
            >= 1e4 => Scaled(1e3, " k"),
            _ => value.ToString("0.##", CultureInfo.InvariantCulture),
        };
    }

    private static DataTable Law(ScalingFit fit) => new("The law: L = E + A / N^alpha + B / D^beta",
        ["", ">Value", $">{Percent(fit.Settings.Level)} interval", ">Standard error", ">Besiroglu et al. 2024", ">Hoffmann et al. 2022"],
        [.. Numbers.Select(number => (IReadOnlyList<string>)
        [
            number.Name, Figure.Text(number.Of(fit.Law)), Shown(fit.IntervalOf(number.Of)), Figure.Text(fit.StandardErrorOf(number.Of)),
            Figure.Text(number.Of(PublishedLaws.Besiroglu)), Figure.Text(number.Of(PublishedLaws.Hoffmann)),
        ])]);

    private static DataTable Exponents(ScalingAnalysis analysis)
    {
        ScalingFit fit = analysis.Fit;
        (Frontier frontier, IsoFlops flops) = (analysis.Frontier, analysis.IsoFlops);
        return new DataTable("Best size N ~ C^a and tokens D ~ C^b", ["Approach", ">a", ">Interval", ">b", ">Interval", ">Hoffmann et al. 2022: a", ">b"],
        [
            ["1: the frontier", Exponent(frontier.Size), "", Exponent(frontier.Tokens), "", "0.50 (0.488 … 0.502)", "0.50 (0.501 … 0.512)"],
            ["2: parabolas", Exponent(flops.Size), Shown(flops.SizeExponent), Exponent(flops.Tokens), Shown(flops.TokensExponent),
                "0.49 (0.462 … 0.534)", "0.51 (0.483 … 0.529)"],
            ["3: the law", Figure.Text(fit.Law.SizeExponent), Shown(fit.IntervalOf(law => law.SizeExponent)), Figure.Text(fit.Law.TokensExponent),
                Shown(fit.IntervalOf(law => law.TokensExponent)), "0.46 (0.454 … 0.455)", "0.54 (0.542 … 0.543)"],
        ]);
    }

    private static DataTable Budgets(ScalingAnalysis analysis) => new("The best size of each budget",
        [">Budget", ">Models", ">N by the parabola", ">D", ">Loss", "", ">N by the law"],
        [.. analysis.IsoFlops.Curves.Select(curve => (IReadOnlyList<string>)
        [
            Operations(curve.Budget), curve.Points.Count.ToString(CultureInfo.InvariantCulture), Short(curve.BestSize), Short(curve.BestTokens),
            curve.Parabola is { Curvature: > 0 } parabola ? Figure.Text(parabola.Lowest) : "–",
            double.IsNaN(curve.BestSize) ? "no lowest point" : curve.IsInside ? "" : "beyond the sizes trained",
            Short(analysis.Fit.Law.Optimum(curve.Budget, analysis.OperationsPerParameterAndToken).Parameters),
        ])]);

    private static DataTable Optimum(ScalingAnalysis analysis)
    {
        ScalingLaw law = analysis.Fit.Law;
        double from = analysis.Fit.Points.Min(point => point.Operations), to = analysis.Fit.Points.Max(point => point.Operations) * Furthest;
        var rows = new List<IReadOnlyList<string>>();
        for (double budget = Math.Pow(10, Math.Ceiling(Math.Log10(from))); budget <= to; budget *= 10)
        {
            (double size, double tokens) = law.Optimum(budget, analysis.OperationsPerParameterAndToken);
            rows.Add([Operations(budget), Short(size), Short(tokens), Figure.Text(tokens / size), Figure.Text(law.Loss(size, tokens))]);
        }

        return new DataTable("The compute-optimal line", [">Operations", ">N", ">D", ">Tokens a parameter", ">Loss"], rows);
    }

    public static string Operations(double value) => value.ToString("0.###e0", CultureInfo.InvariantCulture);

    public static string Shown(Interval? interval) => interval is { } at ? $"{Figure.Text(at.Lower)} … {Figure.Text(at.Upper)}" : "";

    private static string Exponent(PowerLaw? law) => law is null ? "–" : Figure.Text(law.Exponent);

    private static string Percent(double level) => string.Create(CultureInfo.InvariantCulture, $"{100 * level:0.#} %");
}
