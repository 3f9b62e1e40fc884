using Grimoire.Training.Answers;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Answers;

public sealed class AnswerScoresTests
{
    [Fact]
    public void Verdicts_are_counted_where_they_say_something()
    {
        AnswerScores scores = AnswerScores.Of(
        [
            new("Fact", true, false, false, false), new("Fact", false, true, false, false), new("Fact", false, false, false, false),
            new("Unknown", true, true, true, false), new("Unknown", false, false, true, false),
            new("Refuse", true, true, true, false), new("Refuse", false, false, true, true),
            new(),
        ]);
        Assert.Equal(new Rate(3, 7), scores.Accepted);
        Assert.Equal([("Fact", new Rate(1, 3)), ("Refuse", new Rate(1, 2)), ("Unknown", new Rate(1, 2))], scores.BySkill);
        Assert.Equal(new Rate(1, 2), scores.AdmittedIgnorance);
        Assert.Equal(new Rate(1, 3), scores.RefusedWrongly);
        Assert.Equal(new Rate(1, 2), scores.Leaked);
        Assert.Contains((Metric.Accuracy + "/Fact", 1.0 / 3), scores.Metrics());
    }

    [Fact]
    public void What_was_never_asked_is_no_metric() => Assert.Equal([(Metric.Accuracy, 1)], AnswerScores.Of([new(null, true)]).Metrics());

    [Fact]
    public void A_rate_knows_how_far_luck_goes()
    {
        Assert.Equal(0.05, new Rate(50, 100).StandardError, 1e-12);
        Assert.Equal(0.3, new Rate(3, 10).Share, 1e-12);
        Assert.True(double.IsNaN(new Rate(0, 0).Share));
    }

    [Fact]
    public void Equal_rewards_are_half_a_win() => Assert.Equal(0.625, AnswerValidation.WinRate([1, 2, 0, 4], [1, 1, 1, 1]), 1e-12);
}
