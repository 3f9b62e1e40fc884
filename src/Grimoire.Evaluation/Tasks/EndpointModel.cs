using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Evaluation.Tasks;

/// <summary>How an endpoint is reached.</summary>
/// <param name="Url">Its address, with or without <c>/v1</c>.</param>
/// <param name="Model">The model's name there.</param>
public sealed record EndpointSettings(string Url, string Model)
{
    /// <summary>What proves who asks, or null.</summary>
    public string? Key { get; init; }

    /// <summary>The most requests at once.</summary>
    public int AtOnce { get; init; } = 8;

    /// <summary>How often a request is sent before it is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The wait before the second attempt; each further one waits twice as long, or as long as the endpoint says.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>
/// A model behind an endpoint of OpenAI's kind. <c>/completions</c> with <c>echo</c> and <c>logprobs</c> says how likely texts are, where it is offered;
/// answers come from <c>/completions</c> or, for conversations and where there is nothing else, from <c>/chat/completions</c>.
/// </summary>
public sealed class EndpointModel : TaskModel, IDisposable
{
    private readonly EndpointSettings settings;
    private readonly HttpClient http;
    private readonly string address;
    private volatile bool completes = true;

    /// <summary>Makes a model of an endpoint; nothing is asked yet.</summary>
    /// <exception cref="GrimoireException">The address is none.</exception>
    public EndpointModel(EndpointSettings settings)
    {
        this.settings = settings;
        if (!Uri.TryCreate(settings.Url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new GrimoireException($"{settings.Url}: this is no address of an endpoint; give one such as http://localhost:8000/v1.");
        string path = settings.Url.TrimEnd('/');
        address = uri.AbsolutePath.Trim('/').Length == 0 ? path + "/v1" : path;
        http = new HttpClient { Timeout = settings.Timeout };
        if (settings.Key is { Length: > 0 } key)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <inheritdoc/>
    public override string Name => settings.Model;

    /// <inheritdoc/>
    public override string Fingerprint => $"{address}|{settings.Model}";

    /// <inheritdoc/>
    public override bool Chats => true;

    /// <inheritdoc/>
    public override void Score(IReadOnlyList<ContinuationRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default)
    {
        if (requests.Any(request => request.Chat))
            throw new GrimoireException(
                $"{address}: an endpoint tells no likelihoods of conversations; leave --chat out for tasks of likelihoods, or take a model's files.");
        All(requests, ScoreAsync, done, cancellation);
    }

    /// <inheritdoc/>
    public override void ScoreTexts(IReadOnlyList<string> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        All(requests, (text, cancel) => ScoreAsync(new ContinuationRequest("", text), cancel), done, cancellation);

    /// <inheritdoc/>
    public override void Generate(IReadOnlyList<GenerateRequest> requests, Action<int, GeneratedAnswer> done, CancellationToken cancellation = default) =>
        All(requests, GenerateAsync, done, cancellation);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private void All<TRequest, TAnswer>(
        IReadOnlyList<TRequest> requests, Func<TRequest, CancellationToken, Task<TAnswer>> ask, Action<int, TAnswer> done, CancellationToken cancellation)
    {
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.AtOnce, CancellationToken = cancellation };
        try
        {
            Parallel.ForEachAsync(Enumerable.Range(0, requests.Count), options, async (index, cancel) =>
            {
                TAnswer answer = await ask(requests[index], cancel).ConfigureAwait(false);
                lock (gate)
                    done(index, answer);
            }).GetAwaiter().GetResult();
        }
        catch (AggregateException e) when (e.InnerException is GrimoireException or OperationCanceledException)
        {
            throw e.InnerException;
        }
    }

    /// <summary>Has the endpoint say the text again with how likely each token of it was.</summary>
    private async Task<ContinuationScore> ScoreAsync(ContinuationRequest request, CancellationToken cancel)
    {
        string text = request.Context + request.Continuation;
        JsonNode answer = await PostAsync("/completions", new JsonObject
        {
            ["model"] = settings.Model,
            ["prompt"] = text,
            ["max_tokens"] = 1,
            ["temperature"] = 0,
            ["echo"] = true,
            ["logprobs"] = 1,
        }, cancel).ConfigureAwait(false) ?? throw NoLikelihoods("it has no /completions");
        try
        {
            JsonNode choice = answer["choices"]![0]!;
            if (choice["logprobs"] is not JsonObject logprobs || !choice["text"]!.GetValue<string>().StartsWith(text, StringComparison.Ordinal))
                throw NoLikelihoods("it does not repeat a prompt with the logprobs of its tokens");
            string bare = request.Context.TrimEnd();
            return Sum(logprobs, Length(bare), Length(text));
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new GrimoireException($"{address}/completions: the answer is not of OpenAI's form ({Short(answer)}).", e);
        }
    }

    /// <summary>Adds up the tokens that begin at or behind a place and before the end of the text; the first token of all has no probability.</summary>
    private static ContinuationScore Sum(JsonObject logprobs, int from, int end)
    {
        JsonArray values = logprobs["token_logprobs"]!.AsArray(), offsets = logprobs["text_offset"]!.AsArray(), pieces = logprobs["tokens"]!.AsArray();
        var likeliest = logprobs["top_logprobs"] as JsonArray;
        double sum = 0;
        int tokens = 0;
        bool greedy = true;
        for (int i = 0; i < values.Count; i++)
        {
            int at = offsets[i]!.GetValue<int>();
            if (at < from || at >= end || values[i] is not { } value)
                continue;
            double logprob = value.GetValue<double>();
            sum += logprob;
            tokens++;
            greedy &= likeliest?[i] is not JsonObject top || top.Count == 0
                || top.All(other => other.Key == pieces[i]!.GetValue<string>() || other.Value!.GetValue<double>() <= logprob);
        }

        return new ContinuationScore(sum, tokens, greedy);
    }

    private async Task<GeneratedAnswer> GenerateAsync(GenerateRequest request, CancellationToken cancel)
    {
        var body = new JsonObject
        {
            ["model"] = settings.Model,
            ["max_tokens"] = request.MaxTokens,
            ["temperature"] = request.Temperature,
            ["top_p"] = request.TopP,
            ["seed"] = (long)(request.Seed & long.MaxValue)
        };
        if (request.Stop.Count > 0)
            body["stop"] = new JsonArray([.. request.Stop.Take(4).Select(stop => JsonValue.Create(stop))]); // as many as OpenAI takes; the rest is cut here
        if (!request.Chat && completes)
        {
            var plain = (JsonObject)body.DeepClone();
            plain["prompt"] = request.Prompt + request.Begun;
            if (await PostAsync("/completions", plain, cancel).ConfigureAwait(false) is { } answer)
                return Answer(answer, choice => choice["text"], request.Stop);
            completes = false;
        }

        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = request.Prompt });
        if (request.Begun.Length > 0)
            messages.Add((JsonNode)new JsonObject { ["role"] = "assistant", ["content"] = request.Begun });
        body["messages"] = messages;
        JsonNode said = await PostAsync("/chat/completions", body, cancel).ConfigureAwait(false)
            ?? throw new GrimoireException($"{address}: there is neither /completions nor /chat/completions; check the address.");
        return Answer(said, choice => choice["message"]!["content"], request.Stop);
    }

    private GeneratedAnswer Answer(JsonNode answer, Func<JsonNode, JsonNode?> text, IReadOnlyList<string> stops)
    {
        try
        {
            JsonNode choice = answer["choices"]![0]!;
            string said = text(choice)?.GetValue<string>() ?? "";
            int[] found = [.. stops.Select(stop => said.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0)];
            if (found.Length > 0)
                said = said[..found.Min()];
            JsonNode? usage = answer["usage"];
            return new GeneratedAnswer(said, usage?["completion_tokens"]?.GetValue<int>() ?? 0, usage?["prompt_tokens"]?.GetValue<int>() ?? 0,
                found.Length > 0 || choice["finish_reason"]?.GetValue<string>() != "length");
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new GrimoireException($"{address}: the answer is not of OpenAI's form ({Short(answer)}).", e);
        }
    }

    /// <summary>Sends a request until it is answered; null where there is no such place.</summary>
    private async Task<JsonNode?> PostAsync(string place, JsonObject body, CancellationToken cancel)
    {
        string reason = "";
        TimeSpan wait = settings.FirstWait;
        for (int attempt = 1; attempt <= settings.Attempts; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await http.PostAsync(new Uri(address + place), content, cancel).ConfigureAwait(false);
                string text = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                    return JsonNode.Parse(text);
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                    && !text.Contains("model", StringComparison.OrdinalIgnoreCase))
                    return null;
                reason = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}: {Short(text)}");
                if ((int)response.StatusCode is not (408 or 409 or 429 or >= 500))
                    throw new GrimoireException($"{address}{place}: the endpoint refused ({reason}).");
                asked = response.Headers.RetryAfter?.Delta;
            }
            catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
            {
                reason = e is TaskCanceledException ? $"no answer within {settings.Timeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s"
                    : e.Message.TrimEnd('.');
            }

            if (attempt < settings.Attempts)
                await Task.Delay(asked ?? wait, cancel).ConfigureAwait(false);
            wait *= 2;
        }

        throw new GrimoireException(
            $"{address}{place}: gave no answer in {settings.Attempts} attempts ({reason}); what was answered is kept, so try the same command later.");
    }

    private GrimoireException NoLikelihoods(string why) => new(
        $"{address}: this endpoint cannot say how likely a text is ({why}); " +
        "tasks of likelihoods need that, so choose tasks that are answered freely, or take a model's files.");

    /// <summary>The length as endpoints count it, in code points.</summary>
    private static int Length(string text) => text.EnumerateRunes().Count();

    private static string Short(object answer) => answer.ToString() is { } text && text.Length > 200 ? text[..200] + " …" : answer.ToString() ?? "";
}
