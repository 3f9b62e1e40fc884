using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Grimoire.Cli.Tests.Packing;

public sealed class PackTests(RaisedModel raised) : IClassFixture<RaisedModel>, IDisposable
{
    private readonly Scratch scratch = new();

    [Fact]
    public void A_folder_that_is_not_empty_is_refused()
    {
        scratch.Write("out/something.txt", "");
        Outcome.Of("pack", raised.Folder, scratch["out"]).AssertRefused(Tool.Failed, scratch["out"], "not an empty folder");
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        string file = scratch.Write("out", "");
        Outcome.Of("pack", raised.Folder, file).AssertRefused(Tool.Failed, file, "not an empty folder");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public void A_name_with_a_folder_in_it_is_refused(string name) =>
        Outcome.Of("pack", raised.Folder, scratch["out"], "--name", name).AssertRefused(Tool.WrongUsage, $"--name is \"{name}\"", "a file name");

    [Fact]
    public void A_missing_model_is_refused_before_anything_is_built() =>
        Outcome.Of("pack", scratch["nowhere"], scratch["out"]).AssertRefused(Tool.Failed, scratch["nowhere"]);

    [Fact]
    public void A_type_that_is_not_written_is_refused_with_those_that_are() =>
        Outcome.Of("pack", raised.Folder, scratch["out"], "--type", "Q9").AssertRefused(Tool.Failed, "Q9", "Q4_K_M");

    [Fact]
    public void A_model_whose_tokenizer_GGUF_cannot_say_is_refused_before_anything_is_built()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(raised.Folder, "model")))
            File.Copy(file, scratch.Write(Path.Combine("merging", Path.GetFileName(file)), ""), overwrite: true);
        string tokenizer = scratch[Path.Combine("merging", "tokenizer.json")];
        JsonNode json = JsonNode.Parse(File.ReadAllText(tokenizer))!;
        JsonObject pieces = json["model"]!["vocab"]!.AsObject();
        string[] letters = [.. pieces.Select(pair => pair.Key).Where(piece => piece.Length == 1 && char.IsAsciiLetter(piece[0])).Take(3)];
        int id = pieces[letters[2]]!.GetValue<int>();
        pieces.Remove(letters[2]);
        pieces[letters[0] + letters[1]] = id;
        json["model"]!["merges"] = new JsonArray(new JsonArray(letters[0], letters[1]));
        File.WriteAllText(tokenizer, json.ToJsonString());
        Outcome.Of("pack", scratch["merging"], scratch["out"]).AssertRefused(Tool.Failed, "a GGUF file cannot say it");
        Assert.False(File.Exists(Path.Combine(scratch["out"], "merging.gguf")));
    }

    [Fact]
    public void Two_files_say_what_the_model_says()
    {
        bool asked = Environment.GetEnvironmentVariable("GRIMOIRE_PACK") is not null;
        Assert.SkipUnless(asked, "set GRIMOIRE_PACK to build a program, which takes the SDK, its packages and half a minute");
        string data = scratch.Write("tale.txt", Tale.Of(6000)), run = scratch["run"];
        Outcome.Of([.. RaisedModel.Pretrain(data, run, steps: 30).Select(word => word == "char" ? "bpe" : word), "--vocabulary", "300"]).AssertSucceeded();
        Outcome packed = Outcome.Of("pack", run, scratch["out"], "--name", "tale-1.0");
        Assert.SkipWhen(packed.Error.Contains("cannot be had", StringComparison.Ordinal), packed.Error);
        packed.AssertSucceeded();
        string program = Path.Combine(scratch["out"], OperatingSystem.IsWindows() ? "tale-1.0.exe" : "tale-1.0");
        Assert.Equal(new HashSet<string> { program, Path.Combine(scratch["out"], "tale-1.0.gguf") }, [.. Directory.GetFiles(scratch["out"])]);
        string[] words = ["--prompt", "the ", "--temperature", "0", "--max-tokens", "20"];
        Outcome library = Outcome.Of(["generate", run, .. words]).AssertSucceeded();
        using Process alone = Child.Start([program, .. words]);
        Assert.Equal(library.Output, alone.Result().AssertSucceeded().Output);
    }

    public void Dispose() => scratch.Dispose();
}
