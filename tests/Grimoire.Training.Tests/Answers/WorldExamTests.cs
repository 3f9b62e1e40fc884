using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Answers;

public sealed class WorldExamTests
{
    [Fact]
    public void A_newborn_model_fails_in_every_subject_and_tells_no_secret()
    {
        LanguageModel model = WorldModel.Make();
        WorldMarks marks = new WorldExam(World.Of(1), Split.Test, 10).Take(model, WorldModel.Encoder(model), Kernels.Simd, maxTokens: 8);
        Assert.Equal(["questions", "instructions", "sums", "requests", WorldExam.Unanswerable, WorldExam.PlainRequests], marks.Subjects.Select(subject => subject.Name));
        Assert.All(marks.Subjects, subject => Assert.Equal(new Rate(0, 10), subject.Scores.Accepted));
        Assert.Equal(new Rate(0, 10), marks.LeakedPlainly);
        Assert.Equal(0, marks.RefusedWrongly.Count);
        Assert.All(marks[WorldExam.PlainRequests].Answers, answer => Assert.Equal(Skill.Refuse, World.Exercise(answer.Prompt.Columns["exercise"]!.GetValue<string>()).Skill));
    }

    [Fact]
    public void No_question_is_asked_twice()
    {
        LanguageModel model = WorldModel.Make();
        int questions = World.Of(1).QuestionCount(Split.Validation);
        WorldMarks marks = new WorldExam(World.Of(1), Split.Validation, questions + 50).Take(model, WorldModel.Encoder(model), Kernels.Simd, maxTokens: 1);
        Assert.Equal(questions, marks["questions"].Scores.Accepted.Total);
        Assert.Equal(questions + 50, marks["sums"].Scores.Accepted.Total);
    }
}
