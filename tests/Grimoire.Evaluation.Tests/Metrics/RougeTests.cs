using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>ROUGE against the example values in the tests of Google's rouge_score, which are those of ROUGE-1.5.5.</summary>
public sealed class RougeTests
{
    private const string Target0 =
        "ZfbCUIUuePaiLVUlCaUXxkpu XPeWing tUHfPMuZ',-Xd Y BrUgVJing M-HV.-DgdDaY.rFDJCRing Ht-LM EKBDXkME,yz'RBr q'wtion wIojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxer tKM L";

    private const string Target1 =
        "KsJdPByEtAor fE-Qg Dpdbring cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMtion psing sbKao Q m qiing LMmer HqqLFXe,XPY,J XsurkMer ,ed nB'wH'bWVHjWFEing " +
        "tQ.saefZwJtKrTlixYpMMsJing UCAPwNHeYVjDing c T BUySKtion gMPfJpwGw p'NvxAoping eu pBwMBKV'I DNxqelhu,PHPxDEq,mtion SN";

    private const string Prediction0 = "rFDJCRtion Ht-LM EKtDXkME,yz'RBr q'wer wrojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxi";

    private const string Prediction1 =
        "n cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMer pstion sbKao Q m qier LMmed HqqLFXe,XPY,J XsurkMeo ,ed nB'wH'bWVHjWFEer " +
        "tQ.saefZwJtKrTlixYpMMNJtion UCAPwNHeYVjD";

    [Theory]
    [InlineData("rouge1", false, 0, 0.68750, 0.40741, 0.51163)]
    [InlineData("rouge1", false, 1, 0.65385, 0.40476, 0.50000)]
    [InlineData("rouge1", true, 0, 0.68750, 0.40741, 0.51163)]
    [InlineData("rouge1", true, 1, 0.69231, 0.42857, 0.52941)]
    [InlineData("rouge2", false, 0, 0.53333, 0.30769, 0.39024)]
    [InlineData("rouge2", false, 1, 0.48000, 0.29268, 0.36364)]
    [InlineData("rouge2", true, 0, 0.53333, 0.30769, 0.39024)]
    [InlineData("rouge2", true, 1, 0.48000, 0.29268, 0.36364)]
    [InlineData("rougeL", false, 0, 0.68750, 0.40741, 0.51163)]
    [InlineData("rougeL", false, 1, 0.65385, 0.40476, 0.50000)]
    public void Lines_have_the_figures_of_the_original_script(string name, bool stemming, int line, double precision, double recall, double f1)
    {
        PrecisionRecall score = new Rouge(name, stemming).Score(line == 0 ? Prediction0 : Prediction1, line == 0 ? Target0 : Target1);
        Assert.Equal((precision, recall, f1), (Math.Round(score.Precision, 5), Math.Round(score.Recall, 5), Math.Round(score.F1, 5)));
    }

    [Fact]
    public void A_text_of_several_lines_has_the_figures_of_the_original_script()
    {
        const string Target = Target0 + "\n" + Target1 + "\nNhETebUbBk'er WOvoHMTjSRizKgH'vHiing Xu,hWxfs VkNE QhgKiLHE -HidivzoM.dO anhtion " +
            "jbLQiSGDTCsuhREebUaKM dv J dVN tmbOT\nvMR HDm,xOAetion D,tion HJtodT.mHl UIv-p VjWH'BdyWjnfGU-OjT aEMdFICyLWfQMtion wEMfdOKing AwkeKbO 'DxqNOHBH " +
            "qKtVvm OYJl mM\n";
        const string Prediction = Prediction0 + "\n" + Prediction1 + "\nxfs VkJE QhgKiLHE -HidivzoM.dO anhing jbLQiSGDTCsuhREebUaKM dv J\n" +
            "VjWH'BdyWjnfGU-OjTNaEMdFICyLWfQMing wEMfdOKijg AwkeKbO 'DxqNO\n";
        PrecisionRecall score = new Rouge("rougeLsum", stemming: true).Score(Prediction, Target);
        Assert.Equal((0.66667, 0.36538, 0.47205), (Math.Round(score.Precision, 5), Math.Round(score.Recall, 5), Math.Round(score.F1, 5)));
    }

    [Theory]
    [InlineData("rouge1", "testing", 1, 1.0 / 3)]
    [InlineData("rouge2", "testing one", 1, 0.5)]
    [InlineData("rougeL", "testing one", 1, 2.0 / 3)]
    [InlineData("rougeL", "testing two", 1, 2.0 / 3)]
    [InlineData("rouge9", "testing one", 0, 0)]
    [InlineData("rougeLsum", "", 0, 0)]
    [InlineData("rouge1", "/", 0, 0)]
    public void Three_words_have_the_published_figures(string name, string text, double precision, double recall) =>
        Assert.Equal(new PrecisionRecall(precision, recall), new Rouge(name).Score(text, "testing one two"));

    [Fact]
    public void The_papers_example_of_two_lines_against_one()
    {
        PrecisionRecall score = new Rouge("rougeLsum").Score("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5");
        Assert.Equal(new PrecisionRecall(0.4, 0.8), score);
        Assert.Equal(0.5333, score.F1, 1e-4);
    }

    [Theory]
    [InlineData("rougen")]
    [InlineData("rouge0")]
    [InlineData("rouge10")]
    public void Other_names_are_refused(string name) => Assert.Throws<ArgumentException>(() => new Rouge(name));

    [Fact]
    public void A_corpus_has_the_mean_and_a_line_its_best_reference()
    {
        var rouge = new Rouge("rouge1");
        SufficientStatistics corpus = rouge.OfCorpus(["testing", "nothing"], [["no", "testing one two"], ["testing one two"]]);
        Assert.Equal(0.25, corpus.Value);
        Assert.Equal("precision 0.5000, recall 0.1667", rouge.Details(corpus.Total));
        Assert.Equal($"nrefs:var|n:2|case:lc|tok:rouge|stem:no|version:{Signature.Version}", rouge.Signature([["no", "testing one two"], ["testing one two"]]));
    }
}
