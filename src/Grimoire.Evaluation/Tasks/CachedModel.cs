using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tasks;

/// <summary>
/// A model that never answers the same twice: answers are kept in a file, one JSON object a line under a hash of the model and the request, each written as
/// soon as it is there. A process that was killed goes on where it stopped.
/// </summary>
public sealed class CachedModel : TaskModel, IDisposable
{
    private readonly TaskModel model;
    private readonly Dictionary<string, JsonObject> known = new(StringComparer.Ordinal);
    private readonly JsonLines file;

    /// <summary>Opens a file of answers, or begins one.</summary>
    /// <param name="model">What answers.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="GrimoireException">The file is damaged, in use or cannot be written.</exception>
    public CachedModel(TaskModel model, string path)
    {
        this.model = model;
        foreach (JsonObject row in JsonLines.Read(path))
        {
            if (row["key"] is JsonValue key && key.TryGetValue(out string? text))
                known[text] = row;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new JsonLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be written ({e.Message.TrimEnd('.')}); another evaluation may be at work in this folder.", e);
        }
    }

    /// <summary>How many requests were answered from the file.</summary>
    public int Reused { get; private set; }

    /// <summary>How many requests the model was asked.</summary>
    public int Asked { get; private set; }

    /// <inheritdoc/>
    public override string Name => model.Name;

    /// <inheritdoc/>
    public override string Fingerprint => model.Fingerprint;

    /// <inheritdoc/>
    public override bool Chats => model.Chats;

    /// <inheritdoc/>
    public override (IReadOnlyList<string> Context, IReadOnlyList<string> Continuation)? Pieces(ContinuationRequest request) => model.Pieces(request);

    /// <inheritdoc/>
    public override void Score(IReadOnlyList<ContinuationRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        Ask(requests, request => FormattableString.Invariant($"score|{request.Chat}|{request.Context.Length}|{request.Context}{request.Continuation}"),
            (asked, told) => model.Score(asked, told, cancellation), Scores, done);

    /// <inheritdoc/>
    public override void ScoreTexts(IReadOnlyList<string> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        Ask(requests, text => $"text|{text}", (asked, told) => model.ScoreTexts(asked, told, cancellation), Scores, done);

    /// <inheritdoc/>
    public override void Generate(IReadOnlyList<GenerateRequest> requests, Action<int, GeneratedAnswer> done, CancellationToken cancellation = default) =>
        Ask(requests, Text, (asked, told) => model.Generate(asked, told, cancellation), Answers, done);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static (Func<ContinuationScore, JsonObject> Write, Func<JsonObject, ContinuationScore> Read) Scores { get; } = (
        score => new JsonObject { ["logprob"] = score.LogProbability, ["tokens"] = score.Tokens, ["greedy"] = score.IsGreedy },
        row => new ContinuationScore(row["logprob"]!.GetValue<double>(), row["tokens"]!.GetValue<int>(), row["greedy"]!.GetValue<bool>()));

    private static (Func<GeneratedAnswer, JsonObject> Write, Func<JsonObject, GeneratedAnswer> Read) Answers { get; } = (
        answer => new JsonObject
        {
            ["text"] = answer.Text,
            ["tokens"] = answer.Tokens,
            ["prompt_tokens"] = answer.PromptTokens,
            ["ended"] = answer.Ended,
            ["stopped_by"] = answer.StoppedBy,
            ["logprobs"] = Numbers(answer.LogProbabilities),
            ["entropies"] = Numbers(answer.Entropies),
        },
        row => new GeneratedAnswer(row["text"]!.GetValue<string>(), row["tokens"]!.GetValue<int>(), row["prompt_tokens"]!.GetValue<int>(),
            row["ended"]!.GetValue<bool>())
        {
            StoppedBy = row["stopped_by"]?.GetValue<string>(),
            LogProbabilities = [.. row["logprobs"]!.AsArray().Select(number => number!.GetValue<float>())],
            Entropies = [.. row["entropies"]!.AsArray().Select(number => number!.GetValue<float>())],
        });

    private static JsonArray Numbers(IReadOnlyList<float> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static string Text(GenerateRequest request)
    {
        string stops = new JsonArray([.. request.Stop.Select(stop => JsonValue.Create(stop))]).ToJsonString();
        string how = FormattableString.Invariant($"{request.Chat}|{request.MaxTokens}|{request.Temperature}|{request.TopP}|{request.Seed}|{stops}");
        return FormattableString.Invariant($"generate|{how}|{request.Begun.Length}|{request.Begun}{request.Prompt}");
    }

    private void Ask<TRequest, TAnswer>(
        IReadOnlyList<TRequest> requests, Func<TRequest, string> text, Action<IReadOnlyList<TRequest>, Action<int, TAnswer>> ask,
        (Func<TAnswer, JsonObject> Write, Func<JsonObject, TAnswer> Read) form, Action<int, TAnswer> done)
    {
        string[] keys = [.. requests.Select(request => Key(text(request)))];
        var missing = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < keys.Length; i++)
        {
            if (Read(keys[i], form.Read) is { } answer)
            {
                Reused++;
                done(i, answer);
            }
            else if (!missing.TryAdd(keys[i], [i]))
            {
                missing[keys[i]].Add(i);
            }
        }

        string[] asked = [.. missing.Keys];
        Asked += asked.Length;
        if (asked.Length > 0)
            ask([.. asked.Select(key => requests[missing[key][0]])], Keep);

        void Keep(int index, TAnswer answer)
        {
            JsonObject row = form.Write(answer);
            row.Insert(0, "key", asked[index]);
            file.Append(row);
            known[asked[index]] = row;
            missing[asked[index]].ForEach(place => done(place, answer));
        }
    }

    /// <summary>An answer that is known; one that is not understood, such as another version's, is not.</summary>
    private TAnswer? Read<TAnswer>(string key, Func<JsonObject, TAnswer> read)
    {
        try
        {
            return known.TryGetValue(key, out JsonObject? row) ? read(row) : default;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException)
        {
            return default;
        }
    }

    private string Key(string request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{model.Fingerprint}|{request}")).AsSpan(0, 16));
}
