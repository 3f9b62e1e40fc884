using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Runs;

public sealed class RunTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private static RunInfo Info(JsonObject? recipe = null) => new()
    {
        Kind = "pretrain",
        Command = ["pretrain", "--data", "my texts/größe.txt"],
        Recipe = recipe ?? new PretrainRecipe().ToJson(),
        Seed = ulong.MaxValue,
    };

    private static MetricRow Row(long step) => new(step, (Metric.Seconds, step * 0.5), (Metric.Loss, 1.0 / step), (Metric.LearningRate, 1e-3));

    [Fact]
    public void What_was_run_is_read_back_as_written()
    {
        using (Run run = Run.Create(scratch["r"], Info()))
            run.End(RunStatus.Stopped, "by Ctrl-C", new Dictionary<string, double> { ["val_loss"] = 1.5, ["diverged"] = double.NaN });
        RunInfo info = Run.ReadInfo(scratch["r"]);
        Assert.Equal((RunStatus.Stopped, "by Ctrl-C", ulong.MaxValue), (info.Status, info.Message, info.Seed));
        Assert.Equal(["pretrain", "--data", "my texts/größe.txt"], info.Command);
        Assert.Equal(1.5, info.Results["val_loss"]);
        Assert.True(double.IsNaN(info.Results["diverged"]));
        Assert.Equal(Machine.This(), info.Machine);
        Assert.True(JsonNode.DeepEquals(new PretrainRecipe().ToJson(), info.Recipe));
        Assert.True(info.Ended >= info.Started);
    }

    [Fact]
    public void Metrics_and_samples_are_readable_while_the_run_goes_on()
    {
        using Run run = Run.Create(scratch["r"], Info());
        run.Log(Row(1));
        run.Log(new MetricRow(2, (Metric.Loss, double.NaN), ("kl", double.PositiveInfinity)));
        run.Log(new TextSample(2, "Once", " upon\na \"time\" <b>🙂"));
        IReadOnlyList<MetricRow> rows = Run.Metrics(scratch["r"]);
        Assert.Equal([1.0, double.NaN], rows.Select(row => row[Metric.Loss]!.Value));
        Assert.Equal(double.PositiveInfinity, rows[1]["kl"]);
        Assert.Null(rows[1][Metric.LearningRate]);
        Assert.Equal(new TextSample(2, "Once", " upon\na \"time\" <b>🙂"), Assert.Single(Run.Samples(scratch["r"])));
        Assert.Equal(RunStatus.Running, Run.ReadInfo(scratch["r"]).Status);
    }

    [Fact]
    public void A_resumed_run_has_the_lines_of_an_uninterrupted_one()
    {
        Write("whole", Run.Create(scratch["whole"], Info()), 1, 10);
        Write("cut", Run.Create(scratch["cut"], Info()), 1, 7);
        File.AppendAllText(scratch["cut/metrics.jsonl"], "{\"step\":8,\"sec");
        File.AppendAllText(scratch["cut/samples.jsonl"], "{\"st");
        Assert.Equal(7, Run.Metrics(scratch["cut"]).Count);
        Write("cut", Run.Resume(scratch["cut"], 4), 5, 10);

        foreach (string file in new[] { "metrics.jsonl", "samples.jsonl" })
            Assert.Equal(File.ReadAllText(scratch["whole/" + file]), File.ReadAllText(scratch["cut/" + file]));
        Assert.Equal(RunStatus.Interrupted, Run.ReadInfo(scratch["cut"]).Status);
        Assert.Single(Run.ReadInfo(scratch["cut"]).Resumed);

        void Write(string name, Run run, int from, int to)
        {
            using (run)
            {
                for (int step = from; step <= to; step++)
                {
                    run.Log(Row(step));
                    run.Log(new TextSample(step, name.Length > 0 ? "p" : "", $"text {step}"));
                }
            }
        }
    }

    [Fact]
    public void A_damaged_line_in_the_middle_is_told_with_its_number()
    {
        Run.Create(scratch["r"], Info()).Dispose();
        File.WriteAllText(scratch["r/metrics.jsonl"], "{\"step\":1}\nnonsense\n{\"step\":3}\n");
        Assert.Contains("metrics.jsonl, line 2", Assert.Throws<GrimoireException>(() => Run.Metrics(scratch["r"])).Message, StringComparison.Ordinal);
        File.WriteAllText(scratch["r/metrics.jsonl"], "{\"step\":1}\n{\"loss\":1}\n{\"step\":3}\n");
        Assert.Contains("metrics.jsonl, line 2", Assert.Throws<GrimoireException>(() => Run.Metrics(scratch["r"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_cannot_write_one_run_and_a_left_lock_file_locks_nothing()
    {
        using (Run.Create(scratch["r"], Info()))
        {
            Assert.Contains("another process", Assert.Throws<GrimoireException>(() => Run.Resume(scratch["r"], 0)).Message, StringComparison.Ordinal);
            Assert.Contains("another process", Assert.Throws<GrimoireException>(() => Run.Create(scratch["r"], Info())).Message, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(scratch["r/run.lock"]));
        Assert.Contains("already here", Assert.Throws<GrimoireException>(() => Run.Create(scratch["r"], Info())).Message, StringComparison.Ordinal);
        Run.Resume(scratch["r"], 0).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"pretrain\"}")]
    [InlineData("{\"kind\":1,\"status\":\"x\"}")]
    public void A_damaged_run_is_refused_and_named_in_lists(string json)
    {
        Run.Create(scratch["runs/good"], Info()).Dispose();
        scratch.Write("runs/bad/run.json", json);
        Assert.Contains("damaged", Assert.Throws<GrimoireException>(() => Run.ReadInfo(scratch["runs/bad"])).Message, StringComparison.Ordinal);
        var refused = new List<string>();
        Assert.Single(RunSummary.List(scratch["runs"], e => refused.Add(e.Message)));
        Assert.Single(refused);
        Assert.Contains("not a run folder", Assert.Throws<GrimoireException>(() => Run.ReadInfo(scratch["nowhere"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_are_listed_newest_first_and_compared_by_what_differs()
    {
        using (Run first = Run.Create(scratch["runs/a"], Info()))
        {
            first.Log(Row(1));
            first.Log(new MetricRow(2, (Metric.Seconds, 9), (Metric.ValidationLoss, 2.5)));
            first.Log(new MetricRow(4, (Metric.Seconds, 12), (Metric.ValidationLoss, 2.75)));
        }

        Run.Create(scratch["runs/deep/b"], Info((new PretrainRecipe() with { Batch = 64 }).ToJson())).Dispose();
        IReadOnlyList<RunSummary> runs = RunSummary.List(scratch["runs"]);
        Assert.Equal(["b", "a"], runs.Select(run => Path.GetFileName(run.Folder)));
        Assert.Equal((4L, 1.0, 2.5, 12.0), (runs[1].Steps, runs[1].Loss!.Value, runs[1].BestValidationLoss!.Value, runs[1].Seconds));
        (string key, IReadOnlyList<string> values) = Assert.Single(RunSummary.Differences(runs));
        Assert.Equal("batch", key);
        Assert.Equal(["64", "16"], values);
    }

    [Fact]
    public void Checkpoints_are_found_in_order_and_unfinished_ones_are_not()
    {
        using Run run = Run.Create(scratch["r"], Info());
        Assert.Empty(Run.Checkpoints(run.Folder));
        foreach (long step in new long[] { 200, 3, 100_000_000 })
            Directory.CreateDirectory(run.CheckpointFolder(step));
        Directory.CreateDirectory(run.CheckpointFolder(7) + ".tmp");
        Assert.Equal([3L, 200, 100_000_000], Run.Checkpoints(run.Folder).Select(c => c.Step));
        Assert.EndsWith("checkpoints/step-00000003", Run.Checkpoints(run.Folder)[0].Folder.Replace('\\', '/'), StringComparison.Ordinal);
    }
}
