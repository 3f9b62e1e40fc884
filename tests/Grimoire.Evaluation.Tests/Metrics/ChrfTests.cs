using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>chrF against the example values in sacreBLEU's own tests (2.6.0).</summary>
public sealed class ChrfTests
{
    private const string Risk =
        "risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .";

    private const string RiskReference =
        "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .";

    private const string Wall = "Niemand hat die Absicht, eine Mauer zu errichten";

    [Theory]
    [InlineData("abcdefg", "hijklmnop", 0)]
    [InlineData("a", "b", 0)]
    [InlineData("", "b", 0)]
    [InlineData("", "reference", 0)]
    [InlineData("aa", "ab", 8.3333)]
    [InlineData("a", "a", 16.6667)]
    [InlineData("a b c", "a b c", 50)]
    [InlineData("a b c", "abc", 50)]
    [InlineData(" " + Risk, RiskReference, 63.361730)]
    [InlineData(" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. ",
        "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.", 64.1302698)]
    [InlineData(Wall, Wall, 100)]
    public void With_epsilon_smoothing_and_beta_3_it_has_the_published_figures(string text, string reference, double expected) =>
        Assert.Equal(expected, new Chrf(new ChrfSettings { Beta = 3, EpsilonSmoothing = true }).OfLine(text, [reference]), 1e-4);

    [Theory]
    [InlineData("a", "a", 100)]
    [InlineData("", "reference", 0)]
    [InlineData("a b c", "a b c", 100)]
    [InlineData("a b c", "abc", 100)]
    [InlineData("", "c", 0)]
    [InlineData("aa", "ab", 25)]
    public void With_effective_order_it_has_the_published_figures(string text, string reference, double expected) =>
        Assert.Equal(expected, new Chrf(new ChrfSettings { Beta = 3 }).OfLine(text, [reference]), 1e-4);

    [Fact]
    public void A_corpus_of_two_lines_has_the_published_figures()
    {
        Assert.Equal(50, new Chrf(new ChrfSettings { Beta = 3 }).OfCorpus(["a", "b"], [["a"], ["c"]]).Value, 1e-4);
        Assert.Equal(8.3333, new Chrf(new ChrfSettings { Beta = 3, EpsilonSmoothing = true }).OfCorpus(["a", "b"], [["a"], ["c"]]).Value, 1e-4);
    }

    [Theory]
    [InlineData("Die Beziehung zwischen Obama und Netanjahu ist nicht gerade freundlich.",
        "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.", 67.3481606)]
    [InlineData(Risk, RiskReference, 65.2414427)]
    public void With_white_space_it_has_the_published_figures(string text, string reference, double expected) =>
        Assert.Equal(expected, new Chrf(new ChrfSettings { Beta = 3, Whitespace = true }).OfLine(text, [reference]), 1e-4);

    [Theory]
    [InlineData("Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.",
        "Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.", 39.14078509)]
    [InlineData("Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.",
        "A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.", 31.22557079)]
    [InlineData("Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.",
        "Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.", 57.15704367)]
    public void Sentences_with_epsilon_smoothing_have_the_published_figures(string text, string reference, double expected) =>
        Assert.Equal(expected, new Chrf(new ChrfSettings { EpsilonSmoothing = true }).OfLine(text, [reference]), 1e-4);

    [Fact]
    public void Names_and_signatures_are_sacrebleus()
    {
        Assert.Equal(("chrF2", "chrF2++"), (new Chrf().Name, new Chrf(new ChrfSettings { WordOrder = 2 }).Name));
        Assert.Equal($"nrefs:1|n:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{Signature.Version}", new Chrf().Signature([["a"]]));
        Assert.Equal($"nrefs:1|n:1|case:lc|eff:no|nc:6|nw:2|space:yes|version:{Signature.Version}", new Chrf(new ChrfSettings
        {
            WordOrder = 2,
            Lowercase = true,
            EpsilonSmoothing = true,
            Whitespace = true,
        }).Signature([["a"]]));
    }

    [Fact]
    public void Of_several_references_a_line_has_the_best() =>
        Assert.Equal(100, new Chrf().OfLine(Wall, ["nothing of the kind", Wall, "Niemand hat"]), 1e-12);
}
