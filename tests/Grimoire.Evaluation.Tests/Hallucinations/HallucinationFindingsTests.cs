using System.Text.Json.Nodes;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Evaluation.Hallucinations;

public class HallucinationFindingsTests
{
    private static readonly World World = World.Of(1);

    [Fact]
    public void Questions_of_the_world_come_in_other_words_and_name_values()
    {
        IReadOnlyList<FactQuestion> questions = WorldQuestion.Of(World, Split.Test, count: 40, wordings: 3);
        Assert.Equal(["facts", "two hops", "unanswerable"], questions.Select(question => question.Kind).Distinct().Order(StringComparer.Ordinal));
        Assert.All(questions.GroupBy(question => question.Kind), kind => Assert.InRange(kind.Count(), 10, 40));
        Assert.Equal(questions.Count, questions.Select(question => question.Prompt).Distinct().Count());
        foreach (FactQuestion question in questions)
        {
            Assert.DoesNotContain(question.Prompt, question.Wordings);
            Assert.InRange(question.Wordings.Count, 1, 3);
            Assert.Equal(AnswerOutcome.Refused, question.Judge("I don't know."));
            Assert.Equal("I don't know", question.Meaning("I don't know."));
            if (question.Answer is not { } answer)
                continue;
            Assert.Equal(AnswerOutcome.Right, question.Judge(answer));
            Assert.Equal(question.Meaning(answer), question.Meaning("Well: " + answer.ToUpperInvariant()));
        }
    }

    /// <summary>
    /// A model that knows every other question by heart, guesses at the others anew each time, and refuses a few: disagreement must part right from wrong
    /// without a fault, and its surprise, which is the same everywhere, not at all.
    /// </summary>
    [Fact]
    public void A_model_that_guesses_is_found_out_by_its_samples()
    {
        FactQuestion[] questions = [.. WorldQuestion.Of(World, Split.Test, count: 30, wordings: 2).Where(question => question.Kind != "two hops")];
        Training.Worlds.Fact[] homes = [.. World.Facts.Told.Where(fact => fact.Value is not null)];
        var model = new ScriptedModel(request =>
        {
            int index = Array.FindIndex(questions, question => question.Prompt == request.Prompt || question.Wordings.Contains(request.Prompt));
            ulong guess = request.Seed + (ulong)request.Prompt.Length;
            if (index % 5 == 4)
                return "I don't know.";
            return index % 2 == 0 && questions[index].Answer is { } answer ? answer : $"It is {homes[(int)(guess % (ulong)homes.Length)].Value}.";
        });
        var settings = new HallucinationSettings { Samples = 6 };
        double last = 0;
        IReadOnlyList<ProbedAnswer> answers = ProbedAnswer.Ask(model, questions, settings, share => last = share);
        Assert.Equal(1, last);
        Assert.Equal(questions.Sum(question => 7 + question.Wordings.Count), model.Asked.Count);
        Assert.All(model.Asked, request => Assert.True(request.Chat));
        Assert.Equal(6 * questions.Length, model.Asked.Count(request => request.Temperature == 1));

        var findings = new HallucinationFindings(answers, settings, "world:1|split:test");
        double Area(string name) => findings.Detectors.Single(finding => finding.Detector.Name == name).Auroc;
        Assert.True(Area("sample_disagreement") > 0.95, $"{Area("sample_disagreement")}");
        Assert.True(Area("semantic_entropy") > 0.95, $"{Area("semantic_entropy")}");
        Assert.InRange(Area("surprise_mean"), 0.49, 0.51);
        EvaluationResult result = findings.Result(new RunInfo { Kind = "hallucinations", Command = ["hallucinations"], Recipe = [], Seed = 1 }, "m");
        Assert.Equal(1, result.Figures.Take(3).Sum(figure => figure.Value), 12);
        Assert.Equal(questions.Length / 5, (int)Math.Round(result.Figures[2].Value * questions.Length));
        Assert.Equal("all", result.Tables[0].Rows[^1][0]);
        Assert.Equal(2, result.Plots.Count);
        Figure area = result.Figures.Single(figure => figure.Of == "semantic_entropy");
        Assert.True(area.Interval!.Value.Contains(area.Value));

        using var scratch = new Scratch();
        EvaluationFolder.Write(scratch["a"], result, findings.Examples());
        Assert.Equal(questions.Length, EvaluationFolder.Examples(scratch["a"]).Count);
        Assert.Equal(0, EvaluationComparison.Of(scratch["a"], scratch["a"]).Differences[0].Paired!.Difference);
        JsonObject row = EvaluationFolder.Examples(scratch["a"])[0];
        Assert.Equal(6, row["samples"]!.AsArray().Count);
    }

    [Fact]
    public void A_model_that_is_always_right_leaves_nothing_to_be_parted()
    {
        FactQuestion[] questions = [.. WorldQuestion.Of(World, Split.Test, count: 5, wordings: 0).Where(question => question.Answer is not null)];
        var model = new ScriptedModel(request => questions.First(question => question.Prompt == request.Prompt).Answer!);
        IReadOnlyList<ProbedAnswer> answers = ProbedAnswer.Ask(model, questions, new HallucinationSettings { Samples = 0, MaxTokens = 200 });
        Assert.All(answers, answer => Assert.True(answer.Outcome == AnswerOutcome.Right, $"{answer.Question.Prompt} {answer.Greedy.Text}"));
        var findings = new HallucinationFindings(answers, new HallucinationSettings { Samples = 0, MaxTokens = 200 }, "q");
        Assert.All(findings.Detectors, finding => Assert.Equal(DetectorNeeds.Answer, finding.Detector.Needs));
        EvaluationResult result = findings.Result(new RunInfo { Kind = "h", Command = [], Recipe = [], Seed = 1 }, "m");
        Assert.Empty(result.Plots);
        Assert.Equal("–", result.Figures.Single(figure => figure.Of == "surprise_mean").Shown);
    }
}
