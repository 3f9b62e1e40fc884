using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

public sealed class PpoStageTests : IDisposable
{
    private readonly Scratch scratch = new();

    public PpoStageTests()
    {
        LetterModels.Chatting(seed: 6, context: 64).Save(scratch["model"]); // one some of whose answers earn, so that it can learn
        scratch.Write("prompts.jsonl", string.Join('\n', Enumerable.Range(0, 40).Select(i => $$"""{"prompt": "Say {{i}}."}""")));
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void It_raises_the_reward_and_tells_what_it_cost()
    {
        using StageRun run = Prepare("run", Recipe(steps: 40));
        Assert.Contains(run.Plan.Facts, fact => fact.Value.Contains("4 held out", StringComparison.Ordinal));
        Assert.Equal(TrainingOutcome.Finished, run.Train());
        IReadOnlyList<MetricRow> rows = Run.Metrics(scratch["run"]);
        double[] rewards = [.. rows.Where(row => row[Metric.ClipFraction] is not null).Select(row => row[Metric.Reward]!.Value)];
        Assert.True(rewards[^1] > rewards[0] + 0.2, $"{rewards[0]} to {rewards[^1]}");
        MetricRow start = rows.First(row => row.Step == 0);
        Assert.Equal(0, start[Metric.Kl]!.Value, 1e-6);
        Assert.Equal(0.5, start[Metric.WinRate]);
        IReadOnlyDictionary<string, double> results = Run.ReadInfo(scratch["run"]).Results;
        Assert.True(results[Metric.Kl] > 0.01 && results.ContainsKey(Metric.Entropy) && results[Metric.WinRate] >= 0.5);
        Assert.Contains("a nat away from it costs 0.01", File.ReadAllText(run.WriteReport()), StringComparison.Ordinal);
    }

    [Fact]
    public void Under_an_adapter_the_reference_is_the_model_without_it()
    {
        PpoRecipe recipe = Recipe(steps: 8);
        recipe = recipe with { Stage = recipe.Stage with { Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 2 } } };
        using StageRun run = Prepare("run", recipe);
        run.Train();
        MetricRow[] rows = [.. Run.Metrics(scratch["run"]).Where(row => row[Metric.ClipFraction] is not null)];
        Assert.Equal(0, rows[0][Metric.Kl]!.Value, 1e-6);
        Assert.NotEqual(0, rows[^1][Metric.Kl]!.Value, 1e-6);
        Assert.True(File.Exists(scratch["run/model/adapter_model.safetensors"]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)] // between two rounds it stops at once, within one at its end
    public void Stopped_and_continued_it_gives_equal_bits(int stopAfter)
    {
        PpoRecipe recipe = Recipe(steps: 16);
        recipe = recipe with { Ppo = recipe.Ppo with { KlTarget = 0.1, KlHorizon = 50 } };
        PartedStage.AssertEqualsWhole(scratch, (folder, events) => Prepare(folder, recipe, events), stopAfter, resumedFrom: stopAfter == 4 ? 4 : 8, "model.safetensors", "heads.safetensors");
    }

    [Fact]
    public void It_goes_on_only_with_the_reward_model_it_began_with()
    {
        PpoRecipe recipe = Recipe() with { Prompts = Recipe().Prompts with { Reward = $"model:{scratch["judge"]}" } };
        SaveJudge(slope: 0.1f);
        using (StageRun run = Prepare("run", recipe))
            run.Train();
        using (StageRun again = Prepare("run", recipe))
            Assert.True(again.Finished);
        SaveJudge(slope: 0.2f);
        Assert.Contains("have changed", Assert.Throws<GrimoireException>(() => Prepare("run", recipe)).Message, StringComparison.Ordinal);

        void SaveJudge(float slope)
        {
            LanguageModel model = LetterModels.Chatting(context: 64);
            var head = new Head("score", 1, model.Config.Channels);
            head.Weight.Span<float>().Fill(slope);
            new RewardModel(model, head).Save(scratch["judge"]);
        }
    }

    [Fact]
    public void What_contradicts_itself_or_is_missing_is_named()
    {
        void Refused(PpoRecipe recipe, string why) =>
            Assert.Contains(why, Assert.Throws<GrimoireException>(() => Prepare("run", recipe)).Message, StringComparison.Ordinal);
        PromptSettings prompts = Recipe().Prompts;
        Refused(Recipe() with { Prompts = prompts with { Paths = [] } }, "--prompts");
        Refused(Recipe() with { Prompts = prompts with { Reward = "" } }, "--reward");
        Refused(Recipe() with { Prompts = prompts with { Reward = "kindness" } }, "there is no reward 'kindness'");
        Refused(Recipe() with { Prompts = prompts with { Reward = "world" } }, "exercise");
        Refused(Recipe() with { Prompts = prompts with { Reward = $"model:{scratch["model"]}" } }, "no reward model");
        Refused(Recipe() with { Ppo = Recipe().Ppo with { Minibatches = 9 } }, "9 minibatches");
        scratch.Write("long.jsonl", $$"""{"prompt": "{{new string('a', 100)}}"}""");
        Refused(Recipe() with { Prompts = prompts with { Paths = [scratch["long.jsonl"]] } }, "long.jsonl, line 1");
    }

    [Fact]
    public void Its_recipe_is_written_and_read_whole()
    {
        PpoRecipe recipe = Recipe() with { Gold = "exact", LearningRate = 0.5 };
        JsonObject json = recipe.ToJson();
        Assert.Equal(json.ToJsonString(), PpoRecipe.Settings.Read(new PpoRecipe(), Encoding.UTF8.GetBytes(json.ToJsonString()), "r").ToJson().ToJsonString());
    }

    [Fact]
    public void Optimised_too_far_it_shows_both_rewards_and_goes_on_where_it_stopped()
    {
        var recipe = new OveroptimizeRecipe
        {
            Ppo = Recipe(steps: 12) with { Gold = "format=[aeiou]" },
            Pairs = 30,
            BestOf = 4,
            BestOfPrompts = 6,
        };
        using (StageRun run = StageRun.Prepare(new OveroptimizeStage(recipe), scratch["over"], []))
        {
            run.Train();
            string report = File.ReadAllText(run.WriteReport());
            Assert.Contains("Proxy and meant reward", report, StringComparison.Ordinal);
            Assert.Contains("Best of n", report, StringComparison.Ordinal);
        }

        Assert.Equal(30, File.ReadAllLines(scratch["over/pairs.jsonl"]).Length);
        Assert.True(RewardModel.Exists(scratch["over/proxy/model"]));
        Assert.All(Run.Metrics(scratch["over"]).Where(row => row[Metric.ClipFraction] is not null), row => Assert.InRange(row[Metric.GoldReward]!.Value, 0, 1));
        DateTime written = File.GetLastWriteTimeUtc(scratch["over/proxy/model/model.safetensors"]);
        using StageRun again = StageRun.Prepare(new OveroptimizeStage(recipe), scratch["over"], []);
        Assert.True(again.Finished);
        Assert.Equal(written, File.GetLastWriteTimeUtc(scratch["over/proxy/model/model.safetensors"]));
    }

    [Fact]
    public void Without_a_gold_reward_nothing_can_be_too_far() => Assert.Contains(
        "--gold",
        Assert.Throws<GrimoireException>(() => StageRun.Prepare(new OveroptimizeStage(new OveroptimizeRecipe { Ppo = Recipe() with { Gold = null } }), scratch["over"], [])).Message,
        StringComparison.Ordinal);

    private PpoRecipe Recipe(int steps = 8) => new()
    {
        Prompts = new PromptSettings { Paths = [scratch["prompts.jsonl"]], Reward = "format=[aeiou]" },
        LearningRate = 1e-2,
        Ppo = new PpoSettings { Answers = 8, Epochs = 2, Minibatches = 2, MaxTokens = 6, Kl = 0.01, MissingEnd = 0 },
        Stage = new PpoRecipe().Stage with
        {
            Model = scratch["model"],
            Steps = steps,
            Threads = 1,
            Log = new LogSettings { Interval = 4, CheckpointInterval = 4, EvaluationInterval = 8, SampleInterval = 0 },
            Checks = new CheckSettings { Count = 5, Tokens = 6 },
        },
    };

    private StageRun Prepare(string folder, PpoRecipe recipe, IProgress<TrainingEvent>? events = null) =>
        StageRun.Prepare(new PpoStage(recipe), scratch[folder], [], null, events);
}
