using System.Globalization;
using System.Text.Json.Nodes;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A score as an evaluation: figures with intervals by sentence, tables, and a row for each sentence.</summary>
public static class TagResult
{
    /// <summary>The figures of a score, what matters most first.</summary>
    /// <param name="score">The score.</param>
    /// <param name="of">What is scored, before the names of types; empty for nothing.</param>
    /// <param name="scheme">The scheme of the labels, for the signature; null where they have none.</param>
    /// <param name="resamples">Resamples of the intervals.</param>
    /// <param name="seed">Their seed.</param>
    public static IReadOnlyList<Figure> Figures(TagScore score, string of, LabelScheme? scheme, int resamples = Bootstrap.Resamples,
        ulong seed = Bootstrap.Seed)
    {
        string drawn = string.Create(CultureInfo.InvariantCulture, $"{resamples}"), from = string.Create(CultureInfo.InvariantCulture, $"{seed}");
        var figures = new List<Figure>();
        if (score.Rules != SpanRules.Raw)
        {
            figures.Add(Of("f1", "micro", score.Micro.F1, score.MicroInterval(counts => counts.F1, resamples, seed)));
            figures.Add(Of("precision", "micro", score.Micro.Precision, score.MicroInterval(counts => counts.Precision, resamples, seed)));
            figures.Add(Of("recall", "micro", score.Micro.Recall, score.MicroInterval(counts => counts.Recall, resamples, seed)));
        }

        figures.Add(new Figure("accuracy", score.Accuracy)
        {
            Of = of,
            Count = score.Words,
            Interval = score.AccuracyInterval(resamples, seed),
            Signature = Signed(null, ofSpans: false),
        });
        figures.Add(new Figure("macro_f1", score.Macro.F1) { Of = of, Count = score.Types.Count, Signature = Signed("macro", intervals: false) });
        figures.Add(new Figure("weighted_f1", score.Weighted.F1) { Of = of, Count = score.Micro.Gold, Signature = Signed("weighted", intervals: false) });
        // Means over sentences, which two taggers can be paired by.
        figures.AddRange(OfSentence(score, 0).Select(pair => pair.Name).Select(name => new Figure(
            name, Enumerable.Range(0, score.Sentences).Average(i => OfSentence(score, i).First(own => own.Name == name).Value))
        {
            Of = of,
            Count = score.Sentences,
            Signature = Signed("sentences", intervals: false),
        }));
        figures.AddRange(score.Types.Select(type => new Figure("f1", score[type].F1)
        {
            Of = string.Join('/', ((string[])[of, type]).Where(part => part.Length > 0)),
            Count = score[type].Gold,
            Interval = score.TypeInterval(type, counts => counts.F1, resamples, seed),
            Signature = Signed(null),
        }));
        return figures;

        string Signed(string? average, bool ofSpans = true, bool intervals = true) => Signature.Of(
            ("unit", ofSpans ? null : "word"), ("rules", ofSpans ? score.Rules.Name : null), ("scheme", ofSpans ? scheme?.Name : null), ("avg", average),
            ("bs", intervals ? drawn : null), ("by", intervals ? "sentence" : null), ("seed", intervals ? from : null));

        Figure Of(string name, string average, double value, Interval interval) =>
            new(name, value) { Of = of, Count = score.Micro.Gold, Interval = interval, Signature = Signed(average) };
    }

    /// <summary>A row for each sentence, by its number in the gold file: what it should be, what was given, and how right that is.</summary>
    /// <param name="name">What the text is called, before the numbers.</param>
    /// <param name="score">The score.</param>
    /// <param name="gold">The sentences.</param>
    /// <param name="predicted">The labels given.</param>
    public static IEnumerable<JsonObject> Examples(string name, TagScore score, IReadOnlyList<TaggedSentence> gold,
        IReadOnlyList<IReadOnlyList<string>> predicted)
    {
        for (int i = 0; i < gold.Count; i++)
        {
            var scores = new JsonObject(OfSentence(score, i).Select(own => KeyValuePair.Create(own.Name, (JsonNode?)own.Value)));
            yield return new JsonObject
            {
                ["id"] = string.Create(CultureInfo.InvariantCulture, $"{name}/{i + 1}"),
                ["task"] = name,
                ["scores"] = scores,
                ["words"] = Texts(gold[i].Words),
                ["labels"] = Texts(gold[i].Labels),
                ["predicted"] = Texts(predicted[i]),
            };
        }
    }

    /// <summary>The share of a sentence's words that are right; 1 if all are; and F1 of its spans, 1 where there are none and none was found.</summary>
    private static IEnumerable<(string Name, double Value)> OfSentence(TagScore score, int index)
    {
        (double accuracy, TagCounts spans) = score.OfSentence(index);
        yield return ("sentence_accuracy", accuracy);
        yield return ("sentence_exact", accuracy == 1 ? 1 : 0);
        if (score.Rules != SpanRules.Raw)
            yield return ("sentence_f1", spans is { Gold: 0, Predicted: 0 } ? 1 : spans.F1);
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);
}
