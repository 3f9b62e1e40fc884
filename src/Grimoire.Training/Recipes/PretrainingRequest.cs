using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// What was asked of a run when it began, kept beside it: the same command must mean the same run, so a run is only continued by the
/// request that began it.
/// </summary>
internal static class PretrainingRequest
{
    private const string FileName = "request.json";

    /// <summary>Writes the request of a new run; refuses one that differs from that of a run already begun.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="recipe">What is asked now.</param>
    /// <param name="dataKey">The hash of text, tokenizer and division.</param>
    /// <param name="begun">Whether the run has begun.</param>
    /// <exception cref="GrimoireException">The folder holds a run that was asked for something else.</exception>
    public static void Check(string folder, PretrainRecipe recipe, string dataKey, bool begun)
    {
        JsonObject now = recipe.ToJson();
        now["data_key"] = dataKey;
        string path = Path.Combine(folder, FileName);
        if (!begun)
        {
            AtomicFile.WriteText(path, now.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            return;
        }

        JsonObject then = Read(path);
        foreach ((string key, JsonNode? value) in now)
        {
            // How often things are written down and how many threads compute changes no result.
            if (key is "description" or "threads" || JsonNode.DeepEquals(value, then[key]))
                continue;
            string what = key == "data_key" ? "its text or tokenizer has changed since" : $"it was begun with {key} {Shown(then[key])}, not {Shown(value)}";
            throw new GrimoireException($"{folder}: holds another run: {what}; choose another --run folder, or repeat the first command to continue that run.");
        }
    }

    private static string Shown(JsonNode? value) => value?.ToJsonString() ?? "none";

    private static JsonObject Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.Split(". ")[0].TrimEnd('.')}), so the run cannot be continued; begin it anew in another folder.", e);
        }
    }
}
