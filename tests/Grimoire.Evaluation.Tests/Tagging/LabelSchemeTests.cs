using Grimoire.Evaluation.Tagging;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests.Tagging;

public sealed class LabelSchemeTests
{
    /// <summary>Two spans of A side by side, one of B behind them, and one alone.</summary>
    [Theory]
    [InlineData("iob1", "I-A I-A B-A I-B I-B O I-A")]
    [InlineData("iob2", "B-A I-A B-A B-B I-B O B-A")]
    [InlineData("ioe1", "I-A E-A I-A I-B I-B O I-A")]
    [InlineData("ioe2", "I-A E-A E-A I-B E-B O E-A")]
    [InlineData("iobes", "B-A E-A S-A B-B E-B O S-A")]
    [InlineData("bilou", "B-A L-A U-A B-B L-B O U-A")]
    public void Writes_and_reads_spans(string name, string labels)
    {
        Span[] spans = [new(0, 2, "A"), new(2, 3, "A"), new(3, 5, "B"), new(6, 7, "A")];
        var scheme = LabelScheme.Named(name);
        Assert.Equal(labels, string.Join(' ', scheme.Encode(spans, 7)));
        Assert.Equal(spans, scheme.Decode(Sentence(labels)));
    }

    [Fact]
    public void Every_scheme_turns_into_every_other_and_back()
    {
        for (ulong round = 0; round < 200; round++)
        {
            Span[] spans = [.. RandomSpans(round)];
            foreach (LabelScheme scheme in LabelScheme.All)
            {
                string[] labels = scheme.Encode(spans, 12);
                Assert.Equal(spans, scheme.Decode(new TaggedSentence(labels, labels)));
                Assert.Equal(spans, SpanRules.Seqeval.Spans(labels.Select(label =>
                    label.Replace("L-", "E-", StringComparison.Ordinal).Replace("U-", "S-", StringComparison.Ordinal)).ToArray()));
            }
        }
    }

    /// <summary>As seqeval's auto_detect where that answers; sets of labels that IOB1 or IOE1 alone explain are theirs.</summary>
    [Theory]
    [InlineData("B I O", "iob2")]
    [InlineData("B", "iob2")]
    [InlineData("O O", "iob2")]
    [InlineData("I E", "ioe2")]
    [InlineData("E", "ioe2")]
    [InlineData("I O B E S", "iobes")]
    [InlineData("B E", "iobes")]
    [InlineData("S", "iobes")]
    [InlineData("I O B L U", "bilou")]
    [InlineData("U", "bilou")]
    [InlineData("I-A O I-A B-A", "iob1")]
    [InlineData("I-A E-A I-A", "ioe1")]
    [InlineData("I O", "iob1")]
    [InlineData("H", null)]
    [InlineData("B L E", null)]
    [InlineData("NOUN VERB", null)]
    public void Detects_a_scheme(string labels, string? name) => Assert.Equal(name, LabelScheme.Detect([labels.Split(' ')])?.Name);

    [Theory]
    [InlineData("iob2", "B-A I-B", "word 2: in iob2 I-B cannot follow B-A")]
    [InlineData("iob2", "I-A", "word 1: in iob2 I-A cannot follow the begin of a sentence")]
    [InlineData("iob1", "O B-A", "word 2: in iob1 B-A cannot follow O")]
    [InlineData("iobes", "B-A O", "word 2: in iobes O cannot follow B-A")]
    [InlineData("bilou", "O B-A", "word 2: in bilou B-A cannot end a sentence")]
    [InlineData("ioe2", "I-A O", "word 2: in ioe2 O cannot follow I-A")]
    [InlineData("iob2", "B-A E-A", "word 2: \"E-A\" is no label of iob2, whose prefixes are O, I, B")]
    [InlineData("iob2", "NOUN", "word 1: \"NOUN\" is no label of iob2")]
    public void Labels_that_break_a_scheme_are_named(string scheme, string labels, string message) => Assert.Contains(
        message, Assert.Throws<GrimoireException>(() => LabelScheme.Named(scheme).Decode(Sentence(labels))).Message, StringComparison.Ordinal);

    [Fact]
    public void Labels_are_read_with_hyphens_in_types_and_without_types()
    {
        Assert.Equal(new Label('B', "creative-work"), Label.Parse("B-creative-work"));
        Assert.Equal((new Label('I', ""), Label.Outside), (Label.Parse("I"), Label.Parse("O")));
        Assert.All((string[])["", "X-A", "O-A", "B-", "BA", "NOUN", "b-A"], text => Assert.Null(Label.Parse(text)));
        Assert.True(Label.AreOfSpans(["O", "B-A"]) && !Label.AreOfSpans(["O", "O"]) && !Label.AreOfSpans(["B-A", "NOUN"]));
        Assert.Contains("known are iob2", Assert.Throws<GrimoireException>(() => LabelScheme.Named("iob3")).Message, StringComparison.Ordinal);
    }

    private static TaggedSentence Sentence(string labels) => new(labels.Split(' '), labels.Split(' '));

    private static IEnumerable<Span> RandomSpans(ulong seed)
    {
        ulong draws = 0;
        for (int at = 0; ;)
        {
            at += (int)CountedRandom.Below(3, seed, draws++);
            int length = 1 + (int)CountedRandom.Below(3, seed, draws++);
            if (at + length > 12)
                yield break;
            yield return new Span(at, at + length, CountedRandom.Below(2, seed, draws++) == 0 ? "A" : "B");
            at += length;
        }
    }
}
