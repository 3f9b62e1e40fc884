using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>TER against the example values in sacreBLEU's own tests (2.6.0).</summary>
public sealed class TerTests
{
    private const string Tasks =
        "wenn Sie alle Aufgaben im aktuellen Dokument aktualisieren möchten , wählen Sie im Menü des Aufgabenbedienfelds die Option \" Alle Aufgaben aktualisieren . \"";

    private const string Template = "wählen Sie im Dialogfeld \" Neu aus Vorlage \" eine Vorlage aus und klicken Sie auf \" Neu . \"";

    [Theory]
    [InlineData("aaaa bbbb cccc dddd", "aaaa bbbb cccc dddd", 0)]
    [InlineData("dddd eeee ffff", "aaaa bbbb cccc", 1)]
    [InlineData("", "a", 1)]
    [InlineData("a", "", 1)]
    [InlineData("", "", 0)]
    [InlineData("d e f g h a b c", "a b c d e f g h", 0.125)]
    public void Lines_have_the_published_figures(string text, string reference, double expected) =>
        Assert.Equal(100 * expected, new Ter().OfLine(text, [reference]), 1e-10);

    [Fact]
    public void Five_lines_of_a_translation_have_the_published_figure()
    {
        string[] texts =
        [
            "wählen Sie \" Bild neu berechnen , \" um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit das Bild ungefähr dieselbe Größe aufweist wie die andere Größe .",
            Tasks,
            "klicken Sie auf der Registerkarte \" Optionen \" auf die Schaltfläche \" Benutzerdefiniert \" und geben Sie Werte für \" Fehlerkorrektur-Level \" und \" Y / X-Verhältnis \" ein .",
            "Sie können beispielsweise ein Dokument erstellen , das ein Auto über die Bühne enthält .",
            Template,
        ];
        string[] references =
        [
            "wählen Sie \" Bild neu berechnen , \" um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit die Darstellung des Bildes in einer anderen Größe beibehalten wird .",
            Tasks,
            "klicken Sie auf der Registerkarte \" Optionen \" auf die Schaltfläche \" Benutzerdefiniert \" und geben Sie für \" Fehlerkorrektur-Level \" und \" Y / X-Verhältnis \" niedrigere Werte ein .",
            "Sie können beispielsweise ein Dokument erstellen , das ein Auto enthalt , das sich über die Bühne bewegt .",
            Template,
        ];
        Assert.Equal(13.6, new Ter().OfCorpus(texts, [.. references.Select(reference => new[] { reference })]).Value, 1e-3);
    }

    [Theory]
    [InlineData("A B C D.", false, false, false, "a b c d.")]
    [InlineData("A ; B ) C : D.", false, true, false, "a b c d")]
    [InlineData("a b (c) d.", true, false, false, "a b ( c ) d .")]
    [InlineData("Jim's car.", true, false, false, "jim 's car .")]
    [InlineData("4.2", true, false, false, "4.2")]
    [InlineData("美众院公布对特", true, false, true, "美 众 院 公 布 对 特")]
    [InlineData("りの拳銃を持", true, false, true, "りの 拳 銃 を 持")]
    [InlineData("调查，共。", false, true, true, "调查共")]
    public void Lines_become_the_published_words(string line, bool normalized, bool noPunctuation, bool asian, string expected) => Assert.Equal(
        expected, string.Join(' ', new TerSettings { Normalized = normalized, NoPunctuation = noPunctuation, AsianSupport = asian }.Words(line)));

    [Fact]
    public void Case_counts_only_if_asked_for()
    {
        Assert.Equal(0, new Ter().OfLine("A b", ["a B"]));
        Assert.Equal(100, new Ter(new TerSettings { CaseSensitive = true }).OfLine("A b", ["a B"]));
    }

    [Fact]
    public void References_are_normalised_twice_as_in_the_reference()
    {
        Assert.Equal(0, new Ter().OfLine("x's y's's", ["x's y's's"]));
        Assert.Equal(100 / 3.0, new Ter(new TerSettings { Normalized = true }).OfLine("x's y's's 's'", ["x's y's's 's'"]), 1e-10);
    }

    [Fact]
    public void The_nearest_reference_gives_the_edits_and_all_give_the_length() =>
        Assert.Equal([1, 3], new Ter().Statistics("a b c", ["a b d", "x y", "p q r s"]));

    [Fact]
    public void The_signature_is_sacrebleus() =>
        Assert.Equal($"nrefs:1|n:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:{Signature.Version}", new Ter().Signature([["a"]]));

    [Fact]
    public void Far_from_the_diagonal_nothing_is_found_as_in_the_reference()
    {
        string hundred = string.Join(' ', Enumerable.Range(0, 100));
        Assert.Equal(100, new Ter().OfLine("0", [hundred]), 1e-10);
        Assert.Equal(9900, new Ter().OfLine(hundred, ["0"]), 1e-10);
    }
}
