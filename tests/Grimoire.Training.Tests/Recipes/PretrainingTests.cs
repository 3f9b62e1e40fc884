using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Checks;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using Pretraining = Grimoire.Training.Recipes.Pretraining;

namespace Grimoire.Training.Tests.Recipes;

public sealed class PretrainingTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly PretrainRecipe recipe;

    public PretrainingTests() => recipe = new PretrainRecipe
    {
        Data = new DataSettings { Paths = [scratch.Write("text.txt", TinyTraining.Text(4000))] },
        Tokenizer = new TokenizerSettings { Kind = TokenizerKind.Character },
        Model = new ModelSettings { Layers = 2, Heads = 2, Channels = 16, Context = 16 },
        Optimizer = new OptimizerSettings { LearningRate = 0.01 },
        Log = new LogSettings { Interval = 4, EvaluationInterval = 5, SampleInterval = 10, SampleTokens = 5, CheckpointInterval = 3 },
        Batch = 4,
        Steps = 20,
    };

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void From_text_to_a_model_that_opens_and_is_as_good_as_was_said()
    {
        var world = new World(seed: 1);
        scratch.Write("world.txt", string.Join('\n', world.Pretraining(Split.Train).Take(30)));
        PretrainRecipe bytes = recipe with
        {
            Data = new DataSettings { Paths = [scratch["world.txt"]] },
            Tokenizer = new TokenizerSettings { Kind = TokenizerKind.Bytes, Vocabulary = 300 },
            Log = recipe.Log with { EvaluationBatches = null },
        };
        using (Pretraining training = Pretraining.Prepare(bytes, scratch["run"], ["pretrain"]))
        {
            PretrainingPlan plan = training.Plan;
            Assert.Equal(training.Model.Transformer.Parameters.Sum(p => p.Tensor.Shape.Count), training.Model.Config.ParameterCount);
            Assert.Equal((20, 20 * 4 * 16), ((int)plan.Steps, (int)plan.Tokens));
            Assert.Equal(plan.UniformLoss, plan.FirstLoss!.Value, 0.1);
            Assert.Contains(plan.Example[..5], File.ReadAllText(scratch["world.txt"]), StringComparison.Ordinal);
            Assert.Equal(16 * training.Model.Config.ParameterCount, plan.StateBytes);
            Assert.Equal(TrainingOutcome.Finished, training.Train());
            Assert.True(File.Exists(training.WriteReport()));
        }

        RunInfo info = Run.ReadInfo(scratch["run"]);
        Assert.Equal(RunStatus.Finished, info.Status);
        double best = Run.Metrics(scratch["run"]).Select(r => r[Metric.ValidationLoss]).OfType<double>().Min();
        Assert.Equal(best, info.Results[Metric.ValidationLoss], 1e-9);
        Assert.Equal(best, ValidationOf(bytes), 1e-9);
        Assert.Equal(20 * 4 * 16, info.Results[Metric.Tokens]);
        Assert.Equal(["", ""], Run.Samples(scratch["run"]).Select(s => s.Prompt));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, ModelFamily.Llama, 0.95)]
    [InlineData(OptimizerKind.Muon, ModelFamily.Gpt2, 0.95)]
    [InlineData(OptimizerKind.Sgd, ModelFamily.Llama, 0.9)]
    [InlineData(OptimizerKind.Sgd, ModelFamily.Gpt2, 0)]
    public void Stopped_and_continued_is_uninterrupted_to_the_bit(OptimizerKind optimizer, ModelFamily family, double momentum)
    {
        PretrainRecipe hard = recipe with
        {
            Model = recipe.Model with { Family = family, Dropout = 0.2 },
            Optimizer = recipe.Optimizer with { Kind = optimizer, Momentum = momentum },
            Accumulate = 2,
            Batch = 2,
        };
        Assert.Equal(TrainingOutcome.Finished, Train(hard, "whole"));
        // Beside a checkpoint, on one, and before the first.
        foreach (int stop in (int[])[0, 5, 11])
            Assert.Equal(TrainingOutcome.Stopped, Train(hard, "parts", stop));
        Assert.Equal(RunStatus.Stopped, Run.ReadInfo(scratch["parts"]).Status);
        Assert.Equal(TrainingOutcome.Finished, Train(hard, "parts"));
        AssertSame("whole", "parts");
    }

    [Fact]
    public void Continuing_a_finished_run_does_nothing()
    {
        Train(recipe, "run");
        RunInfo before = Run.ReadInfo(scratch["run"]);
        Dictionary<string, DateTime> files = Times("run");
        var events = new List<TrainingEvent>();
        using (Pretraining again = Pretraining.Prepare(recipe, scratch["run"], [], events: new Listener<TrainingEvent>(events.Add)))
        {
            Assert.True(again.Finished);
            Assert.Equal(TrainingOutcome.Finished, again.Train());
            Assert.Equal(20, again.State.Step);
        }

        RunInfo after = Run.ReadInfo(scratch["run"]);
        Assert.Empty(events);
        Assert.Equal((before.Status, before.Started), (after.Status, after.Started));
        Assert.Equal(before.Results, after.Results);
        Assert.Equal(files, Times("run"));
    }

    [Fact]
    public void Another_recipe_or_another_text_is_refused_and_the_run_stays_as_it_is()
    {
        Train(recipe, "run", stopAt: 7);
        string text = recipe.Data.Paths[0], shard = Path.Combine(scratch["run"], "data", "train-00000.bin");
        byte[] shards = File.ReadAllBytes(shard);
        AssertRefused("layers 2, not 3", recipe with { Model = recipe.Model with { Layers = 3 } });
        AssertRefused("steps 20, not 30", recipe with { Steps = 30 });
        AssertRefused("keep 2, not 5", recipe with { Log = recipe.Log with { Keep = 5 } });
        string old = File.ReadAllText(text);
        File.WriteAllText(text, old + "abc\n");
        AssertRefused("its data", recipe);
        Assert.Equal(shards, File.ReadAllBytes(shard));
        File.WriteAllText(text, old);
        // What changes no result may differ.
        Assert.Equal(TrainingOutcome.Finished, Train(recipe with { Threads = 1, Description = "another" }, "run"));
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_said_and_made_again()
    {
        Train(recipe, "whole");
        Train(recipe, "run", stopAt: 13);
        string newest = Run.Checkpoints(scratch["run"])[^1].Folder, file = Path.Combine(newest, "optimizer.safetensors");
        Assert.EndsWith("13", newest, StringComparison.Ordinal);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 64;
        File.WriteAllBytes(file, bytes);
        using (Pretraining training = Pretraining.Prepare(recipe, scratch["run"], []))
        {
            Assert.Equal(12, training.Plan.ResumedFrom);
            Assert.Contains("optimizer.safetensors", Assert.Single(training.Plan.Damaged), StringComparison.Ordinal);
            training.Train();
        }

        AssertSame("whole", "run");
    }

    [Fact]
    public void A_damaged_best_checkpoint_does_not_become_the_model()
    {
        PretrainRecipe worse = recipe with { Optimizer = recipe.Optimizer with { LearningRate = 1, Clip = 0, Schedule = ScheduleKind.Constant, Warmup = 0 } };
        Train(worse, "run", stopAt: 19);
        long best = Checkpoint.ReadState(Run.Checkpoints(scratch["run"])[^1].Folder).BestStep;
        Assert.InRange(best, 1, 18);
        File.Delete(Path.Combine(Run.Checkpoints(scratch["run"]).Single(c => c.Step == best).Folder, "model.safetensors"));
        Train(worse, "run");
        Assert.Equal(20, Run.ReadInfo(scratch["run"]).Results["best_step"]);
        Assert.Equal(Weights("run"), File.ReadAllBytes(Path.Combine(Pretraining.ModelFolder(scratch["run"]), "model.safetensors")));
    }

    [Fact]
    public void Minutes_become_steps_once()
    {
        PretrainRecipe timed = recipe with { Steps = null, Minutes = 0.01 };
        using (Pretraining first = Pretraining.Prepare(timed, scratch["run"], []))
            Assert.InRange(first.Plan.Steps, 10, 100_000);
        long steps = Run.ReadInfo(scratch["run"]).Recipe["steps"]!.GetValue<long>();
        using Pretraining second = Pretraining.Prepare(timed, scratch["run"], []);
        Assert.Equal(steps, second.Plan.Steps);
        Assert.Equal(TrainingOutcome.Finished, second.Train());
        Assert.Equal(steps, second.State.Step);
    }

    [Fact]
    public void A_text_of_one_line_without_validation_has_samples_too()
    {
        string path = scratch.Write("line.txt", string.Concat(Enumerable.Repeat("to be or not ", 30)));
        PretrainRecipe line = recipe with { Data = new DataSettings { Paths = [path], ValidationFraction = 0 } };
        Assert.Equal(TrainingOutcome.Finished, Train(line, "run"));
        Assert.Equal(2, Run.Samples(scratch["run"]).Count);
    }

    [Fact]
    public void A_run_at_work_is_left_alone()
    {
        using Pretraining first = Pretraining.Prepare(recipe, scratch["run"], []);
        Assert.Contains("another process", Assert.Throws<GrimoireException>(() => Pretraining.Prepare(recipe, scratch["run"], [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_resume_check_passes_and_does_not_take_old_runs_for_new()
    {
        CheckResult result = ResumeCheck.Run(recipe with { Model = recipe.Model with { Dropout = 0.1 } }, scratch["check"], steps: 6);
        Assert.True(result.Passed, result.Detail);
        Assert.Throws<GrimoireException>(() => ResumeCheck.Run(recipe, scratch["check"], steps: 6));
    }

    private TrainingOutcome Train(PretrainRecipe what, string name, int? stopAt = null)
    {
        using var stop = new CancellationTokenSource();
        if (stopAt == 0)
            stop.Cancel();
        var events = new Listener<TrainingEvent>(e =>
        {
            if (e is TrainingEvent.Stepped && e.Step == stopAt)
                stop.Cancel();
        });
        using Pretraining training = Pretraining.Prepare(what, scratch[name], [], events: events);
        return training.Train(stop.Token);
    }

    private void AssertRefused(string why, PretrainRecipe other)
    {
        string message = Assert.Throws<GrimoireException>(() => Pretraining.Prepare(other, scratch["run"], [])).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    private void AssertSame(string one, string other)
    {
        foreach (string file in (string[])["model.safetensors", "optimizer.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(Last(one), file)), File.ReadAllBytes(Path.Combine(Last(other), file)));
        Assert.Equal(Run.Checkpoints(scratch[one]).Select(c => c.Step), Run.Checkpoints(scratch[other]).Select(c => c.Step));
        Assert.Equal(WithoutTimes(one), WithoutTimes(other));
        Assert.Equal(File.ReadAllText(Path.Combine(scratch[one], "samples.jsonl")), File.ReadAllText(Path.Combine(scratch[other], "samples.jsonl")));
        Dictionary<string, double> Results(string name) => Run.ReadInfo(scratch[name]).Results.Where(r => r.Key != Metric.Seconds).ToDictionary();
        Assert.Equal(Results(one), Results(other));
    }

    private string Last(string name) => Run.Checkpoints(scratch[name])[^1].Folder;

    private byte[] Weights(string name) => File.ReadAllBytes(Path.Combine(Last(name), "model.safetensors"));

    private string[] WithoutTimes(string name) =>
    [
        .. File.ReadLines(Path.Combine(scratch[name], "metrics.jsonl")).Select(line =>
        {
            JsonObject row = JsonNode.Parse(line)!.AsObject();
            row.Remove(Metric.Seconds);
            row.Remove(Metric.TokensPerSecond);
            return row.ToJsonString();
        }),
    ];

    private Dictionary<string, DateTime> Times(string name) => new[] { "model", "checkpoints", "metrics.jsonl", "samples.jsonl" }
        .SelectMany(part => Directory.Exists(Path.Combine(scratch[name], part)) ? Directory.GetFiles(Path.Combine(scratch[name], part), "*", SearchOption.AllDirectories) : [])
        .ToDictionary(path => path, File.GetLastWriteTimeUtc);

    /// <summary>The validation loss of the model in the run's folder, as anyone would measure it.</summary>
    private double ValidationOf(PretrainRecipe what)
    {
        LanguageModel model = LanguageModel.Load(Pretraining.ModelFolder(scratch["run"]));
        using TokenData data = TokenData.Open(Path.Combine(scratch["run"], "data"));
        return what.MakeValidation(data.Validation, model, batches: null)!.Measure(new Workspace(Kernels.Simd)).Loss;
    }
}
