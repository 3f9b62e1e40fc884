using System.Globalization;
using Grimoire.Evaluation.Tagging;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests.Tagging;

public sealed class TagScoreTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "Tagging");

    /// <summary>
    /// The example output of the CoNLL-2000 task with the figures that conlleval prints of it (clips.uantwerpen.be/conll2000/chunking/output.html).
    /// </summary>
    [Fact]
    public void Conlleval_s_published_example()
    {
        TagScore score = PublishedExample(SpanRules.Conlleval);
        Assert.Equal((961, new TagCounts(371, 459, 539)), (score.Words, score.Micro));
        Assert.Equal("84.08 68.83 80.83 74.35", Percents(score.Accuracy, score.Micro.Precision, score.Micro.Recall, score.Micro.F1));
        (string Type, string Figures, int Found)[] byType =
        [
            ("ADJP", "0.00 0.00 0.00", 1), ("ADVP", "45.45 62.50 52.63", 11), ("NP", "64.98 78.63 71.16", 317),
            ("PP", "83.18 98.89 90.36", 107), ("SBAR", "66.67 33.33 44.44", 3), ("VP", "69.00 79.31 73.80", 100),
        ];
        Assert.Equal(byType.Select(row => row.Type), score.Types);
        foreach ((string type, string figures, int found) in byType)
            Assert.Equal((figures, found), (Percents(score[type].Precision, score[type].Recall, score[type].F1), score[type].Predicted));
        Assert.Equal(score.Micro, PublishedExample(SpanRules.Seqeval).Micro);
    }

    /// <summary>The examples of seqeval's README and tests.</summary>
    [Fact]
    public void Seqeval_s_published_examples()
    {
        TagScore readme = Score("O O O B-MISC I-MISC I-MISC O | B-PER I-PER O", "O O B-MISC I-MISC I-MISC I-MISC O | B-PER I-PER O", SpanRules.Seqeval);
        Assert.Equal((0.5, 0.8, 0.0, 1.0), (readme.Micro.F1, readme.Accuracy, readme["MISC"].F1, readme["PER"].F1));
        Assert.Equal((new TagAverage(0.5, 0.5, 0.5), new TagAverage(0.5, 0.5, 0.5)), (readme.Macro, readme.Weighted));
        foreach (SpanRules rules in (SpanRules[])[SpanRules.Seqeval, SpanRules.Strict(LabelScheme.Iob2)])
        {
            TagScore three = Score("B-A B-B O B-A", "O B-B B-C B-A", rules);
            Assert.Equal((new TagCounts(1, 2, 1), new TagCounts(1, 1, 1), new TagCounts(0, 0, 1)), (three["A"], three["B"], three["C"]));
            Assert.Equal("66.67 66.67 66.67", Percents(three.Micro.Precision, three.Micro.Recall, three.Micro.F1));
            Assert.Equal("66.67 50.00 55.56", Percents(three.Macro.Precision, three.Macro.Recall, three.Macro.F1));
            Assert.Equal("100.00 66.67 77.78", Percents(three.Weighted.Precision, three.Weighted.Recall, three.Weighted.F1));
        }

        Assert.Equal(1, Score("B-NP I-NP O", "I-NP I-NP O", SpanRules.Seqeval).Micro.F1);
        Assert.Equal(0, Score("B-NP I-NP O", "I-NP I-NP O", SpanRules.Strict(LabelScheme.Iob2)).Micro.F1);
        Assert.Equal([new Span(3, 6, "MISC"), new(7, 9, "PER")], SpanRules.Seqeval.Spans("O O O B-MISC I-MISC I-MISC O B-PER I-PER".Split(' ')));
        Assert.Equal([new Span(3, 6, ""), new(7, 9, "")], SpanRules.Seqeval.Spans("O O O B I I O B I".Split(' ')));
    }

    [Fact]
    public void Seqeval_s_tables_of_strict_spans()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Golden, "strict-spans.txt")).Where(row => row[0] != '#')];
        Assert.Equal(242, rows.Length);
        foreach (string row in rows)
        {
            string[] parts = row.Split(": ", 2), sides = parts[1].Split(" =>");
            IReadOnlyList<Span> spans = SpanRules.Strict(LabelScheme.Named(parts[0])).Spans(sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(row, $"{parts[0]}: {sides[0]} => {string.Join(", ", spans.Select(s => $"{(s.Type.Length == 0 ? "-" : s.Type)} {s.Start} {s.End}"))}");
        }
    }

    /// <summary>North African Grand Prix: where an E is followed by a B of its type, conlleval of 2004 sees one span and seqeval two.</summary>
    [Fact]
    public void Rules_differ_where_labels_are_of_another_scheme()
    {
        string[] labels = ["B-MISC", "E-MISC", "B-MISC", "E-MISC"];
        Assert.Equal([new Span(0, 4, "MISC")], SpanRules.Conlleval.Spans(labels));
        Assert.Equal([new Span(0, 2, "MISC"), new(2, 4, "MISC")], SpanRules.Seqeval.Spans(labels));
        Assert.Equal([new Span(0, 2, "MISC"), new(2, 4, "MISC")], SpanRules.Strict(LabelScheme.Iobes).Spans(labels));
    }

    [Theory]
    [InlineData("BIO", 3)]
    [InlineData("EIO", 2)]
    [InlineData("BIEO", 1)]
    [InlineData("BIESO", 2)]
    [InlineData("BILUO", 4)]
    public void Counts_as_conlleval_s_rules_written_a_second_time(string prefixes, int types)
    {
        for (ulong round = 0; round < 300; round++)
        {
            (TaggedSentence[] gold, string[][] guessed) = Random(prefixes, types, round);
            TagScore score = TagScore.Of(gold, guessed, SpanRules.Conlleval);
            var second = new ConllevalRules();
            for (int i = 0; i < gold.Length; i++)
            {
                for (int word = 0; word < guessed[i].Length; word++)
                    second.Word(gold[i].Labels[word], guessed[i][word]);
                second.EndSentence();
            }

            Assert.Equal((double)second.CorrectTags / second.Tokens, score.Accuracy);
            Assert.Equal(new TagCounts(second.Correct.Values.Sum(), second.Gold.Values.Sum(), second.Guessed.Values.Sum()), score.Micro);
            foreach (string type in second.Gold.Keys.Concat(second.Guessed.Keys))
                Assert.Equal(new TagCounts(second.Correct.GetValueOrDefault(type), second.Gold.GetValueOrDefault(type),
                    second.Guessed.GetValueOrDefault(type)), score[type]);
        }
    }

    [Fact]
    public void The_second_writing_counts_the_published_example_too()
    {
        var second = new ConllevalRules();
        foreach (string line in File.ReadLines(Path.Combine(Golden, "conll2000-output.conll")))
        {
            if (line.Length == 0)
                second.EndSentence();
            else
                second.Word(line.Split('\t')[0], line.Split('\t')[1]);
        }

        second.EndSentence();
        Assert.Equal((371, 459, 539), (second.Correct.Values.Sum(), second.Gold.Values.Sum(), second.Guessed.Values.Sum()));
    }

    [Fact]
    public void All_rules_agree_on_labels_that_keep_to_IOB2()
    {
        for (ulong round = 0; round < 100; round++)
        {
            (TaggedSentence[] gold, _) = Random("BIO", 2, round);
            foreach (TaggedSentence sentence in gold)
            {
                IReadOnlyList<Span> spans = SpanRules.Seqeval.Spans(sentence.Labels);
                string[] clean = LabelScheme.Iob2.Encode(spans, sentence.Words.Count);
                foreach (SpanRules rules in (SpanRules[])[SpanRules.Conlleval, SpanRules.Seqeval, SpanRules.Strict(LabelScheme.Iob2)])
                    Assert.Equal(spans, rules.Spans(clean));
            }
        }
    }

    [Fact]
    public void Parts_of_speech_are_scored_word_by_word_and_confusions_counted()
    {
        TagScore score = Score("DET NOUN VERB | NOUN VERB", "DET VERB VERB | NOUN NOUN", SpanRules.Raw);
        Assert.Equal((0.6, 0.6, new TagCounts(1, 2, 2)), (score.Accuracy, score.Micro.F1, score["NOUN"]));
        Assert.Equal((1, 1, 0, 1),
            (score.Confusion["NOUN", "VERB"], score.Confusion["VERB", "NOUN"], score.Confusion["DET", "NOUN"], score.Confusion["VERB", "VERB"]));
        Assert.Equal(["", ">DET", ">NOUN", ">VERB"], score.Confusion.ToTable().Columns);
        TagScore spans = Score("B-A I-A O", "B-B I-B B-A", SpanRules.Seqeval);
        Assert.Equal((2, 1), (spans.Confusion["A", "B"], spans.Confusion["O", "A"]));
        Assert.Equal(("A", "B", 2L), spans.Confusion.Mistakes(5)[0]);
    }

    [Fact]
    public void Intervals_hold_the_figure_and_come_again()
    {
        (TaggedSentence[] gold, string[][] guessed) = Random("BIO", 2, 7, sentences: 80);
        TagScore score = TagScore.Of(gold, guessed, SpanRules.Seqeval);
        Interval f1 = score.MicroInterval(counts => counts.F1), again = score.MicroInterval(counts => counts.F1);
        Assert.True(f1.Contains(score.Micro.F1) && f1.Lower < f1.Upper && f1 == again);
        Assert.True(score.AccuracyInterval().Contains(score.Accuracy));
        Assert.True(score.TypeInterval("T1", counts => counts.Recall).Contains(score["T1"].Recall));
    }

    [Fact]
    public void Texts_that_differ_are_refused()
    {
        Assert.Contains("1 sentences and labels for 2", Assert.Throws<GrimoireException>(() => Score("O", "O | O", SpanRules.Raw)).Message,
            StringComparison.Ordinal);
        Assert.Contains("2 words and 1 predicted", Assert.Throws<GrimoireException>(() => Score("O O", "O", SpanRules.Raw)).Message, StringComparison.Ordinal);
    }

    private static TagScore PublishedExample(SpanRules rules)
    {
        IReadOnlyList<TaggedSentence> guessed = TagFile.Read(Path.Combine(Golden, "conll2000-output.conll"), new TagColumns(Word: "1", Label: "2"));
        return TagScore
            .Of([.. guessed.Select(sentence => new TaggedSentence(sentence.Words, sentence.Words))], [.. guessed.Select(sentence => sentence.Labels)], rules);
    }

    private static TagScore Score(string gold, string predicted, SpanRules rules) => TagScore.Of(
        [.. Sentences(gold).Select(labels => new TaggedSentence(labels, labels))], Sentences(predicted), rules);

    private static string[][] Sentences(string text) => [.. text.Split(" | ").Select(sentence => sentence.Split(' '))];

    private static (TaggedSentence[] Gold, string[][] Guessed) Random(string prefixes, int types, ulong seed, int sentences = 4)
    {
        ulong draws = 0;
        int Below(int bound) => (int)CountedRandom.Below(bound, seed, draws++);
        string Label()
        {
            char prefix = prefixes[Below(prefixes.Length)];
            return prefix == 'O' ? "O" : $"{prefix}-T{Below(types)}";
        }

        var gold = new TaggedSentence[sentences];
        var guessed = new string[sentences][];
        for (int i = 0; i < sentences; i++)
        {
            string[] labels = [.. Enumerable.Range(0, 1 + Below(9)).Select(_ => Label())];
            gold[i] = new TaggedSentence(labels, labels);
            guessed[i] = [.. labels.Select(label => Below(3) == 0 ? Label() : label)];
        }

        return (gold, guessed);
    }

    private static string Percents(params double[] shares) =>
        string.Join(' ', shares.Select(share => (100 * share).ToString("F2", CultureInfo.InvariantCulture)));
}
