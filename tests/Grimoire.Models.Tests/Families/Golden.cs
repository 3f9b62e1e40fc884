using System.Runtime.InteropServices;
using System.Text.Json;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

/// <summary>A folder of ../shared/golden/tiny: a model, prompts, and what other programs computed from them.</summary>
internal sealed class Golden
{
    private readonly string folder;

    private Golden(string folder)
    {
        this.folder = folder;
        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(folder, "manifest.json")));
        Prompts = [.. manifest.RootElement.GetProperty("prompts").EnumerateArray().Select(ReadPrompt)];
    }

    public string Model => Path.Combine(folder, "hf");

    public string File => Path.Combine(folder, "model.gguf");

    public IReadOnlyList<Prompt> Prompts { get; }

    /// <param name="Tokens">Token ids.</param>
    /// <param name="Logits">Float64 logits rounded to float32, <c>[token, vocabulary]</c>.</param>
    /// <param name="Greedy">The most likely continuation.</param>
    public sealed record Prompt(int[] Tokens, float[] Logits, int[] Greedy);

    public static Golden Open(string name)
    {
        string? path = Shared.Path($"golden/tiny/{name}");
        Assert.SkipWhen(path is null, "needs ../shared/golden");
        return new Golden(path!);
    }

    public static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    public static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(System.IO.File.ReadAllBytes(path)).ToArray();

    /// <summary>Prompts of a quantised model and llama.cpp's logits from its weights decoded to F32.</summary>
    public static IEnumerable<(int[] Tokens, float[] Logits)> Decoded(string folder)
    {
        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(folder, "manifest.json")));
        foreach ((int index, JsonElement prompt) in manifest.RootElement.GetProperty("prompts").EnumerateArray().Index())
            yield return (Ids(prompt.GetProperty("token_ids")), Floats(Path.Combine(folder, $"logits_dequantised.{index}.f32.bin")));
    }

    private Prompt ReadPrompt(JsonElement prompt) => new(
        Ids(prompt.GetProperty("token_ids")),
        Floats(Path.Combine(folder, prompt.GetProperty("logits_f64ref_file").GetString()!)),
        Ids(prompt.GetProperty("greedy_ids")));
}
