using Grimoire.Evaluation.Metrics;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>What holds of every metric, on random lines of few words.</summary>
public sealed class TextMetricTests
{
    private static readonly TextMetric[] All =
    [
        new Bleu(), new Bleu(new BleuSettings { Tokenizer = TextTokenizer.Characters, Smoothing = BleuSmoothing.AddK }), new Chrf(), new Chrf(new ChrfSettings { WordOrder = 2 }),
        new Ter(), new Rouge("rouge1"), new Rouge("rouge2"), new Rouge("rougeL"), new Rouge("rougeLsum"), new ExactMatch(), new TokenF1(), new EditDistance(),
        new EditDistance(normalized: true), new ErrorRate(EditUnit.Word), new ErrorRate(EditUnit.Character),
    ];

    private static readonly string[] Texts = [.. Enumerable.Range(0, 60).Select(i => Line(1, i))];
    private static readonly string[][] References = [.. Enumerable.Range(0, 60).Select(i => Enumerable.Range(0, 1 + (i % 3)).Select(j => Line((ulong)j + 2, i)).ToArray())];

    [Fact]
    public void The_sums_of_a_resample_give_the_figure_of_the_resampled_lines()
    {
        int[] drawn = [.. Enumerable.Range(0, 60).Select(i => (int)CountedRandom.Below(60, 9, (ulong)i))];
        foreach (TextMetric metric in All)
        {
            double expected = metric.OfCorpus([.. drawn.Select(i => Texts[i])], [.. drawn.Select(i => References[i])]).Value;
            Assert.Equal(expected, metric.OfCorpus(Texts, References).Of(drawn), 10);
        }
    }

    [Fact]
    public void A_text_that_is_its_reference_has_the_best_figure()
    {
        string[] texts = [.. Texts.Select(text => text + " and so it ends here")];
        foreach (TextMetric metric in All)
        {
            double best = metric.LowerIsBetter ? 0 : metric is Rouge ? 1 : 100;
            Assert.Equal(best, metric.OfCorpus(texts, [.. texts.Select(text => new[] { text })]).Value, 10);
            double other = metric.OfCorpus(Texts, References).Value;
            Assert.True(metric.LowerIsBetter ? other > best : other < best, metric.Name);
        }
    }

    [Fact]
    public void The_order_of_lines_makes_no_difference_and_neither_does_that_of_references()
    {
        foreach (TextMetric metric in All)
        {
            double reversed = metric.OfCorpus([.. Texts.Reverse()], [.. References.Reverse().Select(line => line.Reverse().ToArray())]).Value;
            Assert.Equal(metric.OfCorpus(Texts, References).Value, reversed, 10);
        }
    }

    [Fact]
    public void Shifts_never_cost_more_than_they_save()
    {
        var (ter, wer) = (new Ter(), new ErrorRate(EditUnit.Word, lowercase: true));
        Assert.All(Texts.Zip(References), pair => Assert.True(ter.OfLine(pair.First, pair.Second[..1]) <= wer.OfLine(pair.First, pair.Second[..1])));
    }

    [Fact]
    public void Lines_whose_table_would_not_fit_into_memory_are_refused()
    {
        string words = string.Concat(Enumerable.Repeat("a ", 20_000));
        foreach (TextMetric metric in (TextMetric[])[new Ter(), new Rouge("rougeL")])
            Assert.Contains("20000 words", Assert.Throws<GrimoireException>(() => metric.OfLine(words, [words])).Message, StringComparison.Ordinal);
    }

    private static string Line(ulong seed, int line) => string.Join(' ', Enumerable.Range(0, 2 + (int)CountedRandom.Below(12, seed, (ulong)line, 99))
        .Select(i => "the cat sat on a red mat, under trees".Split(' ')[(int)CountedRandom.Below(9, seed, (ulong)line, (ulong)i)]));
}
