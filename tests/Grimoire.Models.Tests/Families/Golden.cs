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
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        Prompts = [.. manifest.RootElement.GetProperty("prompts").EnumerateArray().Select(ReadPrompt)];
    }

    public string Model => Path.Combine(folder, "hf");

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

    public static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    private Prompt ReadPrompt(JsonElement prompt) => new(
        Ids(prompt.GetProperty("token_ids")),
        Floats(Path.Combine(folder, prompt.GetProperty("logits_f64ref_file").GetString()!)),
        Ids(prompt.GetProperty("greedy_ids")));
}
