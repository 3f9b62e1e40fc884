using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

public sealed class DpoStageTests : IDisposable
{
    private readonly Scratch scratch = new();

    public DpoStageTests()
    {
        LetterModels.Chatting(context: 96).Save(scratch["model"]);
        scratch.Write("pairs.jsonl", Lines(60, i =>
            $$"""{"prompt": "Question {{i}}?", "chosen": "Yes, {{i}}.", "rejected": "{{(i % 2 == 0 ? "Oh" : "Go on and on and")}} no."}"""));
        scratch.Write("labelled.jsonl", Lines(60, i =>
            $$"""{"prompt": "Question {{i}}?", "completion": "{{(i % 3 == 0 ? "No." : "Yes.")}}", "label": {{(i % 3 == 0 ? "false" : "true")}}}"""));
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(AdapterChoice.None)]
    [InlineData(AdapterChoice.Lora)]
    public void It_begins_at_ln_2_and_sets_the_held_out_pairs_apart(AdapterChoice adapter)
    {
        using StageRun run = Prepare("run", new DpoRecipe { Stage = Stage(20) with { Adapter = new AdapterSettings { Kind = adapter } } });
        Assert.Equal(Math.Log(2), run.Plan.FirstLoss!.Value, 9);
        Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss.Value));
        Assert.Equal("Yes", run.Plan.Examples[0].Pieces.Single(piece => piece.Trained).Text[..3]);
        string reference = run.Plan.Facts.Single(fact => fact.Name == "reference").Value;
        Assert.Contains(adapter == AdapterChoice.None ? "mapped" : "off", reference, StringComparison.Ordinal);
        Assert.Equal(TrainingOutcome.Finished, run.Train());
        MetricRow start = Run.Metrics(scratch["run"])[0];
        Assert.Equal((0L, 0.5), (start.Step, start["val_reward_accuracy"]));
        Assert.Equal(0, start[Metric.Kl]!.Value, 4);
        IReadOnlyDictionary<string, double> results = Run.ReadInfo(scratch["run"]).Results;
        Assert.True(results["val_reward_accuracy"] > 0.9 && results["val_reward_margin"] > 0.1, string.Join(", ", results));
        Assert.True(results[Metric.Kl] > 0);
    }

    [Theory]
    [InlineData(PreferenceLoss.Ipo, "pairs.jsonl")]
    [InlineData(PreferenceLoss.Hinge, "pairs.jsonl")]
    [InlineData(PreferenceLoss.SimPo, "pairs.jsonl")]
    [InlineData(PreferenceLoss.Orpo, "pairs.jsonl")]
    [InlineData(PreferenceLoss.Kto, "pairs.jsonl")]
    [InlineData(PreferenceLoss.Kto, "labelled.jsonl")]
    public void Every_loss_goes_down_on_what_is_held_out(PreferenceLoss loss, string data)
    {
        using StageRun run = Prepare("run", new DpoRecipe { Data = [scratch[data]], Preference = new() { Loss = loss }, Stage = Stage(12) });
        Assert.True(run.Plan.KnownLoss is null || run.Plan.KnownLoss.Fits(run.Plan.FirstLoss!.Value));
        run.Train();
        double[] losses = [.. Run.Metrics(scratch["run"]).Select(row => row[Metric.ValidationLoss]).OfType<double>()];
        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
    }

    [Theory]
    [InlineData(PreferenceLoss.Sigmoid, 7, AdapterChoice.Lora)]
    [InlineData(PreferenceLoss.Kto, 1, AdapterChoice.None)]
    public void Stopped_and_continued_it_gives_equal_bits(PreferenceLoss loss, int stopAfter, AdapterChoice adapter)
    {
        var said = new DpoRecipe { Preference = new() { Loss = loss }, Stage = Stage(20) with { Adapter = new AdapterSettings { Kind = adapter } } };
        PartedStage.AssertEqualsWhole(scratch, (folder, events) => Prepare(folder, said, events), stopAfter, stopAfter, adapter == AdapterChoice.None ? "model.safetensors" : "adapter_model.safetensors");
    }

    [Fact]
    public void A_known_reward_picks_the_best_checkpoint()
    {
        scratch.Write("world.jsonl", Lines(40, i => $$"""{"prompt": "Question {{i}}?", "chosen": "Yes.", "rejected": "No.", "exercise": "1/questions/test/{{i}}"}"""));
        using StageRun run = Prepare("run", new DpoRecipe { Data = [scratch["world.jsonl"]], Stage = Stage(12) });
        run.Train();
        MetricRow[] measured = [.. Run.Metrics(scratch["run"]).Where(row => row[Metric.Reward] is not null && row.Step > 0)];
        IReadOnlyDictionary<string, double> results = Run.ReadInfo(scratch["run"]).Results;
        Assert.Equal(measured.Max(row => row[Metric.Reward]), results[Metric.Reward]);
        Assert.Contains(Metric.WinRate, results.Keys);
    }

    [Theory]
    [InlineData(3_000_000, AdapterChoice.None, 5e-5)]
    [InlineData(3_000_000, AdapterChoice.Lora, 5e-4)]
    [InlineData(12_000_000, AdapterChoice.None, 2.5e-5)]
    [InlineData(7_000_000_000, AdapterChoice.None, 1e-6)]
    public void The_learning_rate_falls_with_the_size(long parameters, AdapterChoice adapter, double rate) =>
        Assert.Equal(rate, PreferenceRate.Of(parameters, adapter), 12);

    [Fact]
    public void A_prompt_is_never_on_both_sides()
    {
        scratch.Write("twice.jsonl", Lines(60, i => $$"""{"prompt": "Question {{i % 20}}?", "chosen": "Yes, {{i}}.", "rejected": "No."}"""));
        LanguageModel model = LanguageModel.Load(scratch["model"]);
        PreferenceData data = PreferenceData.Read(
            [scratch["twice.jsonl"]], [], 0.3, ExampleKinds.Preference, skipBad: false, new ExampleEncoder(model.Tokenizer, model.ChatTemplate, 96));
        static HashSet<string> Prompts(IEnumerable<PreferenceRow> rows) => [.. rows.Select(row => string.Join(' ', row.Prompt))];
        Assert.Equal(60, data.Train.Count + data.HeldOut.Count);
        Assert.Equal(0, data.HeldOut.Count % 3);
        Assert.InRange(data.HeldOut.Count, 3, 36);
        Assert.False(Prompts(data.Train).Overlaps(Prompts(data.HeldOut)));
    }

    [Fact]
    public void Bad_rows_are_named_or_counted()
    {
        scratch.Write("bad.jsonl", Lines(30, i =>
            i == 6 ? """{"prompt": "A?", "chosen": "b", "rejected": "b"}""" : $$"""{"prompt": "{{i}}?", "chosen": "Yes.", "rejected": "No."}"""));
        var recipe = new DpoRecipe { Data = [scratch["bad.jsonl"]], Stage = Stage(2) };
        Assert.Contains("bad.jsonl, line 7", Assert.Throws<GrimoireException>(() => Prepare("run", recipe)).Message, StringComparison.Ordinal);
        using StageRun run = Prepare("run", recipe with { SkipBad = true });
        Assert.Contains(run.Plan.Facts, fact => fact.Name == "passed over" && fact.Value.StartsWith("1 rows", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("label_smoothing", PreferenceLoss.Ipo)]
    [InlineData("per_token", PreferenceLoss.Orpo)]
    [InlineData("sft_weight", PreferenceLoss.Kto)]
    [InlineData("good_weight", PreferenceLoss.Sigmoid)]
    [InlineData("robust", PreferenceLoss.Robust)]
    public void What_a_loss_does_not_know_is_refused(string name, PreferenceLoss loss)
    {
        PreferenceSettings settings = name switch
        {
            "label_smoothing" => new() { Smoothing = 0.1 },
            "per_token" => new() { PerToken = true },
            "sft_weight" => new() { SftWeight = 0.1 },
            "good_weight" => new() { GoodWeight = 2 },
            _ => new(),
        };
        var recipe = new DpoRecipe { Preference = settings with { Loss = loss } };
        Assert.Contains(name, Assert.Throws<GrimoireException>(() => Prepare("run", recipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_recipe_is_written_and_read_whole()
    {
        var recipe = new DpoRecipe
        {
            Data = ["a"],
            Validation = ["b"],
            Template = "plain",
            SkipBad = true,
            Preference = new() { Loss = PreferenceLoss.SimPo, Beta = 3, Gamma = 1, SftWeight = 0.2 },
        };
        JsonObject json = recipe.ToJson();
        Assert.Equal(json.ToJsonString(), DpoRecipe.Settings.Read(new DpoRecipe(), Encoding.UTF8.GetBytes(json.ToJsonString()), "r").ToJson().ToJsonString());
    }

    private static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(0, count).Select(line));

    private static StageSettings Stage(int steps) => new()
    {
        Steps = steps,
        Batch = 6,
        Threads = 1,
        Checks = new() { Count = 4, Tokens = 8 },
        Log = new() { EvaluationInterval = 6, CheckpointInterval = 5, SampleInterval = 0, Interval = 1 },
    };

    private StageRun Prepare(string folder, DpoRecipe recipe, IProgress<TrainingEvent>? events = null) => StageRun.Prepare(
        new DpoStage(recipe with
        {
            Stage = recipe.Stage with { Model = scratch["model"] },
            Data = recipe.Data.Count > 0 ? recipe.Data : [scratch["pairs.jsonl"]],
            ValidationShare = 0.25,
            LearningRate = 3e-3,
        }),
        scratch[folder], [], null, events);
}
