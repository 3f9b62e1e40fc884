using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

/// <summary>What all stages have in common, on one that goes on with next-token prediction.</summary>
public sealed class StageRunTests : IDisposable
{
    private readonly TinyTraining tiny = new();
    private readonly string start;

    public StageRunTests()
    {
        start = tiny.Folder("start");
        tiny.Model().Save(start);
    }

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void It_plans_trains_and_keeps_the_best_model()
    {
        using StageRun run = Prepare("r", new TinyStage(tiny, start));
        Assert.Equal(16, run.Plan.Steps);
        Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss!.Value));
        Assert.Equal(run.Plan.Memory.Parameters, run.Plan.Memory.Trained);
        Assert.Equal(4 * run.Plan.Memory.Weights, run.Plan.Memory.State);
        Assert.Equal(run.Plan.Memory.State, run.Plan.Memory.StateOfFullTraining);
        Assert.True(run.Plan.Memory.Activations > 0);
        Assert.Equal(TrainingOutcome.Finished, run.Train());
        string folder = tiny.Folder("r");
        IReadOnlyList<MetricRow> rows = Run.Metrics(folder);
        Assert.Equal([0, 3, 6, 9, 12, 15, 16], rows.Where(row => row[Metric.ValidationLoss] is not null).Select(row => row.Step));
        Assert.Equal([0L, 16], Run.Samples(folder).Select(sample => sample.Step));
        RunInfo info = Run.ReadInfo(folder);
        Assert.Equal(("tiny", RunStatus.Finished), (info.Kind, info.Status));
        Assert.Equal(rows.Min(row => row[Metric.ValidationLoss] ?? double.MaxValue), info.Results[Metric.ValidationLoss], 1e-12);
        Assert.Equal(TinyTraining.Weights(run.Trainee.Model), TinyTraining.Weights(LanguageModel.Load(StageRun.ModelFolder(folder), trainable: true)));
        Assert.NotEqual(TinyTraining.Weights(LanguageModel.Load(start, trainable: true)), TinyTraining.Weights(run.Trainee.Model));
        Assert.Contains("rounds over the data", File.ReadAllText(run.WriteReport()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(5, false)]
    [InlineData(15, false)]
    [InlineData(9, true)]
    public void Stopped_and_continued_it_gives_equal_bits(int stopAfter, bool adapter)
    {
        var stage = new TinyStage(tiny, start);
        if (adapter)
            stage = new TinyStage(tiny, start) { Given = stage.Settings with { Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 2, Dropout = 0.1 } } };
        using (StageRun whole = Prepare("whole", stage))
            whole.Train();
        using (var stop = new CancellationTokenSource())
        {
            var listener = new Listener<TrainingEvent>(happened =>
            {
                if (happened.Step == stopAfter)
                    stop.Cancel();
            });
            using StageRun half = StageRun.Prepare(stage, tiny.Folder("halves"), [], events: listener);
            Assert.Equal(TrainingOutcome.Stopped, half.Train(stop.Token));
            Assert.Equal(RunStatus.Stopped, Run.ReadInfo(tiny.Folder("halves")).Status);
        }

        using StageRun rest = Prepare("halves", stage);
        Assert.Equal(stopAfter == 0 ? null : stopAfter, rest.Plan.ResumedFrom is 0 ? null : rest.Plan.ResumedFrom);
        Assert.Equal(TrainingOutcome.Finished, rest.Train());
        foreach (string file in (string[])[adapter ? "model/adapter_model.safetensors" : "model/model.safetensors", "checkpoints/step-00000016/optimizer.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.Folder("whole"), file)), File.ReadAllBytes(Path.Combine(tiny.Folder("halves"), file)));
        Assert.Equal(Losses("whole"), Losses("halves"));
        Assert.Equal(Run.Samples(tiny.Folder("whole")), Run.Samples(tiny.Folder("halves")));
    }

    [Fact]
    public void An_adapter_leaves_the_model_alone_and_takes_a_part_of_the_memory()
    {
        using StageRun run = Prepare("r", new TinyStage(tiny, start) { Given = new StageSettings { Model = start, Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 1 } } });
        TrainingMemory memory = run.Plan.Memory;
        Assert.True(memory.Trained < memory.Parameters);
        Assert.True(memory.State < memory.StateOfFullTraining);
        Assert.Equal(sizeof(float) * memory.Trained, memory.Gradients);
        Assert.Equal(2 * sizeof(float) * memory.Trained, memory.Optimizer);
        float[][] before = TinyTraining.Weights(run.Trainee.Model);
        run.Train();
        Assert.Equal(before, TinyTraining.Weights(run.Trainee.Model));
    }

    [Fact]
    public void Another_recipe_other_data_or_another_model_is_refused_in_the_same_folder()
    {
        Prepare("r", new TinyStage(tiny, start)).Dispose();
        void Refused(TinyStage stage, string why) =>
            Assert.Contains(why, Assert.Throws<GrimoireException>(() => Prepare("r", stage)).Message, StringComparison.Ordinal);
        Refused(new TinyStage(tiny, start) { Given = new StageSettings { Model = start, Batch = 5 } }, "batch");
        Refused(new TinyStage(tiny, start, dataKey: "other"), "data");
        tiny.Model(seed: 2).Save(start);
        Refused(new TinyStage(tiny, start), "model");
    }

    [Fact]
    public void The_same_command_on_a_finished_run_trains_nothing()
    {
        using (StageRun run = Prepare("r", new TinyStage(tiny, start)))
            run.Train();
        using StageRun again = Prepare("r", new TinyStage(tiny, start));
        Assert.True(again.Finished);
        Assert.Equal(TrainingOutcome.Finished, again.Train());
        Assert.Equal(RunStatus.Finished, Run.ReadInfo(tiny.Folder("r")).Status);
    }

    [Theory]
    [InlineData(7, 4, 8)]
    [InlineData(8, 4, 8)]
    [InlineData(1, 1, 1)]
    public void Steps_are_whole_rounds(int asked, int round, int expected) =>
        Assert.Equal(expected, TimeBudget.Resolve(new StageSettings { Steps = asked }, null, round, 1).Steps);

    [Fact]
    public void Steps_go_before_minutes_and_minutes_before_epochs()
    {
        var settings = new StageSettings { Epochs = 2, Minutes = 1, Steps = 3 };
        Assert.Equal(3, TimeBudget.Resolve(settings, 10, 1, 1).Steps);
        Assert.Equal(51, TimeBudget.Resolve(settings with { Steps = null }, 10, 1, 1).Steps);
        Assert.Equal(20, TimeBudget.Resolve(settings with { Steps = null, Minutes = null }, 10, 1, 1).Steps);
        Assert.Throws<GrimoireException>(() => TimeBudget.Resolve(settings with { Steps = null, Minutes = null }, null, 1, 1));
    }

    private StageRun Prepare(string folder, Stage stage) => StageRun.Prepare(stage, tiny.Folder(folder), ["tiny"]);

    private string Losses(string run) =>
        string.Join('\n', Run.Metrics(tiny.Folder(run)).Select(row => FormattableString.Invariant($"{row.Step} {row[Metric.Loss]:R} {row[Metric.ValidationLoss]:R}")));
}

/// <summary>A stage that goes on with next-token prediction on the tiny text.</summary>
internal sealed class TinyStage(TinyTraining tiny, string model, string dataKey = "tiny") : Stage
{
    public override string Kind => "tiny";

    public override StageSettings Settings => Given;

    public StageSettings Given { get; init; } = new() { Model = model, Batch = 4, Epochs = 2, Dropout = 0.1, Threads = 1 };

    public override JsonObject ToJson() => StageSettings.Settings.ToJson(Settings);

    public override StageParts Open(StageContext context) => new()
    {
        DataKey = dataKey,
        Objective = new LanguageModelingObjective(context.Model.Transformer, tiny.Windows, Settings.Batch, Settings.Accumulate),
        StepsPerEpoch = 8,
        Validation = tiny.Validation(context.Model),
        Sample = step => [new TextSample(step, "a", "b")],
        KnownLoss = new KnownLoss("ln V", Math.Log(context.Model.Config.Vocabulary), 0.2, 0.2),
        Facts = [new Fact("text", "tiny")],
        Examples = [MarkedText.Of("example", context.Model.Tokenizer, context.Model.Tokenizer.Encode("abcd"), [false, false, true, true])],
    };
}
