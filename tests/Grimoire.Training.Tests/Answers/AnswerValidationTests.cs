using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Answers;

public sealed class AnswerValidationTests
{
    private static readonly PromptExample[] Prompts = [.. World.Of(1).Lessons(Split.Test).Where(lesson => lesson.Exercise is not null).Take(12)
        .Select(lesson => new PromptExample(new Passage(lesson.Exercise!.Prompt), new() { ["exercise"] = lesson.Place!.ToString() }))];

    private static AnswerValidation Checks(LanguageModel model, IReadOnlyList<double>? start = null, Validation? first = null) =>
        new(model, WorldModel.Encoder(model), Prompts, Kernels.Simd)
        {
            MaxTokens = 12,
            Reward = VerifiableRewards.World,
            Start = start,
            Text = PlainText.Of(World.Of(1), model.Tokenizer, model.Config.Context),
            First = first,
        };

    [Fact]
    public void A_newborn_model_answers_nothing_right_and_always_the_same()
    {
        LanguageModel model = WorldModel.Make();
        ValidationResult result = Checks(model).Measure(new Workspace(Kernels.Simd)), again = Checks(model).Measure(new Workspace(Kernels.Simd));
        Assert.Equal(result.Metrics, again.Metrics);
        Assert.Equal(0, result[Metric.Accuracy]);
        Assert.True(result[Metric.Reward] <= -1);
        Assert.Equal(-result[Metric.Reward], result.Loss);
        Assert.InRange(result[Metric.ResponseLength]!.Value, 1, 12);
        Assert.InRange(result[Metric.EndRate]!.Value, 0, 1);
        // It knows nothing, so it wavers among all tokens.
        Assert.Equal(Math.Log(model.Config.Vocabulary), Math.Log(result[Metric.Perplexity]!.Value), 0.3);
        Assert.Null(result[Metric.WinRate]);
    }

    [Fact]
    public void Against_itself_it_wins_every_other_time()
    {
        LanguageModel model = WorldModel.Make();
        double[] start = VerifiableRewards.World.Score(Checks(model).Answer());
        Assert.Equal(0.5, Checks(model, start).Measure(new Workspace(Kernels.Simd))[Metric.WinRate]);
        Assert.Equal(1, Checks(model, [.. start.Select(reward => reward - 1)]).Measure(new Workspace(Kernels.Simd))[Metric.WinRate]);
    }

    [Fact]
    public void What_is_measured_first_comes_first_and_picks_the_best()
    {
        ValidationResult result = Checks(WorldModel.Make(), first: new Known()).Measure(new Workspace(Kernels.Simd));
        Assert.Equal(7, result.Loss);
        Assert.Equal((Metric.ValidationLoss, 7), result.Metrics[0]);
    }

    [Fact]
    public void Rewards_at_the_start_are_kept_with_the_run()
    {
        using var scratch = new Scratch();
        LanguageModel model = WorldModel.Make();
        int made = 0;
        double[] Rewards() => StartAnswers.Rewards(scratch.Folder, Prompts.Length, () =>
        {
            made++;
            var answers = Checks(model).Answer();
            return (answers, VerifiableRewards.World.Score(answers));
        });
        double[] first = Rewards();
        Assert.Equal(first, Rewards());
        Assert.Equal(2, made); // there is no run yet
        File.WriteAllText(Path.Combine(scratch.Folder, RunInfo.FileName), "{}");
        Assert.Equal(first, Rewards());
        Assert.Equal(2, made);
        string file = Directory.GetFiles(scratch.Folder, "answers*").Single();
        File.WriteAllText(file, File.ReadAllText(file)[..^20]);
        Assert.Equal(first, Rewards());
        Assert.Equal(3, made);
    }

    private sealed class Known : Validation
    {
        public override ValidationResult Measure(Workspace workspace) => new(7, [(Metric.ValidationLoss, 7)]);
    }
}
