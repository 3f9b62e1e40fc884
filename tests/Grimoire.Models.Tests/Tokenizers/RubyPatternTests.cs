using System.Text.Json;
using System.Text.RegularExpressions;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class RubyPatternTests
{
    [Theory]
    [InlineData(@"a++b?+c*+", "(?>a+)(?>b?)(?>c*)")]
    [InlineData(@"(?:ab|[cd])++x+?", "(?>(?:ab|[cd])+)x+?")]
    [InlineData(@"\p{N}{1,3}+{", @"(?:\p{N}{1,3})+{")]
    [InlineData(@"[a[bc]\h]]", @"[abc0-9A-Fa-f]]")]
    [InlineData(@"[]a][^]b]", @"[\]a][^\]b]")]
    [InlineData(@"\p{^L}\P{^L}\(+", @"\P{L}\p{L}\(+")]
    public void Ruby_becomes_net(string ruby, string net) => Assert.Equal(net, RubyPattern.Translate(ruby));

    [Theory]
    [InlineData(@"\w+", "x½Ⅷ²Ⓐ_\u0301٣-", "x½Ⅷ²Ⓐ_\u0301٣")]
    [InlineData(@"[\w]+", "x½Ⅷ", "x|Ⅷ")]
    [InlineData(@"\b\w", "ab cd", "a|c")]
    [InlineData(@"^.|.$", "ab\ncd", "a|b|c|d")]
    [InlineData(@"\p{Han}+", "x漢字ひ", "漢字")]
    [InlineData(@"[^\p{Hiragana}x]+", "x漢字ひ", "漢字")]
    [InlineData(@"\s?\p{L}+", " 1ǅ a", "ǅ| a")]
    public void Matches_are_those_of_Unicode(string ruby, string text, string matches) =>
        Assert.Equal(matches, string.Join('|', Pattern(ruby).Matches(text).Select(match => text[match.Start..match.End])));

    [Theory]
    [InlineData("[a&&b]", "intersections")]
    [InlineData("[a[^b]]", "within classes")]
    [InlineData(@"[a\W]", "within classes")]
    [InlineData("[a", "not closed")]
    [InlineData("(", "not understood")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    public void What_has_no_like_is_refused_by_name(string ruby, string says) =>
        Assert.Contains(says, Assert.Throws<GrimoireException>(() => Pattern(ruby)).Message, StringComparison.Ordinal);

    [Fact]
    public void Brackets_a_million_deep_are_refused() => Assert.Throws<GrimoireException>(() => Pattern(new string('[', 60_000)));

    [Fact]
    public void A_pattern_that_takes_forever_is_given_up()
    {
        GrimoireException error = Assert.Throws<GrimoireException>(() => Pattern("(a+)+$").Matches(new string('a', 40) + "b"));
        Assert.Contains("takes too long", error.Message, StringComparison.Ordinal);
        Assert.IsType<RegexMatchTimeoutException>(error.InnerException);
    }

    private static FilePattern Pattern(string ruby) => FilePattern.Read(JsonPlace.Parse(JsonSerializer.SerializeToUtf8Bytes(ruby), "pattern"));
}
