using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Facts of Unicode's normalisation forms (UAX #15 and its conformance test), which .NET leaves out where globalization is invariant.</summary>
public sealed class NormalizationTests
{
    [Theory]
    [InlineData("Cafe\u0301", "Caf\u00E9", "Cafe\u0301", "Caf\u00E9", "Cafe\u0301")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\uFB01 \u2460\u00BD", "\uFB01 \u2460\u00BD", "\uFB01 \u2460\u00BD", "fi 11\u20442", "fi 11\u20442")]
    [InlineData("\uD55C\uAE00", "\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF", "\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9", "A\u030A\u03A9", "\u00C5\u03A9", "A\u030A\u03A9")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65", "\uD834\uDD57\uD834\uDD65", "\uD834\uDD57\uD834\uDD65", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uD83D\uDE00 plain “text” 你好", "\uD83D\uDE00 plain “text” 你好", "\uD83D\uDE00 plain “text” 你好", "\uD83D\uDE00 plain “text” 你好", "\uD83D\uDE00 plain “text” 你好")]
    public void Forms_are_as_Unicode_says(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, UnicodeNormalization.Normalize(text, compatible: false, compose: true).ToString());
        Assert.Equal(nfd, UnicodeNormalization.Normalize(text, compatible: false, compose: false).ToString());
        Assert.Equal(nfkc, UnicodeNormalization.Normalize(text, compatible: true, compose: true).ToString());
        Assert.Equal(nfkd, UnicodeNormalization.Normalize(text, compatible: true, compose: false).ToString());
    }

    [Fact]
    public void Normalising_twice_is_normalising_once()
    {
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            string text = EncodingTests.Sample(random, 30);
            foreach ((bool compatible, bool compose) in ((bool, bool)[])[(false, true), (false, false), (true, true), (true, false)])
            {
                string once = UnicodeNormalization.Normalize(text, compatible, compose).ToString();
                Assert.Equal(once, UnicodeNormalization.Normalize(once, compatible, compose).ToString());
            }
        }
    }
}
