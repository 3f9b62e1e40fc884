using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>
/// The figures of documents. All of them are quotients of sums over all documents, so a long one counts for more: perplexity is e to the mean of −ln p over
/// tokens, the geometric mean of 1/p; <c>word_perplexity</c>, <c>byte_perplexity</c> and <c>bits_per_byte</c> divide the same sum by words and bytes, which
/// makes models with different tokenizers comparable.
/// </summary>
public sealed class PerplexityReport
{
    private const int MostRows = 50;
    private readonly List<DocumentLikelihood> documents = [];
    private readonly List<(double Confidence, bool Correct)> judgements = [];

    /// <summary>The documents, without their tokens.</summary>
    public IReadOnlyList<DocumentLikelihood> Documents => documents;

    /// <summary>Takes a document; its tokens' scores are not kept.</summary>
    public void Add(DocumentLikelihood document)
    {
        ArgumentNullException.ThrowIfNull(document);
        judgements.AddRange(document.Scores.Select(score => (Math.Min(1, Math.Exp(score.Highest)), score.Rank == 1)));
        documents.Add(document with { Scores = [] });
    }

    /// <summary>The result.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="model">What to call the model.</param>
    /// <param name="of">What to call the text.</param>
    /// <param name="how">What stands in the signature.</param>
    /// <exception cref="GrimoireException">No token was scored.</exception>
    public EvaluationResult Of(RunInfo run, string model, string of, IReadOnlyList<(string Key, string? Value)> how)
    {
        if (judgements.Count == 0)
            throw new GrimoireException($"{of}: there is no text to score; give a file with text.");
        string signature = Signature.Of(how);
        var calibration = Calibration.Of(judgements);
        Figure[] figures =
        [
            Quotient("perplexity", document => -document.LogProbability, document => document.Tokens, Math.Exp, null),
            Quotient("cross_entropy", document => -document.LogProbability, document => document.Tokens, mean => mean, "nats"),
            Quotient("bits_per_byte", document => -document.LogProbability, document => document.Bytes, mean => mean / Math.Log(2), "bits"),
            Quotient("bits_per_character", document => -document.LogProbability, document => document.Characters, mean => mean / Math.Log(2), "bits"),
            Quotient("byte_perplexity", document => -document.LogProbability, document => document.Bytes, Math.Exp, null),
            Quotient("word_perplexity", document => -document.LogProbability, document => document.Words, Math.Exp, null),
            Quotient("accuracy", document => document.Foreseen, document => document.Tokens, mean => mean, null) with { LowerIsBetter = false },
            Quotient("entropy", document => document.Entropy, document => document.Tokens, mean => mean, "nats"),
            new Figure("calibration_error", calibration.Error) { Count = calibration.Count, Signature = signature, LowerIsBetter = true },
            new Figure("brier", calibration.Brier) { Count = calibration.Count, Signature = signature, LowerIsBetter = true },
        ];
        return new EvaluationResult
        {
            Run = run,
            Title = $"{model} on {of}",
            Summary = FormattableString.Invariant($"Perplexity {figures[0].Shown}, {figures[2].Value:0.0000} bits a byte, ") +
                FormattableString.Invariant($"over {judgements.Count:N0} tokens of {documents.Count:N0} {(documents.Count == 1 ? "document" : "documents")}."),
            Figures = figures,
            Tables = [ByDocument(), Reliability(calibration)],
            Plots = [Diagram(calibration)],
        };

        Figure Quotient(string name, Func<DocumentLikelihood, double> above, Func<DocumentLikelihood, double> below, Func<double, double> figure, string? unit)
        {
            var statistics = new SufficientStatistics([.. documents.Select(document => new[] { above(document), below(document) })], sums =>
                figure(sums[0] / sums[1]));
            return new Figure(name, statistics.Value)
            {
                Interval = documents.Count > 1 ? Bootstrap.Of(statistics) : null,
                Count = documents.Count,
                Signature = signature,
                LowerIsBetter = true,
                Unit = unit,
            };
        }
    }

    /// <summary>The rows of <see cref="EvaluationFolder.ExamplesFile"/>.</summary>
    public IEnumerable<JsonObject> Rows() => documents.Select(document => new JsonObject
    {
        ["id"] = document.Name,
        ["task"] = "perplexity",
        ["scores"] = new JsonObject
        {
            ["cross_entropy"] = document.CrossEntropy,
            ["bits_per_byte"] = document.BitsPerByte,
            ["accuracy"] = (double)document.Foreseen / document.Tokens
        },
        ["logprob"] = document.LogProbability,
        ["tokens"] = document.Tokens,
        ["bytes"] = document.Bytes,
        ["characters"] = document.Characters,
        ["words"] = document.Words,
        ["entropy"] = document.Entropy / document.Tokens,
    });

    private DataTable ByDocument() => new(
        documents.Count > MostRows ? $"The {MostRows} documents of the highest perplexity" : "By document",
        ["Document", ">Perplexity", ">Bits a byte", ">Accuracy", ">Entropy, nats", ">Tokens"],
        [.. (documents.Count > MostRows ? documents.OrderByDescending(document => document.CrossEntropy).Take(MostRows) : documents).Select(document =>
            (IReadOnlyList<string>)
        [
            document.Name, Figure.Text(Math.Exp(document.CrossEntropy)), Figure.Text(document.BitsPerByte),
                Figure.Text((double)document.Foreseen / document.Tokens),
            Figure.Text(document.Entropy / document.Tokens), document.Tokens.ToString("N0", CultureInfo.InvariantCulture),
        ])]);

    private static DataTable Reliability(Calibration calibration) => new(
        "How sure it was of the likeliest token, and how often it was right", [">Confidence", ">Accuracy", ">Tokens"],
        [.. calibration.Bins.Select(bin =>
            (IReadOnlyList<string>)[Figure.Text(bin.Confidence), Figure.Text(bin.Accuracy), bin.Count.ToString("N0", CultureInfo.InvariantCulture)])]);

    private static Plot Diagram(Calibration calibration) => new(
        "Reliability of next tokens", "confidence", "accuracy",
        [
            new PlotSeries("measured", [.. calibration.Bins.Select(bin => (bin.Confidence, bin.Accuracy))]),
            new PlotSeries("as sure as right", [(0, 0), (1, 1)]),
        ])
    {
        Lead = "Below the diagonal the model is surer of the likeliest token than it is right.",
    };
}
