namespace Grimoire.Cli.Tests;

/// <summary>From a text file to a model that writes, by the commands a user gives.</summary>
public sealed class PretrainTests(RaisedModel raised) : IClassFixture<RaisedModel>
{
    [Fact]
    public void The_plan_is_told_before_and_the_result_after()
    {
        string output = raised.Outcome.Output;
        int plan = output.IndexOf("The plan", StringComparison.Ordinal), step = output.IndexOf("step 1/60", StringComparison.Ordinal);
        Assert.True(plan >= 0 && plan < step, output);
        foreach (string word in (string[])["tokens to train on", "parameters", "operations", "first loss", "as it should be", "example"])
            Assert.Contains(word, output[plan..step], StringComparison.Ordinal);
        foreach (string word in (string[])["validation loss", "Finished.", "report.html", $"grimoire generate {raised.Folder}"])
            Assert.Contains(word, output[step..], StringComparison.Ordinal);
        Assert.Empty(raised.Outcome.Error);
    }

    [Fact]
    public void The_run_folder_holds_model_metrics_samples_checkpoints_and_report()
    {
        foreach (string file in (string[])["run.json", "metrics.jsonl", "samples.jsonl", "report.html", "model/model.safetensors", "model/tokenizer.json",
            "checkpoints/step-00000060/checkpoint.json"])
            Assert.True(File.Exists(Path.Combine(raised.Folder, file)), file);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(raised.Folder, "*", SearchOption.AllDirectories),
            path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_command_again_says_that_it_is_finished_and_changes_nothing()
    {
        byte[] before = File.ReadAllBytes(Path.Combine(raised.Model, "model.safetensors"));
        Assert.Contains("is finished", Outcome.Of(raised.Command).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(raised.Model, "model.safetensors")));
    }

    [Fact]
    public void Another_recipe_in_the_same_folder_is_refused_and_the_difference_named() =>
        Outcome.Of([.. raised.Command, "--lr", "0.5"]).AssertRefused(Tool.Failed, raised.Folder, "lr", "--run");

    [Fact]
    public void What_a_model_writes_depends_on_the_seed_alone()
    {
        string[] command = ["generate", raised.Folder, "--prompt", "the cat", "--max-tokens", "20", "--seed"];
        string first = Outcome.Of([.. command, "7"]).AssertSucceeded().Output;
        Assert.StartsWith("the cat", first, StringComparison.Ordinal);
        Assert.Equal(first, Outcome.Of([.. command, "7"]).Output);
        Assert.Equal(first, Outcome.Of([.. command, "7", "--threads", "2"]).Output);
        Assert.NotEqual(first, Outcome.Of([.. command, "8"]).Output);
    }

    [Fact]
    public void A_prompt_comes_from_standard_input_and_text_goes_out_as_JSON_with_scores()
    {
        string json = Outcome.WithInput("the cat\n", "generate", raised.Model, "--prompt", "-", "--json", "--logprobs", "--max-tokens", "3", "--temperature",
            "0").AssertSucceeded().Output;
        var text = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        Assert.Equal("the cat", text["prompt"]!.GetValue<string>());
        Assert.Equal(3, text["tokens"]!.AsArray().Count);
        Assert.All(text["tokens"]!.AsArray(), token => Assert.True(
            token!["logprob"]!.GetValue<double>() < 0 && token["entropy"]!.GetValue<double>() > 0 && token["rank"]!.GetValue<int>() == 1));
    }

    [Fact]
    public void Beams_stop_texts_and_ids_work()
    {
        Assert.Contains("ln p", Outcome.Of("generate", raised.Folder, "--prompt", "a", "--beams", "3", "--max-tokens", "5").AssertSucceeded().Output,
            StringComparison.Ordinal);
        string whole = Outcome.Of("generate", raised.Folder, "--prompt", "the", "--temperature", "0", "--max-tokens", "12").AssertSucceeded().Output.TrimEnd(
            '\n');
        string stop = whole[^3..^1];
        string cut = Outcome.Of("generate", raised.Folder, "--prompt", "the", "--temperature", "0", "--max-tokens", "12", "--stop",
            stop).AssertSucceeded().Output.TrimEnd('\n');
        Assert.Equal(whole[..(3 + whole[3..].IndexOf(stop, StringComparison.Ordinal))], cut);
        Assert.Matches(@"^\d+ \d+ \d+\n$", Outcome.Of("generate", raised.Folder, "--ids", "1,2,3", "--max-tokens", "3").AssertSucceeded().Output);
    }

    [Fact]
    public void A_model_of_characters_begins_a_text_without_a_prompt() =>
        Assert.StartsWith("\n", Outcome.Of("generate", raised.Folder, "--max-tokens", "5").AssertSucceeded().Output, StringComparison.Ordinal);

    [Fact]
    public void An_error_shows_where_it_came_from_only_when_asked()
    {
        Outcome outcome = Outcome.Of("generate", raised.Folder, "--ids", "999999", "--verbose");
        Assert.Equal(Tool.Failed, outcome.ExitCode);
        Assert.Contains("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_and_runs_tell_of_it()
    {
        string info = Outcome.Of("info", raised.Folder, "--tensors").AssertSucceeded().Output;
        foreach (string word in (string[])["LlamaForCausalLM", "parameters", "model.layers.1.", "to train it"])
            Assert.Contains(word, info, StringComparison.Ordinal);
        string parent = Path.GetDirectoryName(raised.Folder)!;
        Assert.Contains("finished", Outcome.Of("runs", "--in", parent).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Contains("best validation loss", Outcome.Of("runs", "show", raised.Folder).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Contains("status", Outcome.Of("runs", "compare", raised.Folder, raised.Folder).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Resuming_the_own_recipe_is_proved_to_the_bit()
    {
        using var scratch = new Scratch();
        string data = scratch.Write("tale.txt", Tale.Of(4000));
        string told = Outcome.Of("check", "resume", "--check-steps", "8", "--data", data, "--layers", "2", "--heads", "2", "--channels", "16", "--context",
            "16", "--batch", "2").AssertSucceeded().Output;
        Assert.Contains("✓ resume", told, StringComparison.Ordinal);
    }
}
