using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>BLEU against the example values in sacreBLEU's own tests (2.6.0).</summary>
public sealed class BleuTests
{
    private const string Zahar = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";

    private static readonly string[] Dogs = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];

    private static readonly string[][] DogReferences =
    [
        ["The dog bit the man.", "The dog had bit the man."], ["It was not unexpected.", "No one was surprised."],
        ["The man bit him first.", "The man had bitten the dog."],
    ];

    private static readonly string[][] ZaharReference = [["producţia de zahăr brut se exprimă în zahăr alb;"]];

    [Theory]
    [InlineData("13a", BleuSmoothing.Exponential, 48.530827)]
    [InlineData("13a", BleuSmoothing.None, 48.530827)]
    [InlineData("none", BleuSmoothing.Exponential, 49.1919566)]
    [InlineData("intl", BleuSmoothing.Exponential, 43.91623493)]
    public void A_corpus_with_two_references_has_the_published_figure(string tokenizer, BleuSmoothing smoothing, double expected) =>
        Assert.Equal(expected, Corpus(new BleuSettings { Tokenizer = Named(tokenizer), Smoothing = smoothing }, Dogs, DogReferences), 1e-7);

    [Theory]
    [InlineData(1, "77.65")]
    [InlineData(2, "60.50")]
    [InlineData(3, "53.93")]
    [InlineData(4, "48.53")]
    [InlineData(5, "46.14")]
    [InlineData(6, "43.28")]
    public void Other_highest_orders_have_the_published_figures(int order, string expected) =>
        Assert.Equal(expected, FormattableString.Invariant($"{Corpus(new BleuSettings { MaxOrder = order }, Dogs, DogReferences):F2}"));

    [Theory]
    [InlineData("13a", BleuSmoothing.Exponential, null, false, 8.493)]
    [InlineData("13a", BleuSmoothing.None, null, false, 0)]
    [InlineData("13a", BleuSmoothing.Floor, null, false, 4.51688)]
    [InlineData("13a", BleuSmoothing.Floor, 0.1, false, 4.51688)]
    [InlineData("13a", BleuSmoothing.Floor, 0.5, false, 10.10)]
    [InlineData("13a", BleuSmoothing.AddK, null, false, 14.882)]
    [InlineData("13a", BleuSmoothing.AddK, 1.0, false, 14.882)]
    [InlineData("13a", BleuSmoothing.AddK, 2.0, false, 21.389)]
    [InlineData("none", BleuSmoothing.Exponential, null, false, 7.347)]
    [InlineData("intl", BleuSmoothing.Exponential, null, false, 8.493)]
    [InlineData("char", BleuSmoothing.Exponential, null, false, 40.8759)]
    [InlineData("char", BleuSmoothing.Exponential, null, true, 42.0267)]
    public void A_sentence_has_the_published_figure(string tokenizer, BleuSmoothing smoothing, double? value, bool lowercase, double expected)
    {
        var bleu = new Bleu(new BleuSettings { Tokenizer = Named(tokenizer), Smoothing = smoothing, SmoothingValue = value, Lowercase = lowercase });
        Assert.Equal(expected, bleu.OfLine(Zahar, ZaharReference[0]), 1e-3);
    }

    [Theory]
    [InlineData("this is a fest", "this is a test", 0.223606797749979)]
    [InlineData("this is a test", "this is a test", 1)]
    [InlineData("test", "a test", 0.3678794411714425)]
    [InlineData("a test", "a test", 1)]
    [InlineData("a little test", "a test", 0.03218297948685433)]
    public void Raw_bleu_with_a_floor_and_effective_order_has_the_published_figures(string text, string reference, double expected)
    {
        BleuSettings raw = new() { Tokenizer = TextTokenizer.None, Smoothing = BleuSmoothing.Floor, SmoothingValue = 0.01, EffectiveOrder = true };
        Assert.Equal(100 * expected, Corpus(raw, [text], [[reference]]), 1e-6);
    }

    [Fact]
    public void Counts_of_n_grams_are_the_published_ones()
    {
        double[] statistics = new Bleu().Statistics("am I am a character sequence", ["I am a symbol string sequence a a"]);
        Assert.Equal([6, 8, 4, 2, 1, 0, 6, 5, 4, 3], statistics);
        BleuSettings floor = new() { Smoothing = BleuSmoothing.Floor };
        Assert.Equal(15.55722182, new Bleu(floor).Value(statistics), 1e-6);
        Assert.Equal(0, new Bleu(floor with { SmoothingValue = 0 }).Value(statistics));
        Assert.Equal(83.75922397, new Bleu(new BleuSettings { Smoothing = BleuSmoothing.None }).Value([11, 11, 9, 7, 5, 3, 10, 8, 6, 4]), 1e-6);
    }

    [Theory]
    [InlineData(0, new double[] { 0, 1, 0, 0, 0, 0, 4, 4, 2, 1 })]
    [InlineData(0, new double[] { 14, 10, 0, 0, 0, 0, 10, 11, 12, 0 })]
    [InlineData(0, new double[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(0, new double[] { 6, 6, 6, 5, 4, 0, 6, 5, 4, 3 })]
    [InlineData(0.01, new double[] { 1, 5, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Where_nothing_can_be_told_it_is_zero(double floor, double[] statistics) =>
        Assert.Equal(0, new Bleu(new BleuSettings { Smoothing = BleuSmoothing.Floor, SmoothingValue = floor }).Value(statistics));

    [Fact]
    public void Without_a_match_no_smoothing_helps()
    {
        foreach (BleuSmoothing smoothing in Enum.GetValues<BleuSmoothing>())
            Assert.Equal(0, new Bleu(new BleuSettings { Smoothing = smoothing }).OfLine("this is a cat", ["okay thanks"]));
        Assert.Equal(0, Corpus(new BleuSettings(), ["", "", ""], DogReferences));
    }

    [Fact]
    public void The_signature_and_the_details_are_sacrebleus()
    {
        var bleu = new Bleu();
        Assert.Equal($"nrefs:2|n:3|case:mixed|eff:no|tok:13a|smooth:exp|version:{Signature.Version}", bleu.Signature(DogReferences));
        Assert.Equal($"nrefs:2|n:3|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:{Signature.Version}", bleu.Signature(DogReferences, 1000, 12345));
        Assert.StartsWith("nrefs:var|n:2|case:lc|eff:yes|tok:char|smooth:floor[0.10]|order:3|", new Bleu(new BleuSettings
        {
            Lowercase = true,
            EffectiveOrder = true,
            Tokenizer = TextTokenizer.Characters,
            Smoothing = BleuSmoothing.Floor,
            MaxOrder = 3,
        }).Signature([["a"], ["a", "b"]]), StringComparison.Ordinal);
        Assert.Equal("82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)", bleu.Details(bleu.OfCorpus(Dogs, DogReferences).Total));
    }

    [Fact]
    public void A_line_without_reference_and_uneven_corpora_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Bleu().OfCorpus(["a"], [[]]));
        Assert.Throws<ArgumentException>(() => new Bleu().OfCorpus(["a"], [["a"], ["b"]]));
    }

    private static double Corpus(BleuSettings settings, string[] texts, string[][] references) => new Bleu(settings).OfCorpus(texts, references).Value;

    private static TextTokenizer Named(string name) => TextTokenizer.All.Single(tokenizer => tokenizer.Name == name);
}
