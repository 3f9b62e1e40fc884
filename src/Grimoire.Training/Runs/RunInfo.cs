using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>What <c>run.json</c> says: what was run, where, and how it went.</summary>
public sealed record RunInfo
{
    /// <summary>The file's name in the run folder.</summary>
    public const string FileName = "run.json";

    /// <summary>The verb that made the run: <c>pretrain</c>, <c>quickstart</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>The arguments after <c>grimoire</c>, with which the run can be repeated or continued.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The resolved recipe: every value, given or default.</summary>
    public required JsonObject Recipe { get; init; }

    /// <summary>The seed all randomness comes from.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Version of Grimoire.</summary>
    public string Version { get; init; } = typeof(RunInfo).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The machine.</summary>
    public Machine Machine { get; init; } = Machine.This();

    /// <summary>When the run began, UTC.</summary>
    public DateTime Started { get; init; }

    /// <summary>When it was last continued, UTC, oldest first.</summary>
    public IReadOnlyList<DateTime> Resumed { get; init; } = [];

    /// <summary>When it ended, UTC; null while it runs.</summary>
    public DateTime? Ended { get; init; }

    /// <summary>How it stands.</summary>
    public RunStatus Status { get; init; } = RunStatus.Running;

    /// <summary>Why it stopped or failed, in a sentence.</summary>
    public string? Message { get; init; }

    /// <summary>What came out, by name: parameters, tokens, val_loss, …</summary>
    public IReadOnlyDictionary<string, double> Results { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    internal static RunInfo Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            JsonObject json = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new FormatException("not an object");
            return Parse(json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{folder}: not a run folder ({FileName} cannot be read: {e.Message.TrimEnd('.')}).", e);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException or NullReferenceException)
        {
            throw new GrimoireException($"{path}: damaged ({e.Message.Split(". ")[0].TrimEnd('.')}); start a new run in another folder.", e);
        }
    }

    /// <summary>Writes <c>run.json</c> into a folder, whole or not at all.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JsonLines.Encoder });
        ToJson().WriteTo(writer);
    });

    private JsonObject ToJson() => new()
    {
        ["kind"] = Kind,
        ["status"] = StatusName(Status),
        ["message"] = Message,
        ["command"] = new JsonArray([.. Command.Select(word => JsonValue.Create(word))]),
        ["seed"] = Seed,
        ["version"] = Version,
        ["started"] = Started,
        ["resumed"] = new JsonArray([.. Resumed.Select(time => JsonValue.Create(time))]),
        ["ended"] = Ended,
        ["machine"] = new JsonObject
        {
            ["processor"] = Machine.Processor,
            ["cores"] = Machine.Cores,
            ["memory_bytes"] = Machine.MemoryBytes,
            ["vector_bits"] = Machine.VectorBits,
            ["system"] = Machine.System,
        },
        ["results"] = new JsonObject(Results.Select(r => KeyValuePair.Create<string, JsonNode?>(r.Key, JsonLines.Number(r.Value)))),
        ["recipe"] = Recipe.DeepClone(),
    };

    private static RunInfo Parse(JsonObject json)
    {
        JsonNode machine = json["machine"]!;
        return new RunInfo
        {
            Kind = json["kind"]!.GetValue<string>(),
            Status = Enum.Parse<RunStatus>(json["status"]!.GetValue<string>(), ignoreCase: true),
            Message = json["message"]?.GetValue<string>(),
            Command = [.. json["command"]!.AsArray().Select(word => word!.GetValue<string>())],
            Seed = json["seed"]!.GetValue<ulong>(),
            Version = json["version"]!.GetValue<string>(),
            Started = json["started"]!.GetValue<DateTime>(),
            Resumed = [.. json["resumed"]!.AsArray().Select(time => time!.GetValue<DateTime>())],
            Ended = json["ended"]?.GetValue<DateTime>(),
            Machine = new Machine(
                machine["processor"]!.GetValue<string>(), machine["cores"]!.GetValue<int>(), machine["memory_bytes"]!.GetValue<long>(),
                machine["vector_bits"]!.GetValue<int>(), machine["system"]!.GetValue<string>()),
            Results = json["results"]!.AsObject().ToDictionary(r => r.Key, r => JsonLines.ToDouble(r.Value), StringComparer.Ordinal),
            Recipe = (JsonObject)json["recipe"]!.DeepClone(),
        };
    }

    private static string StatusName(RunStatus status) => status.ToString().ToLower(CultureInfo.InvariantCulture);
}
