using System.Text.Json;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

/// <summary>A real trained model: what llama.cpp and a float64 forward pass make of it.</summary>
public sealed class Stories260KTests
{
    [Theory]
    [InlineData("reference")]
    [InlineData("simd")]
    public void The_passage_has_the_golden_log_probabilities(string device)
    {
        (Transformer model, JsonElement manifest) = Open();
        JsonElement passage = manifest.GetProperty("passage");
        int[] ids = Golden.Ids(passage.GetProperty("token_ids"));
        double[] expected = [.. passage.GetProperty("logprobs_f64ref").EnumerateArray().Select(value => value.GetDouble())];

        var workspace = new Workspace(Runs.Device(device));
        Pass pass = model.Begin(workspace, Batch.Of(ids));
        ReadOnlySpan<float> logProbabilities = Ops.LogSoftmax(model.Forward(pass)).Span<float>();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logProbabilities[(i * model.Config.Vocabulary) + ids[i + 1]], 2e-5);
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("simd")]
    public void The_greedy_story_is_llama_cpps_token_for_token(string device)
    {
        (Transformer model, JsonElement manifest) = Open();
        foreach (JsonElement greedy in manifest.GetProperty("greedy").EnumerateArray())
        {
            int[] expected = Golden.Ids(greedy.GetProperty("continuation_ids"));
            Assert.Equal(expected, model.Greedy(Runs.Device(device), Golden.Ids(greedy.GetProperty("prompt_ids")), expected.Length, cached: true));
        }
    }

    private static (Transformer Model, JsonElement Manifest) Open()
    {
        string? folder = Shared.Path("golden/stories260K");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        return (ModelFolder.Load(Path.Combine(folder!, "hf")), JsonElement.Parse(File.ReadAllBytes(Path.Combine(folder!, "manifest.json"))));
    }
}
