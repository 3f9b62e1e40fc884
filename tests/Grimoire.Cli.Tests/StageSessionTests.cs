using System.Text.RegularExpressions;

namespace Grimoire.Cli.Tests;

/// <summary>What every verb of a stage tells, on one of them.</summary>
public sealed class StageSessionTests(RaisedForStages raised) : IClassFixture<RaisedForStages>
{
    private const string Stage = "finetune MODEL --data ANSWERS --adapter lora --rank 2";

    [Fact]
    public void The_plan_is_told_before_what_has_moved_after_and_all_of_it_is_kept()
    {
        using var scratch = new Scratch();
        string run = scratch["tuned"];
        string output = Outcome.Of(raised.Command(Stage, run)).AssertSucceeded().Output;
        // Lines are wrapped where the terminal ends.
        output = Regex.Replace(output, @"\s+", " ");
        int plan = output.IndexOf("The plan finetune", StringComparison.Ordinal), step = output.IndexOf("step 1/16", StringComparison.Ordinal);
        Assert.True(plan >= 0 && plan < step, output);
        foreach (string word in (string[])["examples", "trained", "of", "parameters", "training all parameters", "activations", "learning rate", "first loss", "in brackets"])
            Assert.Contains(word, output[plan..step], StringComparison.Ordinal);
        Assert.Matches(@"\[[^\]]*sees", output[plan..step]);
        foreach (string word in (string[])["validation loss", "→", "Finished.", "report.html", $"grimoire chat {run}"])
            Assert.Contains(word, output[step..], StringComparison.Ordinal);

        foreach (string file in (string[])["run.json", "metrics.jsonl", "report.html", "model/adapter_config.json", "model/adapter_model.safetensors", "model/tokenizer.json"])
            Assert.True(File.Exists(Path.Combine(run, file)), file);
        Assert.Contains("<section id=\"learning\">", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        string runs = Outcome.Of("runs", "--in", scratch.Folder).AssertSucceeded().Output;
        Assert.Contains("finetune", runs, StringComparison.Ordinal);
        Assert.Contains("validation loss", Outcome.Of("runs", "show", run).AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of("generate", run, "--prompt", "the cat", "--max-tokens", "3").AssertSucceeded();

        byte[] before = File.ReadAllBytes(Path.Combine(run, "model", "adapter_model.safetensors"));
        Assert.Contains("is finished", Outcome.Of(raised.Command(Stage, run)).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(run, "model", "adapter_model.safetensors")));
        Outcome.Of([.. raised.Command(Stage, run), "--lr", "0.5"]).AssertRefused(Tool.Failed, run, "lr", "--run");
    }

    [Fact]
    public void A_damaged_checkpoint_is_told_of_and_passed_over()
    {
        using var scratch = new Scratch();
        string whole = scratch["whole"], run = scratch["damaged"];
        Outcome.Of(raised.Command(Stage, whole)).AssertSucceeded();
        Outcome.Of(raised.Command(Stage, run)).AssertSucceeded();
        string last = Training.Runs.Run.Checkpoints(run)[^1].Folder;
        File.WriteAllBytes(Path.Combine(last, "optimizer.safetensors"), [1, 2, 3]);
        string info = Path.Combine(run, "run.json");
        File.WriteAllText(info, File.ReadAllText(info).Replace("\"finished\"", "\"interrupted\"", StringComparison.Ordinal));
        Outcome again = Outcome.Of(raised.Command(Stage, run)).AssertSucceeded();
        Assert.Contains(Path.GetFileName(last), again.Error, StringComparison.Ordinal);
        Assert.Contains("The plan, continued", again.Output, StringComparison.Ordinal);
        Killing.AssertSameBits(whole, run, "after damage");
    }

    [Fact]
    public void What_is_missing_or_unknown_is_said_in_a_sentence()
    {
        using var scratch = new Scratch();
        Outcome.Of("finetune").AssertRefused(Tool.WrongUsage, "MODEL");
        Outcome.Of("finetune", scratch["nothing"], "--data", "x").AssertRefused(Tool.Failed, "nothing");
        Outcome.Of("finetune", "x", "--steps", "many").AssertRefused(Tool.WrongUsage, "--steps", "an integer");
        Outcome.Of("finetune", "x", "--recipe", "no-such-recipe").AssertRefused(Tool.Failed, "no-such-recipe");
        Outcome.Of([.. raised.Command("finetune MODEL", scratch["r"])]).AssertRefused(Tool.Failed, "--data");
    }
}
