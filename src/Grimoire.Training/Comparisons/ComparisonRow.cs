using System.Text.Json.Nodes;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// A comparison as a row of JSONL. One that was decided has TRL's columns <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, so that the file is training data; one
/// that was not has <c>first</c> and <c>second</c> in their place. The rest says how it came about.
/// </summary>
internal static class ComparisonRow
{
    private const string Prompt = "prompt", Chosen = "chosen", Rejected = "rejected", First = "first", Second = "second",
        ChoiceKey = "choice", Chooser = "chooser", Models = "models", Seeds = "seeds";

    /// <summary>The row of a comparison.</summary>
    public static JsonObject Write(Comparison comparison)
    {
        bool second = comparison.Choice == Choice.Second;
        (ComparedAnswer one, ComparedAnswer other) = second ? (comparison.Second, comparison.First) : (comparison.First, comparison.Second);
        (string oneKey, string otherKey) = comparison.IsDecided ? (Chosen, Rejected) : (First, Second);
        return new JsonObject
        {
            [Prompt] = comparison.Prompt.ToJson(),
            [oneKey] = Answer(comparison.Prompt, one.Text),
            [otherKey] = Answer(comparison.Prompt, other.Text),
            [ChoiceKey] = comparison.Choice.ToString().ToLowerInvariant(),
            [Chooser] = comparison.Chooser,
            [Models] = new JsonArray(comparison.First.Model, comparison.Second.Model),
            [Seeds] = new JsonArray(comparison.First.Seed, comparison.Second.Seed),
        };
    }

    /// <summary>The comparison of a row.</summary>
    /// <exception cref="GrimoireException">A column is missing or holds something else; the place is to be added.</exception>
    public static Comparison Read(JsonObject row)
    {
        if (!Enum.TryParse(Text(row, ChoiceKey), ignoreCase: true, out Choice choice) || !Enum.IsDefined(choice))
            throw new GrimoireException($"\"{ChoiceKey}\" is \"{Text(row, ChoiceKey)}\"; it is first, second, tie, skip or same");
        (string one, string other) = choice is Choice.First or Choice.Second ? (Chosen, Rejected) : (First, Second);
        (string first, string second) = choice == Choice.Second ? (Said(row, other), Said(row, one)) : (Said(row, one), Said(row, other));
        string[] models = [.. Pair(row, Models).Select(node => node?.ToString() ?? "")];
        ulong[] seeds = [.. Pair(row, Seeds).Select(node =>
            ulong.TryParse(node?.ToString(), System.Globalization.CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw new GrimoireException($"\"{Seeds}\" holds something that is no seed"))];
        var prompt = row[Prompt] switch
        {
            JsonArray messages => new Passage(messages.DeepClone().AsArray()),
            _ => new Passage(Text(row, Prompt)),
        };
        return new Comparison(
            prompt, new ComparedAnswer(first, models[0], seeds[0]), new ComparedAnswer(second, models[1], seeds[1]), choice, Text(row, Chooser));
    }

    /// <summary>Where the prompt is a conversation, so is the answer.</summary>
    private static JsonNode Answer(Passage prompt, string text) => prompt.Messages is null
        ? JsonValue.Create(text)
        : new JsonArray(new JsonObject { ["role"] = "assistant", ["content"] = text });

    private static string Said(JsonObject row, string column) =>
        row[column] is JsonArray { Count: > 0 } messages ? messages[^1]?["content"]?.ToString() ?? "" : Text(row, column);

    private static string Text(JsonObject row, string column) => row[column] is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw new GrimoireException($"column \"{column}\" is missing or no text; give a file that grimoire compare wrote");

    private static JsonArray Pair(JsonObject row, string column) => row[column] is JsonArray { Count: 2 } pair ? pair
        : throw new GrimoireException($"column \"{column}\" is not a list of two; give a file that grimoire compare wrote");
}
