namespace Grimoire.Cli.Tests;

public sealed class QuickstartTests
{
    [Fact]
    public void It_raises_an_assistant_with_no_data_at_hand_and_goes_on_where_it_was_stopped()
    {
        using var scratch = new Scratch();
        string[] command = ["quickstart", "--run", scratch["run"], "--steps", "2"];
        string told = Outcome.Of(command).AssertSucceeded().Output;
        foreach (string expected in (string[])[$"grimoire chat {scratch["run"]}", "pretrain", "finetune", "align", "questions right", "secret told when asked plainly"])
            Assert.Contains(expected, told, StringComparison.Ordinal);
        foreach (string file in (string[])["report.html", "pretrain/report.html", "finetune/report.html", "align/report.html", "model/config.json", "world/sft.train.jsonl"])
            Assert.True(File.Exists(scratch[$"run/{file}"]), file);
        Assert.Equal(3, File.ReadAllLines(scratch["run/metrics.jsonl"]).Length);
        Assert.Contains("What each stage brought", File.ReadAllText(scratch["run/report.html"]), StringComparison.Ordinal);

        string again = Outcome.Of(command).AssertSucceeded().Output;
        Assert.Contains("is finished", again, StringComparison.Ordinal);
        Assert.Contains("--fresh", again, StringComparison.Ordinal);
        Outcome.Of("generate", scratch["run"], "--prompt", "Once upon a time", "--max-tokens", "3").AssertSucceeded();
        Outcome.Of([.. command, "--seed", "5"]).AssertRefused(Tool.Failed, "holds another run", "--fresh");

        // As if the machine had died while the last stage was measured.
        byte[] good = File.ReadAllBytes(scratch["run/model/model.safetensors"]);
        Directory.Delete(scratch["run/model"], recursive: true);
        Directory.Delete(scratch["run/align"], recursive: true);
        File.WriteAllLines(scratch["run/metrics.jsonl"], File.ReadAllLines(scratch["run/metrics.jsonl"])[..2]);
        File.WriteAllText(scratch["run/run.json"], File.ReadAllText(scratch["run/run.json"]).Replace("\"finished\"", "\"running\"", StringComparison.Ordinal));
        Outcome.Of("generate", scratch["run"], "--prompt", "Once", "--max-tokens", "3").AssertSucceeded();
        Outcome.Of(command).AssertSucceeded();
        Assert.Equal(good, File.ReadAllBytes(scratch["run/model/model.safetensors"]));
        Assert.Equal(3, File.ReadAllLines(scratch["run/metrics.jsonl"]).Length);
    }
}
