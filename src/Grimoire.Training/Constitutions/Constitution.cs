using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training;

/// <summary>One thing that answers should be, and how a model is asked about it.</summary>
/// <param name="Name">A word or two for it.</param>
/// <param name="Critique">Asks what in the last answer is against it.</param>
/// <param name="Revision">Asks for the answer to be written anew in its light.</param>
public sealed record Principle(string Name, string Critique, string Revision);

/// <summary>
/// A list of principles by which a model criticises and revises its own answers (Bai et al. 2022, arXiv:2212.08073). A file of JSON:
/// <c>{"principles": [{"name": …, "critique": …, "revision": …}, …]}</c>; a principle may also be one text that ends "an answer should …".
/// </summary>
public sealed class Constitution
{
    private const string Principles = "principles";
    private const long LargestFile = 1 << 20;
    private static readonly JsonDocumentOptions Readable = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>A constitution of some principles.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public Constitution(IReadOnlyList<Principle> principles) =>
        All = principles.Count > 0 ? principles : throw new ArgumentException("a constitution has at least one principle", nameof(principles));

    /// <summary>The principles, in the file's order.</summary>
    public IReadOnlyList<Principle> All { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="GrimoireException">It cannot be read, or a principle in it is none.</exception>
    public static Constitution Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                throw new GrimoireException($"{path}: no such file; check the path, or see docs/constitution.json for an example.");
            if (file.Length > LargestFile)
                throw new GrimoireException($"{path}: too large for a constitution; is it something else?");
            return Parse(JsonNode.Parse(File.ReadAllText(path), documentOptions: Readable), path);
        }
        catch (JsonException e)
        {
            throw new GrimoireException($"{path}, line {e.LineNumber + 1}: broken JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static Constitution Parse(JsonNode? json, string path)
    {
        if ((json as JsonObject)?[Principles] is not JsonArray { Count: > 0 } list)
            throw new GrimoireException($"{path}: there is no list \"{Principles}\" with something in it; see docs/constitution.json.");
        return new Constitution([.. list.Select((node, index) => Of(node, $"{path}: principle {index + 1}"))]);
    }

    private static Principle Of(JsonNode? node, string place)
    {
        if (node is JsonValue value && value.TryGetValue(out string? should) && !string.IsNullOrWhiteSpace(should))
        {
            return new Principle(
                should, $"Say in what way your last answer is not what it should be, where an answer should {should}.",
                $"Write your last answer anew, so that it does what an answer should: {should}. Write the answer only.");
        }

        if (node is not JsonObject principle)
            throw new GrimoireException($"{place} is neither a text nor an object with \"critique\" and \"revision\".");
        if (principle.FirstOrDefault(member => member.Key is not ("name" or "critique" or "revision")).Key is { } unknown)
            throw new GrimoireException($"{place} has \"{unknown}\"; known are name, critique and revision.");
        string critique = Text("critique");
        return new Principle(principle["name"] is null ? critique : Text("name"), critique, Text("revision"));

        string Text(string key) => principle[key] is JsonValue value && value.TryGetValue(out string? text) && !string.IsNullOrWhiteSpace(text) ? text
            : throw new GrimoireException($"{place}: \"{key}\" is missing or no text.");
    }
}
