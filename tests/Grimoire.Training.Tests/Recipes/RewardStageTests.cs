using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

public sealed class RewardStageTests : IDisposable
{
    private readonly Scratch scratch = new();

    public RewardStageTests()
    {
        LetterModels.Chatting(context: 96).Save(scratch["model"]);
        scratch.Write("pairs.jsonl", string.Join('\n', Enumerable.Range(0, 80).Select(i =>
            $$"""{"prompt": "Question {{i}}?", "chosen": "Yes, {{i}}.", "rejected": "{{(i % 2 == 0 ? "Oh" : "Go on and on and")}} no."}""")));
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void It_begins_at_ln_2_learns_and_leaves_a_reward_model()
    {
        var said = new RewardRecipe { Data = [scratch["pairs.jsonl"]], ValidationShare = 0.25 };
        using (StageRun run = Prepare("run", said))
        {
            Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss!.Value));
            Assert.Contains(run.Plan.Facts, fact => fact.Name == "held-out pairs");
            Assert.Equal("<|im_end|>", run.Plan.Examples[0].Pieces.Single(piece => piece.Trained).Text);
            Assert.Equal(TrainingOutcome.Finished, run.Train());
            string report = File.ReadAllText(run.WriteReport());
            Assert.Contains("What length alone says of them", report, StringComparison.Ordinal);
            Assert.Contains("Reliability", report, StringComparison.Ordinal);
        }

        RunInfo info = Run.ReadInfo(scratch["run"]);
        Assert.True(info.Results["accuracy"] > 0.9, $"{info.Results["accuracy"]}");
        Assert.True(info.Results.ContainsKey("length_accuracy") && info.Results["val_loss"] < 0.5);
        RewardModel raised = RewardModel.Load(scratch["run/model"]);
        Assert.NotNull(raised.Model.ChatTemplate);
        Assert.NotEqual(0, raised.Score.Weight.Span<float>()[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Stopped_and_continued_it_gives_equal_bits(int stopAfter)
    {
        var said = new RewardRecipe { Data = [scratch["pairs.jsonl"]], Stage = new StageSettings { Steps = 12, Batch = 4, Log = new LogSettings { CheckpointInterval = 5, EvaluationInterval = 6 } } };
        PartedStage.AssertEqualsWhole(scratch, (folder, events) => Prepare(folder, said, events), stopAfter, stopAfter, "model.safetensors");
    }

    [Fact]
    public void A_reward_model_is_raised_further_under_its_own_head()
    {
        LanguageModel model = LetterModels.Chatting(context: 96);
        var head = new Head("score", Tensor.From((1, 16), [.. Enumerable.Range(0, 16).Select(i => 0.1f * i)]));
        new RewardModel(model, head).Save(scratch["rm"]);
        using StageRun run = Prepare("run", new RewardRecipe { Data = [scratch["pairs.jsonl"]], Stage = new StageSettings { Steps = 2 } }, from: "rm");
        Assert.Null(run.Plan.KnownLoss);
        Assert.Equal(TrainingOutcome.Finished, run.Train());
        Assert.Equal(0.5, RewardModel.Load(scratch["run/model"]).Score.Weight.Span<float>()[5], 0.1);
    }

    [Fact]
    public void On_a_frozen_model_an_adapter_and_the_head_are_all_that_is_kept()
    {
        var said = new RewardRecipe { Data = [scratch["pairs.jsonl"]], Stage = new StageSettings { Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 4 } } };
        using (StageRun run = Prepare("run", said))
        {
            Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss!.Value));
            run.Train();
        }

        Assert.True(Run.ReadInfo(scratch["run"]).Results["accuracy"] > 0.9);
        Assert.False(File.Exists(scratch["run/model/config.json"]));
        RewardModel raised = RewardModel.Load(scratch["run/model"]);
        Assert.Single(raised.Model.Transformer.Adapters);
        Assert.True(raised.Model.Config.IsTrunk);
    }

    [Fact]
    public void Without_preferences_it_says_so() =>
        Assert.Contains("--data", Assert.Throws<GrimoireException>(() => Prepare("run", new RewardRecipe())).Message, StringComparison.Ordinal);

    [Fact]
    public void Its_recipe_is_written_and_read_whole()
    {
        var recipe = new RewardRecipe { Data = ["a"], Validation = ["b"], Centering = 0.3, Template = "plain", SkipBad = true };
        JsonObject json = recipe.ToJson();
        Assert.Equal(json.ToJsonString(), RewardRecipe.Settings.Read(new RewardRecipe(), System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "r").ToJson().ToJsonString());
    }

    private StageRun Prepare(string folder, RewardRecipe recipe, IProgress<TrainingEvent>? events = null, string from = "model")
    {
        StageSettings given = recipe.Stage with { Model = scratch[from], Threads = 1 };
        if (given.Steps is null)
            given = given with { Epochs = 10, Batch = 6 };
        return StageRun.Prepare(new RewardStage(recipe with { Stage = given, LearningRate = 5e-3 }), scratch[folder], [], null, events);
    }
}
