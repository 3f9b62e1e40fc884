using System.Buffers.Binary;
using System.Text;

namespace Grimoire.Cli.Tests;

/// <summary>Whatever is wrong with what the tool is given: one clear sentence, the exit code, and nothing lost.</summary>
public sealed class BadInputTests(RaisedModel raised) : IClassFixture<RaisedModel>
{
    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(-1)]
    public void Truncated_weights(int length)
    {
        using var scratch = new Scratch();
        string model = raised.CopyModel(scratch), weights = Path.Combine(model, "model.safetensors");
        byte[] whole = File.ReadAllBytes(weights);
        File.WriteAllBytes(weights, whole[..(length < 0 ? whole.Length - 1 : length)]);
        Outcome.Of("generate", model).AssertRefused(Tool.Failed, "model.safetensors");
        Outcome.Of("info", model).AssertRefused(Tool.Failed, "model.safetensors");
        Outcome.Of("info", weights).AssertRefused(Tool.Failed, "model.safetensors");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4000000000000]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":"nonsense"}""")]
    [InlineData("""{"a":""")]
    public void Weights_whose_header_lies(string header)
    {
        using var scratch = new Scratch();
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        File.WriteAllBytes(scratch["lie.safetensors"], file);
        Outcome.Of("info", scratch["lie.safetensors"]).AssertRefused(Tool.Failed, "lie.safetensors");
    }

    [Fact]
    public void Weights_whose_header_claims_to_be_huge()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["huge.safetensors"], [255, 255, 255, 255, 255, 255, 255, 127, (byte)'{', (byte)'}']);
        Outcome.Of("info", scratch["huge.safetensors"]).AssertRefused(Tool.Failed, "huge.safetensors");
    }

    [Theory]
    [InlineData("config.json", "{\"model_type\": \"llama\",")]
    [InlineData("config.json", "[1, 2]")]
    [InlineData("config.json", "")]
    [InlineData("tokenizer.json", "{\"model\":")]
    [InlineData("tokenizer.json", "nonsense")]
    public void Broken_JSON(string file, string text)
    {
        using var scratch = new Scratch();
        string model = raised.CopyModel(scratch);
        File.WriteAllText(Path.Combine(model, file), text);
        Outcome.Of("generate", model).AssertRefused(Tool.Failed, file);
    }

    [Fact]
    public void A_tokenizer_that_does_not_fit_its_model()
    {
        using var scratch = new Scratch();
        string model = raised.CopyModel(scratch);
        Outcome.Of("tokenizer", "train", scratch.Write("text.txt", Tale.Of(3000)), "--vocabulary", "300", "--out", model).AssertSucceeded();
        Outcome.Of("generate", model).AssertRefused(Tool.Failed, model, "tokenizer", "do not belong together");
    }

    [Fact]
    public void A_model_without_a_tokenizer_points_to_ids()
    {
        using var scratch = new Scratch();
        string model = raised.CopyModel(scratch);
        File.Delete(Path.Combine(model, "tokenizer.json"));
        Outcome.Of("generate", model).AssertRefused(Tool.Failed, model, "--ids");
        Outcome.Of("generate", model, "--ids", "999999").AssertRefused(Tool.Failed, "999999");
    }

    [Fact]
    public void An_empty_text_file()
    {
        using var scratch = new Scratch();
        Outcome.Of("pretrain", "--data", scratch.Write("empty.txt", ""), "--run", scratch["run"]).AssertRefused(Tool.Failed, "empty.txt", "empty");
        Assert.False(Directory.Exists(scratch["run"]));
    }

    [Fact]
    public void A_binary_text_file()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["binary.txt"], [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 37))]);
        Outcome.Of("pretrain", "--data", scratch["binary.txt"], "--run", scratch["run"]).AssertRefused(Tool.Failed, "binary.txt");
        Outcome.Of("tokenizer", "train", scratch["binary.txt"], "--out", scratch["t"]).AssertRefused(Tool.Failed, "binary.txt");
        Assert.False(Directory.Exists(scratch["t"]));
    }

    [Fact]
    public void A_text_file_that_is_not_there() => Outcome.Of("pretrain", "--data", "no-such-file.txt").AssertRefused(Tool.Failed, "no-such-file.txt");

    [Fact]
    public void A_text_shorter_than_a_sequence()
    {
        using var scratch = new Scratch();
        Outcome outcome = Outcome.Of(RaisedModel.Pretrain(scratch.Write("tiny.txt", "too short"), scratch["run"]));
        outcome.AssertRefused(Tool.Failed);
    }

    [Fact]
    public void No_data_at_all() => Outcome.Of("pretrain").AssertRefused(Tool.WrongUsage, "--data");

    [Fact]
    public void An_unknown_recipe_key_is_refused_with_the_nearest()
    {
        using var scratch = new Scratch();
        string recipe = scratch.Write("recipe.json", "{\n  \"layers\": 2,\n  \"chanels\": 32\n}");
        Outcome.Of("pretrain", "--recipe", recipe, "--data", scratch.Write("t.txt", Tale.Of(500))).AssertRefused(
            Tool.Failed, "recipe.json, line 3", "\"chanels\"", "did you mean \"channels\"?");
    }

    [Fact]
    public void A_recipe_that_is_broken_contradicts_itself_or_is_not_there()
    {
        using var scratch = new Scratch();
        string text = scratch.Write("t.txt", Tale.Of(500));
        Outcome.Of("pretrain", "--recipe", scratch.Write("broken.json", "{ \"layers\": "), "--data", text).AssertRefused(Tool.Failed, "broken.json");
        Outcome.Of("pretrain", "--recipe", "shakespear-char", "--data", text).AssertRefused(Tool.Failed, "shakespear-char", "did you mean shakespeare-char?");
        Outcome.Of("pretrain", "--channels", "30", "--heads", "4", "--data", text).AssertRefused(Tool.Failed, "channels", "heads");
    }

    [Fact]
    public void A_folder_that_cannot_be_written()
    {
        // Below a regular file nothing can be made, by nobody; a mere read-only mode would not stop root.
        using var scratch = new Scratch();
        string text = scratch.Write("t.txt", Tale.Of(2000)), impossible = Path.Combine(text, "below");
        Outcome.Of(RaisedModel.Pretrain(text, impossible)).AssertRefused(Tool.Failed, impossible);
        Outcome.Of("tokenizer", "train", text, "--out", impossible).AssertRefused(Tool.Failed, impossible);
        Outcome.Of("world", impossible, "--documents", "10").AssertRefused(Tool.Failed, impossible);
    }

    [Fact]
    public void A_run_that_is_not_there()
    {
        Outcome.Of("runs", "show", "no-such-run").AssertRefused(Tool.Failed, "no-such-run");
        Outcome.Of("generate", "no-such-run").AssertRefused(Tool.Failed, "no-such-run");
        using var scratch = new Scratch();
        Assert.Contains("no runs", Outcome.Of("runs", "--in", scratch.Folder).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_newest_checkpoint_is_passed_over_and_the_run_goes_on_from_the_one_before()
    {
        using var scratch = new Scratch();
        string text = scratch.Write("t.txt", Tale.Of(3000));
        string[] command = RaisedModel.Pretrain(text, scratch["run"]);
        Outcome.Of(command).AssertSucceeded();
        byte[] good = File.ReadAllBytes(scratch["run/model/model.safetensors"]);
        // As if the machine had died while it worked: the run is not finished, and its newest checkpoint is cut off.
        File.WriteAllText(scratch["run/run.json"], File.ReadAllText(scratch["run/run.json"]).Replace("\"finished\"", "\"running\"", StringComparison.Ordinal));
        string newest = scratch["run/checkpoints/step-00000060/model.safetensors"];
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^10]);
        Directory.Delete(scratch["run/model"], recursive: true);
        Outcome again = Outcome.Of(command);
        Assert.True(again.ExitCode == Tool.Success, again.Error);
        Assert.Contains("step-00000060", again.Error, StringComparison.Ordinal);
        Assert.Equal(good, File.ReadAllBytes(scratch["run/model/model.safetensors"]));
    }
}
