using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Cli.Tests;

public sealed class MergeCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>
{
    [Fact]
    public void An_adapters_folder_is_a_model_and_merged_it_says_the_same()
    {
        using var scratch = new Scratch();
        string tuned = Tuned(scratch["tuned"], new AdapterConfig { Rank = 2, Targets = ["q", "o", "down"] });
        string changed = Said(tuned);
        Assert.NotEqual(Said(talking.Model), changed);
        Assert.Equal(changed, Said(talking.Model, "--adapter", tuned));
        Assert.Equal(Said(talking.Model), Said(talking.Model, "--adapter", $"{tuned}=0"));
        Assert.Contains("lora of rank 2 (alpha 16) on q, o, down", Outcome.Of("info", tuned).AssertSucceeded().Output, StringComparison.Ordinal);

        string told = Outcome.Of("merge", tuned, scratch["merged"]).AssertSucceeded().Output;
        Assert.Contains("3 layers", told, StringComparison.Ordinal);
        Assert.Equal(changed, Said(scratch["merged"]));
        Outcome.Of("merge", talking.Model, scratch["merged.gguf"], "--adapter", tuned, "--type", "F32").AssertSucceeded();
        Assert.Equal(changed, Said(scratch["merged.gguf"]));
        Outcome.Of("merge", scratch["merged.gguf"], scratch["less.gguf"], "--adapter", $"{tuned}=-1").AssertSucceeded();
        Assert.Equal(Said(talking.Model), Said(scratch["less.gguf"]));
        Outcome.Of("convert", tuned, scratch["converted.gguf"]).AssertSucceeded();
        Assert.Equal(changed, Said(scratch["converted.gguf"]));
    }

    [Fact]
    public void What_cannot_be_merged_is_refused()
    {
        using var scratch = new Scratch();
        string tuned = Tuned(scratch["tuned"], new AdapterConfig()), prefix = Tuned(scratch["prefix"], new AdapterConfig { Kind = AdapterKind.Prefix });
        Outcome.Of("merge", talking.Model, scratch["x"]).AssertRefused(Tool.Failed, "no adapter to merge", "--adapter");
        Outcome.Of("merge", tuned, tuned).AssertRefused(Tool.Failed, "this is the model to be merged");
        Outcome.Of("merge", prefix, scratch["x"]).AssertRefused(Tool.Failed, "cannot be merged");
        Outcome.Of("merge", tuned, scratch["x"], "--type", "Q4_0").AssertRefused(Tool.Failed, ".gguf");
        Outcome.Of("generate", talking.Model, "--adapter", talking.Model).AssertRefused(Tool.Failed, "not an adapter");
        Outcome.Of("generate", talking.Model, "--adapter", $"{tuned}=much").AssertRefused(Tool.Failed, "no strength");
        Assert.False(Directory.Exists(scratch["x"]));

        string config = Path.Combine(tuned, "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace(talking.Model, "/nowhere/base", StringComparison.Ordinal));
        Outcome.Of("generate", tuned).AssertRefused(Tool.Failed, "/nowhere/base is not here", "--adapter");
        Assert.Equal(Said(talking.Model, "--adapter", prefix), Said(prefix));
    }

    private static string Said(string model, params string[] more) =>
        Outcome.Of(["generate", model, "--prompt", "abc", "--temperature", "0", "--max-tokens", "40", "--threads", "1", .. more]).AssertSucceeded().Output;

    /// <summary>A folder with an adapter of random numbers on the talking model.</summary>
    private string Tuned(string folder, AdapterConfig config)
    {
        LanguageModel model = LanguageModel.Load(talking.Model);
        var adapter = Adapter.Create(model.Transformer, config, seed: 1);
        foreach ((int index, Parameter parameter) in adapter.Parameters.Index())
        {
            Span<float> values = parameter.Tensor.Span<float>();
            for (int i = 0; i < values.Length; i++)
                values[i] += (float)(0.2 * CountedRandom.Normal((ulong)index, (ulong)i));
        }

        model.SaveAdapter(folder, adapter);
        return folder;
    }
}
