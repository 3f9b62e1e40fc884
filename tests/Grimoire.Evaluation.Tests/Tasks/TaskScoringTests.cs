using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Tests;

public sealed class TaskScoringTests
{
    private static readonly TaskFile Choice = new() { Name = "t", Metrics = [.. TaskReader.MetricsOf(TaskKind.Choice).Select(name => new TaskMetric(name, name))] };

    [Fact]
    public void Likelihoods_are_compared_whole_by_the_character_and_by_the_byte()
    {
        // ln p: −6, −8, −9; by characters (2, 4, 3): −3, −2, −3; by bytes (2, 4, 6): −3, −2, −1.5.
        TaskExample example = Of(["ab", "abcd", "ééé"], 1);
        ContinuationScore[] scores = [new(-6, 2, false), new(-8, 4, false), new(-9, 3, false)];
        var found = TaskScoring.OfChoices(Choice, example, scores);
        Assert.Equal((0.0, 1.0, 0.0), (found["acc"], found["acc_norm"], found["acc_bytes"]));
        found = TaskScoring.OfChoices(Choice, Of(["ab", "abcd", "ééé"], 2), scores);
        Assert.Equal((0.0, 0.0, 1.0), (found["acc"], found["acc_norm"], found["acc_bytes"]));
        Assert.Equal(1, TaskScoring.OfChoices(Choice, Of(["ab", "abcd", "ééé"], 0), scores)["acc"]);
    }

    [Fact]
    public void The_first_of_equals_is_the_models_choice()
    {
        ContinuationScore[] scores = [new(-6, 2, false), new(-6, 2, false)];
        Assert.Equal(1, TaskScoring.OfChoices(Choice, Of(["ab", "cd"], 0), scores)["acc"]);
        Assert.Equal(0, TaskScoring.OfChoices(Choice, Of(["ab", "cd"], 1), scores)["acc"]);
    }

    [Fact]
    public void The_true_answers_share_of_the_probability_is_taken_of_all()
    {
        ContinuationScore[] scores = [new(Math.Log(0.02), 1, false), new(Math.Log(0.01), 1, false), new(Math.Log(0.05), 1, false)];
        var found = TaskScoring.OfChoices(Choice, Of(["a", "b", "c"], 0, 1), scores);
        Assert.Equal(0.375, found["mc2"], 1e-12);
        Assert.Equal(0, found["acc"]);
    }

    [Theory]
    [InlineData("strict_match", "They cost 5 + 3.\n#### 1,008.", "x #### 1008", 1)]
    [InlineData("strict_match", "The answer is 1008", "x #### 1008", 0)]
    [InlineData("flexible_extract", "So 5 + 3 = 8, which makes $1,008.", "x #### 1008", 1)]
    [InlineData("flexible_extract", "So 1008 or 9", "x #### 1008", 0)]
    [InlineData("flexible_extract", "No number", "x #### 1008", 0)]
    public void Gsm8k_answers_are_compared_as_the_reference_harness_does(string metric, string answer, string right, double score)
    {
        TaskFile task = TaskLibrary.Find("gsm8k");
        Assert.Equal(score, TaskScoring.OfAnswer(task, Answered(right), answer)[metric]);
    }

    [Theory]
    [InlineData(" The Eiffel Tower", "eiffel tower", 1)]
    [InlineData(" the eiffel tower!", "Eiffel Tower", 1)]
    [InlineData(" Tower of Eiffel", "Eiffel Tower", 0)]
    public void Nq_open_answers_are_compared_without_articles_case_and_punctuation(string answer, string right, double score) =>
        Assert.Equal(score, TaskScoring.OfAnswer(TaskLibrary.Find("nq_open"), Answered("nothing", right), answer)["exact_match"]);

    [Fact]
    public void Xquad_answers_are_compared_as_squads()
    {
        var found = TaskScoring.OfAnswer(TaskLibrary.Find("xquad"), Answered("the 308 points", "308"), " 308 points, they say");
        Assert.Equal(0, found["exact_match"]);
        Assert.Equal(2 * (2.0 / 4) * 1 / ((2.0 / 4) + 1), found["f1"], 1e-12);
        Assert.Equal(1, TaskScoring.OfAnswer(TaskLibrary.Find("xquad"), Answered("the 308 points"), "308 Points.")["exact_match"]);
    }

    [Fact]
    public void Filters_take_what_is_compared()
    {
        Assert.Equal("42", AnswerFilter.Named("final_number").Apply("It is 40, no, 42."));
        Assert.Equal("one", AnswerFilter.Named("first_line").Apply("\n one\ntwo"));
        Assert.Equal("[invalid]", AnswerFilter.Of("x(\\d)").Apply("y1"));
        Assert.Equal("2", AnswerFilter.Of("x(\\d)", -1).Apply("x1 x2"));
        Assert.Throws<GrimoireException>(() => AnswerFilter.Of("("));
        Assert.Throws<GrimoireException>(() => AnswerFilter.Of("(a+)+$").Apply(new string('a', 40) + "b"));
    }

    private static TaskExample Of(string[] choices, params int[] right) => new() { Id = "t/0", Row = [], Choices = choices, Right = right };

    private static TaskExample Answered(params string[] answers) => new() { Id = "t/0", Row = new JsonObject(), Answers = answers };
}
