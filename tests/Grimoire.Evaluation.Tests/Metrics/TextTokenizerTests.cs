using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>Words as sacreBLEU 2.6.0 has them for lines full of traps.</summary>
public sealed class TextTokenizerTests
{
    [Theory]
    [InlineData("13a", "Hello, world! It's 3,000.50 -- 50-60% &quot;off&quot; &amp; more...", "Hello , world ! It's 3,000.50 -- 50 - 60 % \" off \" & more . . .")]
    [InlineData("13a", "a.b, 1.2, 3.a <skipped>x&lt;y&gt; 2010.", "a . b , 1.2 , 3 . a x < y > 2010 .")]
    [InlineData("intl", "Hello, world! 3,000.50 „Zitat“ №5 50-60% 2010.", "Hello , world ! 3,000.50 „ Zitat “ № 5 50-60 % 2010.")]
    [InlineData("char", "a b\u00e9😀", "a b é 😀")]
    [InlineData("zh", "美众院,共 3.5 亿“好”。x,y", "美 众 院 , 共 3.5 亿 “ 好 ” 。 x , y")]
    [InlineData("none", " a,b\tc\u3000d\u001Ce ", "a,b c d e")]
    public void Lines_become_the_words_of_the_reference(string tokenizer, string line, string words) =>
        Assert.Equal(words, string.Join(' ', TextTokenizer.All.Single(t => t.Name == tokenizer).Words(line)));

    [Fact]
    public void Every_known_tokenizer_has_its_own_name() =>
        Assert.Equal(["13a", "intl", "char", "zh", "none"], TextTokenizer.All.Select(tokenizer => tokenizer.Name));

    [Theory]
    [InlineData("ΟΔΟΣ ΣΟΦΟΣ. Σ", "οδος σοφος. σ")]
    [InlineData("AΣ'B ⅧΣ", "aσ'b ⅷς")]
    [InlineData("İI ẞǅ", "i\u0307i ßǆ")]
    public void Lower_case_is_that_of_all_languages(string text, string expected) => Assert.Equal(expected, ReferenceText.Lower(text));
}
