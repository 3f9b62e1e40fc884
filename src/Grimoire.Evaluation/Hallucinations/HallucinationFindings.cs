using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Hallucinations;

/// <summary>What came of a model's questions: how often it was right, wrong or silent, and which detector would have told.</summary>
/// <param name="answers">All answers, at least one.</param>
/// <param name="settings">How the model was asked.</param>
/// <param name="questions">What was asked, for the signature: <c>world:1|split:test</c>.</param>
public sealed class HallucinationFindings(IReadOnlyList<ProbedAnswer> answers, HallucinationSettings settings, string questions)
{
    private const int ShownAnswers = 8;
    private static readonly string[] Drawn = ["surprise_mean", "semantic_entropy", "sample_disagreement", "wording_disagreement"];

    /// <summary>Every detector that could be computed for some answer.</summary>
    public IReadOnlyList<DetectorFinding> Detectors { get; } =
        [.. Detector.All.Select(detector => DetectorFinding.Of(detector, answers, settings.Seed)).Where(finding => finding.Scores.Count > 0)];

    private string Signature => string.Create(
        CultureInfo.InvariantCulture, $"{questions}|samples:{settings.Samples}|temperature:{settings.Temperature}|seed:{settings.Seed}");

    /// <summary>The findings as an evaluation.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="model">What to call the model.</param>
    public EvaluationResult Result(RunInfo run, string model) => new()
    {
        Run = run,
        Title = $"Hallucinations of {model}",
        Summary = Summary(),
        Figures = [.. Outcomes("", answers), .. Kinds().SelectMany(kind => Outcomes(kind.Key, [.. kind])), .. Areas()],
        Tables = [OutcomeTable(), DetectorTable(), Unsuspected()],
        Plots = Plots(),
    };

    /// <summary>A row for each question: what was said, what became of it, and what each detector held of it.</summary>
    public IEnumerable<JsonObject> Examples() => answers.Select(answer => new JsonObject
    {
        ["id"] = answer.Question.Id,
        ["task"] = answer.Question.Kind,
        ["scores"] = new JsonObject(Enum.GetValues<AnswerOutcome>()
            .Select(outcome => KeyValuePair.Create<string, JsonNode?>(Name(outcome), answer.Outcome == outcome ? 1 : 0))),
        ["prompt"] = answer.Question.Prompt,
        ["right_answer"] = answer.Question.Answer,
        ["answer"] = answer.Greedy.Text,
        ["meaning"] = answer.Meaning,
        ["detectors"] = new JsonObject(Detector.All.Select(detector => (detector.Name, Value: detector.Of(answer))).Where(found => !double.IsNaN(found.Value))
            .Select(found => KeyValuePair.Create<string, JsonNode?>(found.Name, Math.Round(found.Value, 6)))),
        ["samples"] = Said(answer.Samples, answer.SampleMeanings),
        ["reworded"] = Said(answer.Reworded, answer.RewordedMeanings),
    });

    private static JsonArray Said(IReadOnlyList<GeneratedAnswer> answers, IReadOnlyList<string> meanings) =>
        new([.. answers.Select((answer, i) => new JsonObject { ["text"] = answer.Text, ["meaning"] = meanings[i] })]);

    private IEnumerable<IGrouping<string, ProbedAnswer>> Kinds() => answers.GroupBy(answer => answer.Question.Kind, StringComparer.Ordinal);

    private string Summary()
    {
        int right = answers.Count(answer => answer.Outcome == AnswerOutcome.Right), refused = answers.Count(answer => answer.Outcome == AnswerOutcome.Refused);
        string best = Detectors.Where(finding => finding.CanTell).OrderByDescending(finding => finding.Auroc).FirstOrDefault() is { } finding
            ? $" What parts wrong answers from right ones best is {finding.Detector.Name} (AUROC {Area(finding.Auroc)})." : "";
        return $"Of {answers.Count} questions, {right} were answered right, {answers.Count - right - refused} wrong, and {refused} not at all.{best}";
    }

    private IEnumerable<Figure> Outcomes(string of, IReadOnlyList<ProbedAnswer> answers) => Enum.GetValues<AnswerOutcome>().Select(outcome =>
    {
        double[] marks = [.. answers.Select(answer => answer.Outcome == outcome ? 1.0 : 0)];
        return new Figure(Name(outcome), marks.Average())
        {
            Of = of,
            Interval = Bootstrap.OfMean(marks, seed: settings.Seed),
            Count = marks.Length,
            Signature = questions,
            LowerIsBetter = outcome == AnswerOutcome.Wrong,
        };
    });

    private IEnumerable<Figure> Areas() => Detectors.Select(finding => new Figure("auroc", finding.Auroc)
    {
        Of = finding.Detector.Name,
        Interval = finding.Interval,
        Count = finding.Scores.Count,
        Signature = Signature,
    });

    private DataTable OutcomeTable() => new(
        "What became of the questions", ["Questions", ">Asked", ">Right", ">Wrong", ">Refused"],
        [.. Kinds().Select(kind => Row(kind.Key, [.. kind])), Row("all", answers)]);

    private static IReadOnlyList<string> Row(string name, IReadOnlyList<ProbedAnswer> answers) =>
    [
        name, $"{answers.Count}",
        .. Enum.GetValues<AnswerOutcome>().Select(outcome => Share(answers.Count(answer => answer.Outcome == outcome), answers.Count)),
    ];

    private static string Share(int count, int of) => string.Create(CultureInfo.InvariantCulture, $"{count} ({100.0 * count / of:0.0} %)");

    private DataTable DetectorTable()
    {
        ProbedAnswer[] known = [.. answers.Where(answer => answer.Question.Answer is not null)];
        string[] tokens = ["0", Mean(answer => answer.Samples.Sum(sample => sample.Tokens)), Mean(answer => answer.Reworded.Sum(again => again.Tokens))];
        return new DataTable(
            "Detectors, without refused answers", ["Detector", "What it measures", ">AUROC", ">95 % interval", ">Known facts", ">More tokens", ">Answers"],
            [.. Detectors.Select(finding => (IReadOnlyList<string>)
            [
                finding.Detector.Name, finding.Detector.Words, Area(finding.Auroc), finding.Interval is { } at ? $"{Area(at.Lower)} … {Area(at.Upper)}" : "–",
                Area(DetectorFinding.Of(finding.Detector, known).Auroc),
                tokens[(int)finding.Detector.Needs], $"{finding.Scores.Count}",
            ])]);
    }

    private string Mean(Func<ProbedAnswer, int> tokens) => answers.Average(tokens).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Area(double value) => double.IsNaN(value) ? "–" : value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Wrong answers that the samples hardly contradict: what a reader would be deceived by.</summary>
    private DataTable Unsuspected() => new(
        "Wrong and least suspected", ["Question", "Said", "Right", ">Samples that agree"],
        [.. answers.Where(answer => answer.Outcome == AnswerOutcome.Wrong && answer.Samples.Count > 0)
            .Select(answer => (Answer: answer, Agree: answer.SampleMeanings.Count(meaning => meaning == answer.Meaning)))
            .OrderByDescending(found => found.Agree).Take(ShownAnswers).Select(found => (IReadOnlyList<string>)
            [
                found.Answer.Question.Prompt, found.Answer.Greedy.Text.Trim(), found.Answer.Question.Answer ?? "nobody knows",
                $"{found.Agree} of {found.Answer.Samples.Count}",
            ])]);

    private IReadOnlyList<Plot> Plots()
    {
        DetectorFinding[] drawn = [.. Detectors.Where(finding => finding.CanTell && Drawn.Contains(finding.Detector.Name))];
        if (drawn.Length == 0)
            return [];
        return
        [
            new Plot("Wrong answers found against false alarms (ROC)", "share of right answers suspected", "share of wrong answers suspected",
                [.. drawn.Select(finding => new PlotSeries(finding.Detector.Name, [.. Curves.Roc(finding.Scores, finding.Wrong)]) { Marked = false }),
                    new PlotSeries("guessing", [(0, 0), (1, 1)]) { Marked = false }])
            {
                Lead = "The further a line bends to the upper left, the more wrong answers are found for the same number of false alarms.",
            },
            new Plot("What remains right if the most suspicious answers are withheld", "share of answers given", "share right",
                [.. drawn.Select(finding => new PlotSeries(finding.Detector.Name, Kept(finding)) { Marked = false })]),
        ];
    }

    private static IReadOnlyList<(double Given, double Right)> Kept(DetectorFinding finding) =>
        [.. Curves.Kept(finding.Scores, finding.Wrong).Select(point => (point.Kept, 1 - point.Positive))];

    private static string Name(AnswerOutcome outcome) => outcome.ToString().ToLowerInvariant();
}
