using System.Text.Json;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Generation;

/// <summary>A real model, and what another program makes it say.</summary>
public sealed class GoldenTextTests
{
    private static readonly string? Folder = Shared.Path("golden/stories260K");

    [Fact]
    public void The_greedy_text_of_stories260K_token_for_token()
    {
        Assert.SkipWhen(Folder is null, "needs ../shared/golden/stories260K");
        LanguageModel model = LanguageModel.Load(Path.Combine(Folder, "hf"));
        Generator generator = model.Generator();
        var options = new GenerationOptions { MaxTokens = 200, Sampling = SamplingOptions.Greedy, IgnoreEndOfText = true };
        using JsonDocument manifest = Manifest();
        foreach (JsonElement golden in manifest.RootElement.GetProperty("greedy").EnumerateArray())
        {
            string prompt = golden.GetProperty("prompt_text").GetString()!;
            GeneratedText text = generator.Generate(Ids(golden, "prompt_ids"), options);
            Assert.Equal(Ids(golden, "continuation_ids"), text.Tokens.Select(token => token.Id));
            Assert.Equal(golden.GetProperty("text_including_prompt").GetString(), prompt + text.Text);
            Assert.Equal(text.Text, model.Generate(prompt, options).Text);
        }
    }

    [Fact]
    public void The_log_probabilities_of_a_passage()
    {
        Assert.SkipWhen(Folder is null, "needs ../shared/golden/stories260K");
        using JsonDocument manifest = Manifest();
        JsonElement passage = manifest.RootElement.GetProperty("passage");
        var scorer = new Scorer(ModelFolder.Load(Path.Combine(Folder, "hf")), Kernels.Simd);
        TokenScore[] scores = scorer.Score(Ids(passage, "token_ids"));
        double[] golden = [.. passage.GetProperty("logprobs_f64ref").EnumerateArray().Select(e => e.GetDouble())];
        Assert.Equal(golden.Length, scores.Length);
        for (int i = 0; i < golden.Length; i++)
            Assert.Equal(golden[i], scores[i].LogProbability, 1e-4);
        Assert.Equal(passage.GetProperty("perplexity").GetDouble(), Math.Exp(-scores.Average(score => score.LogProbability)), 1e-4);
    }

    private static JsonDocument Manifest() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, "manifest.json")));

    private static int[] Ids(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
