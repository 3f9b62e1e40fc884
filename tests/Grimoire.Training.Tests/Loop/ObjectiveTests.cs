using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Loop;

/// <summary>What the trainer keeps to with any objective: rounds, memory, metrics.</summary>
public sealed class ObjectiveTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Checkpoints_validations_and_stops_fall_between_rounds()
    {
        using Run run = tiny.Run("r");
        using var stop = new CancellationTokenSource();
        var events = new List<TrainingEvent>();
        Trainer trainer = Trainer(run, tiny.Model(), new Rounds(tiny, 4), happened =>
        {
            events.Add(happened);
            if (happened is TrainingEvent.Stepped { Step: 13 })
                stop.Cancel();
        });
        Assert.Equal(TrainingOutcome.Stopped, trainer.Train(stop.Token));
        Assert.Equal(16, trainer.State.Step);
        Assert.Equal([4L, 8, 12, 16], events.OfType<TrainingEvent.Validated>().Select(e => e.Step));
        Assert.All(events.OfType<TrainingEvent.Saved>(), e => Assert.Equal(0, e.Step % 4));
        Assert.Equal(4, events.OfType<TrainingEvent.Saved>().First().Step);
    }

    [Fact]
    public void What_an_objective_remembers_comes_back_and_a_resumed_run_has_the_same_bits()
    {
        LanguageModel whole = tiny.Model();
        using (Run run = tiny.Run("whole"))
            Trainer(run, whole, new Rounds(tiny, 4)).Train();

        using (Run run = tiny.Run("halves"))
        {
            using var stop = new CancellationTokenSource();
            Trainer(run, tiny.Model(), new Rounds(tiny, 4), e =>
            {
                if (e.Step == 9)
                    stop.Cancel();
            }).Train(stop.Token);
            string checkpoint = Checkpoint.Newest(run.Folder)!;
            LanguageModel halves = LanguageModel.Load(checkpoint, trainable: true);
            var objective = new Rounds(tiny, 4);
            Trainer trainer = Trainer(run, halves, objective);
            trainer.Restore(checkpoint);
            Assert.Equal(12, trainer.State.Step);
            Assert.Equal(3, objective.Memory["rounds"]);
            trainer.Train();
            Assert.Equal(TinyTraining.Weights(whole), TinyTraining.Weights(halves));
        }
    }

    [Fact]
    public void What_it_measures_is_logged_beside_the_loss()
    {
        using Run run = tiny.Run("r");
        Trainer(run, tiny.Model(), new Rounds(tiny, 4)).Train();
        Assert.All(Run.Metrics(run.Folder).Where(row => row[Metric.Loss] is not null), row => Assert.Equal((row.Step + 3) / 4, row["rounds"]));
    }

    [Fact]
    public void A_loss_that_need_not_fall_may_rise()
    {
        using Run run = tiny.Run("r");
        Assert.Equal(TrainingOutcome.Finished, Trainer(run, tiny.Model(), new Rounds(tiny, 1, falls: false) { Rise = 1 }, steps: 200).Train());
        using Run second = tiny.Run("second");
        Assert.Contains("risen", Assert.Throws<GrimoireException>(() => Trainer(second, tiny.Model(), new Rounds(tiny, 1) { Rise = 1 }, steps: 200).Train()).Message,
            StringComparison.Ordinal);
    }

    private Trainer Trainer(Run run, LanguageModel model, Rounds objective, Action<TrainingEvent>? events = null, int steps = 20)
    {
        objective.Model = model.Transformer;
        return new Trainer(
            new Trainee(model), new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd), new Schedule(ScheduleKind.Constant, 1e-3f, 0, 0, steps),
            objective, tiny.Validation(model), run, new TrainerSettings { Steps = steps, LogInterval = 1, EvaluationInterval = 3, CheckpointInterval = 5 },
            new Workspace(Kernels.Simd))
        {
            Progress = events is null ? null : new Listener<TrainingEvent>(events),
        };
    }

    /// <summary>Next-token prediction in rounds that all see the same sequences, weighted by what is remembered of the rounds before.</summary>
    private sealed class Rounds(TinyTraining tiny, int round, bool falls = true) : Objective
    {
        private double rounds;
        private StepWork? drawn;

        public Transformer? Model { get; set; }

        public double Rise { get; init; }

        public override bool LossFalls => falls;

        public override int Round => round;

        public override IReadOnlyDictionary<string, double> Memory
        {
            get => new Dictionary<string, double> { ["rounds"] = rounds };
            set => rounds = value["rounds"];
        }

        public override StepWork Prepare(TrainerState state, Workspace workspace)
        {
            if (state.Step % round == 0)
            {
                rounds = (state.Step / round) + 1;
                drawn = new LanguageModelingObjective(Model!, tiny.Windows, 2).Prepare(state, workspace);
            }

            return new Weighted(drawn!, rounds, state.Step * Rise);
        }

        private sealed class Weighted(StepWork inner, double rounds, double rise) : StepWork
        {
            public override int Passes => inner.Passes;

            public override int Sequences => inner.Sequences;

            public override int Tokens => inner.Tokens;

            public override IReadOnlyList<(string Name, double Value)> Metrics => [("rounds", rounds)];

            public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
            {
                PassLoss loss = inner.Loss(pass, workspace, options);
                return loss with { Scale = loss.Scale * (float)rounds, Value = loss.Value + rise };
            }
        }
    }
}
