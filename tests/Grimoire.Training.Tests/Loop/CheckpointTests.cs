using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Loop;

public sealed class CheckpointTests : IDisposable
{
    private readonly TinyTraining tiny = new();
    private readonly Run run;
    private readonly LanguageModel model;
    private readonly AdamW optimizer;

    public CheckpointTests()
    {
        run = tiny.Run("r");
        model = tiny.Model();
        optimizer = new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd);
    }

    public void Dispose()
    {
        run.Dispose();
        tiny.Dispose();
    }

    [Fact]
    public void Everything_comes_back_to_the_bit()
    {
        var state = new TrainerState
        {
            Step = 7,
            Sequences = 84,
            Tokens = 1344,
            Seconds = 1 / 3.0,
            BestLoss = Math.PI,
            BestStep = 5,
            Watchdog = new WatchdogState(1.1, 0.7, 3),
            Memory = [KeyValuePair.Create("beta", 1 / 3.0)],
        };
        optimizer.Steps = 7;
        foreach (Parameter p in optimizer.State)
            p.Tensor.Span<float>().Fill(1 / 3f);
        string folder = Save(state);
        Assert.Equal(state, Checkpoint.ReadState(folder));
        Assert.Equal(TinyTraining.Weights(model), TinyTraining.Weights(LanguageModel.Load(folder, trainable: true)));
        var other = new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd);
        Checkpoint.Restore(folder, other);
        Assert.Equal(7, other.Steps);
        Assert.All(other.State, p => Assert.All(p.Tensor.ToArray<float>(), x => Assert.Equal(1 / 3f, x)));
        Assert.Equal(new TrainerState(), Checkpoint.ReadState(Save(new TrainerState())));
    }

    [Fact]
    public void A_folder_that_a_killed_process_left_counts_for_nothing_and_is_cleaned_up()
    {
        string good = Save(1);
        string unfinished = run.CheckpointFolder(2) + ".4711.tmp";
        Directory.CreateDirectory(unfinished);
        File.Copy(Path.Combine(good, "model.safetensors"), Path.Combine(unfinished, "model.safetensors"));
        Assert.Equal(good, Checkpoint.Newest(run.Folder));
        Assert.Single(Run.Checkpoints(run.Folder));
        Checkpoint.CleanUp(run.Folder, 1);
        Assert.Equal([good], Directory.GetDirectories(Path.GetDirectoryName(good)!));
    }

    [Fact]
    public void Damage_to_any_file_is_noticed_and_the_one_before_is_used()
    {
        string good = Save(1), bad = Save(2);
        foreach (string path in Directory.GetFiles(bad))
        {
            byte[] bytes = File.ReadAllBytes(path);
            AssertNoticed(path, good, () => File.WriteAllBytes(path, Flipped(bytes, bytes.Length / 2)));
            AssertNoticed(path, good, () => File.WriteAllBytes(path, Flipped(bytes, bytes.Length - 3)));
            AssertNoticed(path, good, () => File.WriteAllBytes(path, bytes[..^1]));
            AssertNoticed(path, good, () => File.Delete(path));
            File.WriteAllBytes(path, bytes);
        }

        Assert.Equal(bad, Checkpoint.Newest(run.Folder));
        string state = Path.Combine(bad, Checkpoint.StateFile);
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"step\":2", "\"step\":3", StringComparison.Ordinal));
        Assert.Contains("changed", Assert.Throws<GrimoireException>(() => Checkpoint.ReadState(bad)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_checkpoints_are_set_aside_where_training_goes_on_from_an_earlier_one()
    {
        Save(1);
        string later = Save(3);
        Checkpoint.CleanUp(run.Folder, 1);
        Assert.Equal([1L], Run.Checkpoints(run.Folder).Select(c => c.Step));
        Assert.True(File.Exists(Path.Combine(later + ".damaged", "model.safetensors")));
        Save(3);
        Assert.Equal([1L, 3], Run.Checkpoints(run.Folder).Select(c => c.Step));
    }

    [Fact]
    public void When_it_cannot_be_written_the_others_stay_and_nothing_is_left_lying()
    {
        string good = Save(1), parent = Path.GetDirectoryName(good)!;
        // A file stands where the folder shall be, as a full disk or a forbidden one would.
        File.WriteAllText(run.CheckpointFolder(2), "in the way");
        string message = Assert.Throws<GrimoireException>(() => Save(2)).Message;
        Assert.Contains("cannot be written", message, StringComparison.Ordinal);
        Assert.Contains("earlier checkpoints are untouched", message, StringComparison.Ordinal);
        Assert.Equal([good], Directory.GetDirectories(parent));
        Assert.Equal(good, Checkpoint.Newest(run.Folder));
    }

    [Fact]
    public void Another_optimizer_is_refused_by_the_name_of_what_is_missing()
    {
        string folder = Save(1);
        var other = new Sgd(model.Transformer.Parameters, Kernels.Simd, 0.9f);
        Assert.Contains("embed.tokens.velocity", Assert.Throws<GrimoireException>(() => Checkpoint.Restore(folder, other)).Message, StringComparison.Ordinal);
    }

    private void AssertNoticed(string path, string good, Action harm)
    {
        harm();
        var damaged = new List<string>();
        Assert.Equal(good, Checkpoint.Newest(run.Folder, damaged.Add));
        Assert.Contains(Path.GetFileName(Path.GetDirectoryName(path)!), Assert.Single(damaged), StringComparison.Ordinal);
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private string Save(long step) => Save(new TrainerState { Step = step });

    private string Save(TrainerState state)
    {
        string folder = run.CheckpointFolder(state.Step);
        Checkpoint.Save(folder, new Trainee(model), optimizer, state);
        return folder;
    }
}
