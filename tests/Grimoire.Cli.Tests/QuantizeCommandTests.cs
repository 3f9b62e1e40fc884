using System.Globalization;
using System.Text.RegularExpressions;
using Grimoire.Models.Formats;

namespace Grimoire.Cli.Tests;

public sealed partial class QuantizeCommandTests
{
    [Fact]
    public void A_folder_becomes_a_smaller_file_that_writes_on_and_its_cost_is_told()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        string text = scratch.Write("text.txt", Tale.Of(3000)), small = scratch["small.gguf"];
        string told = Outcome.Of("quantize", model, small, "--type", "Q8_0", "--text", text, "--threads", "1").AssertSucceeded().Output;
        Assert.Contains("Q8_0", told, StringComparison.Ordinal);
        Assert.Matches("size +[^→]+ → [^,]+, 8[.][0-9]+ bits a weight", told);
        Match perplexity = Perplexity().Match(told);
        Assert.True(perplexity.Success, told);
        double before = double.Parse(perplexity.Groups[1].Value, CultureInfo.InvariantCulture), after = double.Parse(perplexity.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.InRange(after, 0.98 * before, 1.02 * before);
        Assert.Contains("text.txt", told, StringComparison.Ordinal);
        Assert.All(GgufFile.Open(small).Entries, entry => Assert.Equal(entry.Shape.Count == 1 ? "F32" : "Q8_0", entry.Type));
        Assert.NotEqual("", Outcome.Of("generate", small, "--prompt", "the ", "--max-tokens", "5").AssertSucceeded().Output);
    }

    [Fact]
    public void Calibration_holds_out_the_end_of_its_text()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        string text = scratch.Write("text.txt", Tale.Of(3000));
        string told = Outcome.Of("quantize", model, scratch["small.gguf"], "--type", "Q4_0", "--calibrate", text, "--threads", "1").AssertSucceeded().Output;
        Assert.Matches("calibrated on +[0-9,]+ tokens of .*text.txt", told);
        Assert.Matches("on [0-9]+ tokens of the end of .*text.txt, held out", told);
    }

    [Fact]
    public void Without_a_text_a_made_up_world_is_read_or_nothing_is_measured()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        Assert.Matches("on 200 tokens of stories of a made-up world", Outcome.Of("quantize", model, scratch["a.gguf"], "--tokens", "200").AssertSucceeded().Output);
        Assert.Contains("not measured, as --tokens is 0", Outcome.Of("quantize", model, scratch["b.gguf"], "--tokens", "0").AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_keeps_what_it_says_of_itself()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        Outcome.Of("convert", model, scratch["whole.gguf"]).AssertSucceeded();
        Outcome.Of("quantize", scratch["whole.gguf"], scratch["small.gguf"], "--type", "F16", "--tokens", "0").AssertSucceeded();
        GgufMetadata whole = GgufFile.Open(scratch["whole.gguf"]).Metadata, small = GgufFile.Open(scratch["small.gguf"]).Metadata;
        Assert.Equal(whole.Keys.Where(key => key != "general.file_type").Order(StringComparer.Ordinal), small.Keys.Where(key => key != "general.file_type").Order(StringComparer.Ordinal));
        Assert.Equal(1, small.Int("general.file_type"));
        Assert.Equal(whole.Text("general.name"), small.Text("general.name"));
    }

    [Fact]
    public void What_cannot_be_done_is_said_in_a_sentence_and_nothing_is_written()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        string small = scratch["small.gguf"];
        Outcome.Of("quantize", model, small, "--type", "Q9").AssertRefused(Tool.Failed, "Q9", "Q4_K_M", "BF16");
        Outcome.Of("quantize", model, scratch["folder"]).AssertRefused(Tool.Failed, "folder", ".gguf");
        Outcome.Of("quantize", scratch["nothing"], small).AssertRefused(Tool.Failed, "nothing");
        Outcome.Of("quantize", model, small, "--text", scratch["nothing.txt"]).AssertRefused(Tool.Failed, "nothing.txt");
        Outcome.Of("quantize", model, small, "--calibrate", scratch.Write("empty.txt", "")).AssertRefused(Tool.Failed, "empty.txt", "empty");
        string noText = scratch["no-text"];
        File.WriteAllBytes(noText, [65, 0xFF, 66]);
        Outcome.Of("quantize", model, small, "--text", noText).AssertRefused(Tool.Failed, "no-text", "UTF-8");
        Outcome.Of("quantize", model).AssertRefused(Tool.WrongUsage, "OUT");
        Assert.False(File.Exists(small));
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_only_by_force_and_what_is_quantised_only_on_demand()
    {
        using var scratch = new Scratch();
        string model = ConvertCommandTests.Raised(scratch);
        string small = scratch["small.gguf"], smaller = scratch["smaller.gguf"];
        Outcome.Of("quantize", model, small, "--type", "Q8_0", "--tokens", "0").AssertSucceeded();
        Outcome.Of("quantize", model, small, "--tokens", "0").AssertRefused(Tool.Failed, "small.gguf", "--force");
        Outcome.Of("quantize", model, small, "--type", "Q8_0", "--tokens", "0", "--force").AssertSucceeded();
        Outcome.Of("quantize", small, small, "--force").AssertRefused(Tool.Failed, "small.gguf", "another place");
        Outcome.Of("quantize", small, smaller).AssertRefused(Tool.Failed, "Q8_0 already", "--allow-requantize");
        Outcome.Of("quantize", small, smaller, "--type", "Q4_0", "--allow-requantize", "--tokens", "0").AssertSucceeded();
        Assert.True(new FileInfo(smaller).Length < new FileInfo(small).Length);
    }

    [GeneratedRegex("perplexity +([0-9.]+) → ([0-9.]+) ")]
    private static partial Regex Perplexity();
}
