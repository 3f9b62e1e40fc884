using Grimoire.Evaluation.Metrics;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests.Metrics;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("saturday", "sunday", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("😀a", "a", 1)]
    [InlineData("same", "same", 0)]
    public void Known_pairs_of_words(string text, string reference, double expected)
    {
        Assert.Equal(expected, new EditDistance().OfLine(text, [reference]));
        Assert.Equal(expected, new EditDistance().OfLine(reference, [text]));
    }

    [Fact]
    public void Normalized_it_is_a_share_of_the_longer_one()
    {
        var share = new EditDistance(normalized: true);
        Assert.Equal((3.0 / 7, 1, 0), (share.OfLine("kitten", ["sitting"]), share.OfLine("", ["ab"]), share.OfLine("", [""])));
    }

    [Fact]
    public void Words_can_be_counted_instead_of_characters()
    {
        Assert.Equal(1, new EditDistance(EditUnit.Word).OfLine("the black cat", ["the white cat"]));
        Assert.Equal(0, new EditDistance(EditUnit.Word, lowercase: true).OfLine("The Cat", ["the cat"]));
    }

    [Fact]
    public void Error_rates_divide_all_edits_by_all_words()
    {
        SufficientStatistics words = new ErrorRate(EditUnit.Word).OfCorpus(["a b c d", "x"], [["a b c"], ["x y z"]]);
        Assert.Equal(100 * 3 / 6.0, words.Value, 12);
        Assert.Equal("3 edits, 6 words", new ErrorRate(EditUnit.Word).Details(words.Total));
        Assert.Equal(100 * 3 / 7.0, new ErrorRate(EditUnit.Character).OfLine("kitten", ["sitting"]), 12);
        Assert.Equal([1, 3], new ErrorRate(EditUnit.Word).Statistics("a b", ["a", "a b c"]));
    }

    [Fact]
    public void It_is_a_distance()
    {
        string[] words = [.. Enumerable.Range(0, 12).Select(i => string.Concat(Enumerable.Range(0, 6).Select(j => "abc"[(int)CountedRandom.Below(3, (ulong)i, (ulong)j)])))];
        foreach (string a in words)
        {
            foreach (string b in words)
                Assert.All(words, c => Assert.True(Between(a, c) <= Between(a, b) + Between(b, c) && Between(a, b) == Between(b, a)));
        }
    }

    private static int Between(string a, string b) => EditDistance.Between([.. a.Select(c => c.ToString())], [.. b.Select(c => c.ToString())]);
}
