using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

public sealed class AnswerMetricsTests
{
    [Theory]
    [InlineData("The Eiffel Tower!", "eiffel tower", 100)]
    [InlineData("an answer", "the  ANSWER.", 100)]
    [InlineData("theory", "ory", 0)]
    [InlineData("a-b", "ab", 100)]
    [InlineData("the", "", 100)]
    [InlineData("“quoted”", "quoted", 0)]
    public void Squad_leaves_out_case_punctuation_and_articles(string answer, string reference, double expected) =>
        Assert.Equal(expected, new ExactMatch().OfLine(answer, [reference]));

    [Theory]
    [InlineData("Eiffel  Tower ", "Eiffel Tower", 100)]
    [InlineData("eiffel tower", "Eiffel Tower", 0)]
    [InlineData("the answer", "answer", 0)]
    public void Plain_leaves_out_white_space_only(string answer, string reference, double expected) =>
        Assert.Equal(expected, new ExactMatch(AnswerNormalization.Plain).OfLine(answer, [reference]));

    [Theory]
    [InlineData("in the city of Paris", "Paris, France", 1.0 / 4, 1.0 / 2)]
    [InlineData("dog dog cat", "dog", 1.0 / 3, 1)]
    [InlineData("blue", "red", 0, 0)]
    public void F1_is_the_harmonic_mean_of_shares_of_words(string answer, string reference, double precision, double recall) =>
        Assert.Equal(100 * Means.F(precision, recall), new TokenF1().OfLine(answer, [reference]), 12);

    [Fact]
    public void Where_no_words_are_left_both_must_have_none()
    {
        Assert.Equal(100, new TokenF1().OfLine("the", ["!"]));
        Assert.Equal(0, new TokenF1().OfLine("", ["word"]));
        Assert.Equal(0, new TokenF1().OfLine("word", ["a"]));
    }

    [Fact]
    public void Of_several_references_the_best_counts_and_a_corpus_has_the_mean()
    {
        SufficientStatistics found = new TokenF1().OfCorpus(["red", "a green car"], [["blue", "red"], ["car"]]);
        Assert.Equal((100 + (200.0 / 3)) / 2, found.Value, 12);
        Assert.Equal(50, new ExactMatch().OfCorpus(["red", "a green car"], [["blue", "red"], ["car"]]).Value);
    }
}
