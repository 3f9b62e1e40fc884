using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Loop;

public sealed class TrainerTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Eight_passes_of_one_sequence_are_one_pass_of_eight(bool unequalLengths)
    {
        SequenceSampler sampler = unequalLengths ? tiny.Documents : tiny.Windows;
        LanguageModel many = tiny.Model(), one = tiny.Model();
        var settings = new TrainerSettings { Steps = 3, LogInterval = 1, EvaluationInterval = 0 };
        using Run first = tiny.Run("one"), second = tiny.Run("many");
        // Plain descent: Adam divides by the root of squares, which magnifies the rounding of gradients near zero.
        tiny.Trainer(one, first, settings, sampler, new Sgd(one.Transformer.Parameters, Kernels.Simd), rate: 0.5f, batch: 8).Train();
        tiny.Trainer(many, second, settings, sampler, new Sgd(many.Transformer.Parameters, Kernels.Simd), rate: 0.5f, batch: 1, accumulate: 8).Train();
        foreach ((float[] a, float[] b) in TinyTraining.Weights(one).Zip(TinyTraining.Weights(many)))
        {
            for (int i = 0; i < a.Length; i++)
                Assert.Equal(a[i], b[i], 1e-5f);
        }

        foreach (string metric in (string[])[Metric.Loss, Metric.GradientNorm, Metric.Tokens])
            Assert.Equal(Values(first, metric), Values(second, metric), (a, b) => Math.Abs(a - b) < 1e-5);
        if (unequalLengths)
            Assert.True(sampler.Draw(0, 8).Lengths.Distinct().Count() > 1);
    }

    [Fact]
    public void Dropout_differs_from_step_to_step_and_is_the_same_when_repeated()
    {
        double[] Losses(string run, float dropout)
        {
            LanguageModel model = tiny.Model();
            using Run at = tiny.Run(run);
            // With a rate of zero and the same data only the masks can change the loss.
            var settings = new TrainerSettings { Steps = 4, Dropout = dropout, LogInterval = 1, EvaluationInterval = 0 };
            tiny.Trainer(model, at, settings, new SameSequences(tiny), rate: 0).Train();
            return Values(at, Metric.Loss);
        }

        double[] once = Losses("once", 0.3f);
        Assert.Equal(4, once.Distinct().Count());
        Assert.Equal(once, Losses("again", 0.3f));
        Assert.Single(Losses("without", 0).Distinct());
    }

    [Fact]
    public void Blocks_computed_again_give_the_same_training()
    {
        float[][] Trained(string run, bool recompute)
        {
            LanguageModel model = tiny.Model();
            using Run at = tiny.Run(run);
            tiny.Trainer(model, at, new TrainerSettings { Steps = 5, Dropout = 0.2f, Recompute = recompute, EvaluationInterval = 0 }, batch: 3, accumulate: 2).Train();
            return TinyTraining.Weights(model);
        }

        Assert.Equal(Trained("remembered", false), Trained("again", true));
    }

    [Fact]
    public void It_logs_validates_samples_saves_and_prunes()
    {
        using Run run = tiny.Run("r");
        var events = new List<TrainingEvent>();
        var settings = new TrainerSettings
        {
            Steps = 20,
            LogInterval = 5,
            EvaluationInterval = 4,
            SampleInterval = 10,
            CheckpointInterval = 3,
            Keep = 2,
        };
        Trainer trainer = tiny.Trainer(tiny.Model(), run, settings, events: new Listener<TrainingEvent>(events.Add));
        Assert.Equal(Math.Log(tiny.Tokenizer.VocabularySize), trainer.FirstLoss(), 0.1);
        Assert.Equal(TrainingOutcome.Finished, trainer.Train());

        IReadOnlyList<MetricRow> rows = Run.Metrics(run.Folder);
        Assert.Equal([1, 5, 10, 15, 20], rows.Where(r => r[Metric.Loss] is not null).Select(r => r.Step));
        Assert.Equal([4, 8, 12, 16, 20], rows.Where(r => r[Metric.ValidationLoss] is not null).Select(r => r.Step));
        Assert.All(rows.Where(r => r[Metric.Loss] is not null), r => Assert.True(r[Metric.TokensPerSecond] > 0 && r[Metric.Seconds] > 0 && r[Metric.LearningRate] > 0));
        Assert.Equal(20 * 4 * TinyTraining.Context, rows[^1][Metric.Tokens]);
        Assert.Equal([10L, 20], Run.Samples(run.Folder).Select(s => s.Step));

        Assert.Equal(1, events.OfType<TrainingEvent.Saved>().First().Step);
        Assert.Equal(20, events.OfType<TrainingEvent.Stepped>().Count());
        TrainingEvent.Validated best = events.OfType<TrainingEvent.Validated>().MinBy(v => v.Result.Loss)!;
        Assert.Equal((best.Result.Loss, best.Step), (trainer.State.BestLoss, trainer.State.BestStep));
        long[] kept = [.. Run.Checkpoints(run.Folder).Select(c => c.Step)];
        Assert.Equal(events.OfType<TrainingEvent.Saved>().Select(s => s.Step).TakeLast(2).Append(best.Step).Distinct().Order(), kept);
    }

    [Fact]
    public void The_best_checkpoint_outlives_newer_ones()
    {
        using Run run = tiny.Run("r");
        LanguageModel model = tiny.Model();
        var spoiler = new Listener<TrainingEvent>(e =>
        {
            if (e is not TrainingEvent.Stepped { Step: > 4 })
                return;
            Span<float> table = model.Transformer.TokenEmbedding.Span<float>();
            for (int i = 0; i < table.Length; i++)
                table[i] = 10 * ((i % 7) - 3);
        });
        Trainer trainer = tiny.Trainer(
            model, run, new TrainerSettings { Steps = 12, EvaluationInterval = 2, CheckpointInterval = 1, Keep = 1 }, events: spoiler, batch: 1);
        trainer.Train();
        Assert.InRange(trainer.State.BestStep, 2, 4);
        Assert.Equal([trainer.State.BestStep, 12], Run.Checkpoints(run.Folder).Select(c => c.Step));
        Assert.Null(Checkpoint.Fault(run.CheckpointFolder(trainer.State.BestStep)));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_it_and_the_last_good_checkpoint_stays()
    {
        using Run run = tiny.Run("r");
        LanguageModel model = tiny.Model();
        var poison = new Listener<TrainingEvent>(e =>
        {
            if (e is TrainingEvent.Stepped { Step: 5 })
                model.Transformer.TokenEmbedding.Span<float>().Fill(float.NaN);
        });
        Trainer trainer = tiny.Trainer(model, run, new TrainerSettings { Steps = 10, EvaluationInterval = 0, CheckpointInterval = 2 }, events: poison, batch: 2);
        string message = Assert.Throws<GrimoireException>(() => trainer.Train()).Message;
        Assert.StartsWith("Step 6: the loss is NaN", message, StringComparison.Ordinal);
        Assert.Contains(run.CheckpointFolder(4), message, StringComparison.Ordinal);
        Assert.Null(Checkpoint.Fault(run.CheckpointFolder(4)));
        Assert.Equal(4, Run.Checkpoints(run.Folder)[^1].Step);
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_not_saved()
    {
        using Run run = tiny.Run("r");
        LanguageModel model = tiny.Model();
        var poison = new Listener<TrainingEvent>(e =>
        {
            if (e is TrainingEvent.Stepped { Step: 6 })
                model.Transformer.Blocks[0].Attention.Query.Weight.Span<float>()[3] = float.PositiveInfinity;
        });
        Trainer trainer = tiny.Trainer(model, run, new TrainerSettings { Steps = 10, EvaluationInterval = 0, CheckpointInterval = 2 }, events: poison, batch: 2);
        Assert.Contains("Step 6: blocks.0.attn.q.weight", Assert.Throws<GrimoireException>(() => trainer.Train()).Message, StringComparison.Ordinal);
        Assert.Equal(4, Run.Checkpoints(run.Folder)[^1].Step);
    }

    private static double[] Values(Run run, string metric) => [.. Run.Metrics(run.Folder).Select(r => r[metric]).OfType<double>()];

    /// <summary>The same sequences at every step.</summary>
    private sealed class SameSequences(TinyTraining tiny) : SequenceSampler
    {
        public override long SequencesPerEpoch => 4;

        private protected override EncodedExample Sequence(long number)
        {
            TrainingBatch batch = tiny.Windows.Draw(number % 4, 1);
            return EncodedExample.OfText([.. batch.Tokens, batch.Targets[^1]]);
        }
    }
}
