using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

public sealed class FinetuneStageTests : IDisposable
{
    private readonly Scratch scratch = new();

    public FinetuneStageTests()
    {
        (LetterModels.Chatting(context: 96) with { ChatTemplate = null }).Save(scratch["model"]);
        scratch.Write("answers.jsonl", string.Join('\n', Enumerable.Range(0, 60).Select(i => $$"""{"prompt": "Say {{i % 10}}.", "completion": "{{i % 10}}!"}""")));
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void No_chat_format_can_be_asked_for_by_name()
    {
        FinetuneRecipe recipe = FinetuneRecipe.Settings.Override(Recipe, [("template", "none")]);
        using StageRun run = Prepare("plain", recipe);
        Assert.Contains(run.Plan.Facts, fact => fact is { Name: "chat format", Value: "none" });
    }

    [Fact]
    public void It_tells_what_it_learns_learns_it_and_leaves_a_model_to_talk_to()
    {
        using (StageRun run = Prepare("run", Recipe with { Stage = Recipe.Stage with { Steps = 60 } }))
        {
            Assert.EndsWith("!<|im_end|>", run.Plan.Examples[0].Pieces.Single(piece => piece.Trained).Text, StringComparison.Ordinal);
            Assert.Contains(run.Plan.Facts, fact => fact is { Name: "examples", Value: "57 to learn from, 3 held out" });
            Assert.Contains(run.Plan.Facts, fact => fact is { Name: "chat format", Value: "chatml" });
            Assert.Contains(run.Plan.Facts, fact => fact.Name == "tokens" && fact.Value.EndsWith("% are trained", StringComparison.Ordinal));
            Assert.Equal(TrainingOutcome.Finished, run.Train());
            Assert.Contains("perplexity of answers", File.ReadAllText(run.WriteReport()), StringComparison.Ordinal);
        }

        MetricRow[] rows = [.. Run.Metrics(scratch["run"])];
        double before = rows.First(row => row["val_loss"] is not null)["val_loss"]!.Value, after = Run.ReadInfo(scratch["run"]).Results["val_loss"];
        Assert.True(after < before / 2, $"{before} → {after}");
        LanguageModel raised = LanguageModel.Load(scratch["run/model"]);
        Assert.Equal(ChatTemplate.BuiltIn("chatml").Source, raised.ChatTemplate!.Source);
        Assert.Contains(raised.Tokenizer.Id("<|im_end|>")!.Value, raised.Defaults.StopTokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Stopped_and_continued_it_gives_equal_bits(int stopAfter)
    {
        FinetuneRecipe said = Recipe with { Stage = Recipe.Stage with { Steps = 12, Batch = 4, Log = new LogSettings { CheckpointInterval = 5, EvaluationInterval = 6 } } };
        PartedStage.AssertEqualsWhole(scratch, (folder, events) => Prepare(folder, said, events), stopAfter, stopAfter, "model.safetensors");
    }

    [Fact]
    public void Plain_text_gives_no_chat_format()
    {
        scratch.Write("text.jsonl", string.Join('\n', Enumerable.Range(0, 20).Select(i => $$"""{"text": "Line {{i}} and some more to be cut in two."}""")));
        using StageRun run = Prepare("run", Recipe with { Data = [scratch["text.jsonl"]], Context = 24, Stage = Recipe.Stage with { Steps = 2 } });
        Assert.Contains(run.Plan.Facts, fact => fact is { Name: "lengths", Value: "22 tokens in the middle, 24 at most" } or { Name: "lengths", Value: "24 tokens in the middle, 24 at most" });
        run.Train();
        Assert.Null(LanguageModel.Load(scratch["run/model"]).ChatTemplate);
        Assert.Equal("generate", new FinetuneStage(Recipe with { Data = [scratch["text.jsonl"]] }).Next("run").Command[0]);
    }

    [Fact]
    public void An_adapter_leaves_the_model_as_it_is_and_is_saved_for_itself()
    {
        byte[] before = File.ReadAllBytes(scratch["model/model.safetensors"]);
        var lora = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 2 };
        using (StageRun run = Prepare("run", Recipe with { LearningRate = 2e-2, Stage = Recipe.Stage with { Steps = 40, Adapter = lora } }))
        {
            Assert.InRange(run.Plan.Memory.Trained, 1, run.Plan.Memory.Parameters / 2);
            run.Train();
        }

        Assert.Equal(before, File.ReadAllBytes(scratch["model/model.safetensors"]));
        double start = Run.Metrics(scratch["run"]).First(row => row["val_loss"] is not null)["val_loss"]!.Value;
        double end = Run.ReadInfo(scratch["run"]).Results["val_loss"];
        Assert.True(end < start - 0.1, $"{start} → {end}");
        Assert.Single(LanguageModel.Load(scratch["run/model"]).Transformer.Adapters);
    }

    [Fact]
    public void A_budget_of_tokens_is_counted_in_rounds()
    {
        using StageRun run = Prepare("run", Recipe with { BatchTokens = 100, Stage = Recipe.Stage with { Batch = 1000, Epochs = 2 } });
        Assert.InRange(run.Plan.Steps, 30, 40); // twice 57 examples of 30 tokens or so
    }

    [Fact]
    public void What_is_wrong_is_told_with_file_and_line()
    {
        scratch.Write("bad.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\"}\n");
        string message = Assert.Throws<GrimoireException>(() => Prepare("run", Recipe with { Data = [scratch["bad.jsonl"]] })).Message;
        Assert.StartsWith($"{scratch["bad.jsonl"]}, line 2: a column is missing", message, StringComparison.Ordinal);
        Assert.Contains("--data", Assert.Throws<GrimoireException>(() => Prepare("run", Recipe with { Data = [] })).Message, StringComparison.Ordinal);
        Assert.Contains("too few to hold some out", Assert.Throws<GrimoireException>(
            () => Prepare("run", Recipe with { Data = [scratch["bad.jsonl"]], SkipBad = true })).Message, StringComparison.Ordinal);
        using StageRun run = Prepare("run", Recipe with { Data = [scratch["bad.jsonl"], scratch["answers.jsonl"]], SkipBad = true, Stage = Recipe.Stage with { Steps = 1 } });
        Assert.Contains(run.Plan.Facts, fact => fact.Name == "bad rows, 1 in all" && fact.Value.Contains("line 2", StringComparison.Ordinal));
        Assert.Contains("no built-in chat format", Assert.Throws<GrimoireException>(() => Prepare("run2", Recipe with { Template = "word" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3e6, AdapterChoice.None, 1e-3)]
    [InlineData(7e9, AdapterChoice.None, 2.1e-5)]
    [InlineData(7e9, AdapterChoice.Lora, 2.1e-4)]
    [InlineData(1e4, AdapterChoice.Lora, 1e-2)]
    [InlineData(1e14, AdapterChoice.None, 1e-5)]
    public void The_learning_rate_follows_the_size(double parameters, AdapterChoice adapter, double rate) =>
        Assert.Equal(rate, FinetuneRate.Of((long)parameters, adapter), 1e-9);

    [Fact]
    public void Its_recipe_is_written_and_read_whole()
    {
        var recipe = new FinetuneRecipe { Data = ["a"], Validation = ["b"], Columns = ["completion=c"], Template = "plain", SkipBad = true, BatchTokens = 5, TooLong = LongExamples.Drop, Context = 9 };
        JsonObject json = recipe.ToJson();
        Assert.Equal(json.ToJsonString(), FinetuneRecipe.Settings.Read(new FinetuneRecipe(), Encoding.UTF8.GetBytes(json.ToJsonString()), "r").ToJson().ToJsonString());
    }

    private FinetuneRecipe Recipe => new()
    {
        Data = [scratch["answers.jsonl"]],
        LearningRate = 5e-3,
        Stage = new StageSettings { Model = scratch["model"], Threads = 1, Checks = new CheckSettings { Count = 2, Tokens = 8 } },
    };

    private StageRun Prepare(string folder, FinetuneRecipe recipe, IProgress<TrainingEvent>? events = null) =>
        StageRun.Prepare(new FinetuneStage(recipe), scratch[folder], [], null, events);
}
