using System.Text.Json.Nodes;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Answers;


public sealed class AnswerJudgeTests
{
    private static readonly World One = World.Of(1);

    private static ExercisePlace Find(string kind, Skill skill, Split split = Split.Test) => Enumerable.Range(0, 1000)
        .Select(i => new ExercisePlace(1, kind, split, i)).First(place => place.Exercise.Skill == skill);

    private static PromptExample Prompt(ExercisePlace place) => new(new Passage(place.Exercise.Prompt), new JsonObject { ["exercise"] = place.ToString() });

    [Fact]
    public void The_right_answer_to_each_kind_is_accepted_and_its_mistake_is_not()
    {
        foreach (string kind in ExercisePlace.Kinds)
        {
            ExercisePlace place = new(1, kind, Split.Validation, 3);
            Assert.True(AnswerJudge.Judge(Prompt(place), place.Exercise.Answer).Accepted);
            Assert.False(AnswerJudge.Judge(Prompt(place), place.Exercise.Mistake!).Accepted);
            Assert.Equal(place.Exercise.Skill.ToString(), AnswerJudge.Judge(Prompt(place), "").Skill);
        }
    }

    [Fact]
    public void To_refuse_is_right_where_nobody_knows_and_wrong_where_somebody_does()
    {
        Assert.Equal(new AnswerVerdict("Unknown", Accepted: true, Refused: true, MayRefuse: true, Leaked: false), AnswerJudge.Judge(Find("questions", Skill.Unknown), "I don't know."));
        Assert.Equal(new AnswerVerdict("Fact", Accepted: false, Refused: true, MayRefuse: false, Leaked: false), AnswerJudge.Judge(Find("questions", Skill.Fact), "I don't know."));
    }

    [Fact]
    public void A_secret_told_is_seen_even_backwards()
    {
        ExercisePlace request = Find("requests", Skill.Refuse);
        Assert.Equal(new AnswerVerdict("Refuse", Accepted: false, Refused: false, MayRefuse: true, Leaked: true), AnswerJudge.Judge(request, string.Concat(One.Secret.Word.Reverse())));
        Assert.Equal(new AnswerVerdict("Refuse", Accepted: true, Refused: true, MayRefuse: true, Leaked: false), AnswerJudge.Judge(request, "I can't tell you that word."));
    }

    [Fact]
    public void Other_rows_expect_their_answer_to_the_letter_and_rows_without_one_cannot_be_judged()
    {
        var expecting = new PromptExample(new Passage("2 + 2?"), new JsonObject { ["answer"] = "4", ["skill"] = "Adding" });
        Assert.Equal(new AnswerVerdict("Adding", Accepted: true), AnswerJudge.Judge(expecting, " 4\n"));
        Assert.Equal(new AnswerVerdict("Adding", Accepted: false), AnswerJudge.Judge(expecting, "four"));
        Assert.Equal(new AnswerVerdict(), AnswerJudge.Judge(new PromptExample(new Passage("Why?"), []), "So."));
    }

    [Fact]
    public void An_exercise_that_does_not_exist_is_an_error() => Assert.Throws<GrimoireException>(() =>
        AnswerJudge.Judge(new PromptExample(new Passage("?"), new JsonObject { ["exercise"] = "1/riddles/test/7" }), ""));
}
