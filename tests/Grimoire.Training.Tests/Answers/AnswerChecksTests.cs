using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Answers;

public sealed class AnswerChecksTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly LanguageModel model = WorldModel.Make();

    public AnswerChecksTests()
    {
        model.Save(scratch["base"]);
        World.Of(1).Write(scratch["world"], 200);
    }

    public void Dispose() => scratch.Dispose();

    private AnswerValidation? For(string? file, CheckSettings? checks = null, ExampleKinds kinds = ExampleKinds.Conversation)
    {
        IReadOnlyList<Example> heldOut = file is null ? [] : ExampleFiles.Read([scratch["world/" + file]], kinds).Examples;
        var context = new StageContext(new Trainee(model), scratch["base"], scratch["run"], Kernels.Simd, Progress: null);
        return AnswerChecks.For(new StageSettings { Checks = checks ?? new CheckSettings { Tokens = 4 } }, context, WorldModel.Encoder(model), heldOut);
    }

    [Fact]
    public void Conversations_held_out_are_asked_again_and_judged_by_the_exercises_their_rows_name()
    {
        AnswerValidation checks = For("sft.test.jsonl")!;
        Assert.Equal(19, checks.Prompts.Count); // twenty lessons, one of which is a dialogue
        ValidationResult result = checks.Measure(new Workspace(Kernels.Simd));
        Assert.Equal(0.5, result[Metric.WinRate]);
        Assert.NotNull(result[Metric.Perplexity]);
        TextSample sample = AnswerChecks.Samples(checks)!(3).First();
        Assert.Equal((3, World.Of(1).Lessons(Split.Test)[0].Exercise!.Answer), (sample.Step, sample.Reference));
        Assert.NotNull(sample.Score);
    }

    [Fact]
    public void Prompts_of_a_file_of_ones_own_are_asked_instead_and_text_of_ones_own_is_read()
    {
        string prompts = scratch.Write("mine.jsonl", "{\"prompt\":\"2 + 2?\",\"answer\":\"4\"}\n{\"prompt\":\"3 + 3?\",\"answer\":\"6\"}\n");
        AnswerValidation checks = For("sft.test.jsonl", new CheckSettings { Prompts = prompts, Tokens = 4, Text = scratch["world/pretrain.test.txt"], Count = 1 })!;
        Assert.Equal("2 + 2?", Assert.Single(checks.Prompts).Prompt.ToString());
        ValidationResult result = checks.Measure(new Workspace(Kernels.Simd));
        Assert.Null(result[Metric.Reward]);
        Assert.Equal(0, result[Metric.Accuracy]);
        Assert.NotNull(result[Metric.Perplexity]);
    }

    [Fact]
    public void Nothing_is_asked_where_nothing_is_wanted_or_there()
    {
        Assert.Null(For("sft.test.jsonl", new CheckSettings { Count = 0 }));
        Assert.Null(For(null));
        Assert.Null(AnswerChecks.Samples(null));
    }

    [Fact]
    public void Preferences_are_asked_too() => Assert.Equal(10, For("preferences.test.jsonl", kinds: ExampleKinds.Preference)!.Prompts.Count);
}
