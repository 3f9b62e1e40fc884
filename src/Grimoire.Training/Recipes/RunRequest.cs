using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Recipes;

/// <summary>
/// What was asked of a run when it began, kept beside it: the same command must mean the same run, so a run is only continued by the
/// request that began it.
/// </summary>
internal static class RunRequest
{
    private const string FileName = "request.json", DataKey = "data_key";

    /// <summary>Writes down what is asked of a new run.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="recipe">What is asked.</param>
    /// <param name="dataKey">A hash of all it is made from: data, tokenizer, the model it begins with.</param>
    public static void Write(string folder, JsonObject recipe, string dataKey)
    {
        var request = (JsonObject)recipe.DeepClone();
        request[DataKey] = dataKey;
        AtomicFile.WriteText(Path.Combine(folder, FileName), request.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    /// <summary>Refuses to continue a run with another recipe than it was begun with.</summary>
    /// <exception cref="GrimoireException">They differ; the message names the key.</exception>
    public static void CheckRecipe(string folder, JsonObject recipe)
    {
        JsonObject then = Read(folder);
        foreach ((string key, JsonNode? value) in recipe)
        {
            // A remark and the number of threads change no result; all else does, or would be passed over in silence.
            if (key is not ("description" or "threads") && !JsonNode.DeepEquals(value, then[key]))
                throw Another(folder, $"it was begun with {key} {Shown(then[key])}, not {Shown(value)}");
        }
    }

    /// <summary>Refuses to continue a run on other data than it was begun with.</summary>
    /// <exception cref="GrimoireException">The text has changed.</exception>
    public static void CheckData(string folder, string dataKey)
    {
        if (!JsonNode.DeepEquals(Read(folder)[DataKey], JsonValue.Create(dataKey)))
            throw Another(folder, "its data, or the tokenizer or model it begins with, have changed since");
    }

    private static GrimoireException Another(string folder, string how) =>
        new($"{folder}: holds another run: {how}; choose another --run folder, or repeat the first command to continue that run.");

    private static string Shown(JsonNode? value) => value?.ToJsonString() ?? "none";

    private static JsonObject Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new GrimoireException(
                $"{path}: cannot be read ({e.Message.Split(". ")[0].TrimEnd('.')}), so the run cannot be continued; begin it anew in another folder.", e);
        }
    }
}
