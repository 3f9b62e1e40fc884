using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>
/// A language model as an <see cref="IChatClient"/>: conversations in the model's own template, answers as they come, functions, thoughts, usage. Requests may
/// run at the same time; each conversation's next turn is read without what was read before.
/// </summary>
public sealed class ChatClient : IChatClient
{
    /// <summary>Under this name <see cref="UsageDetails.AdditionalCounts"/> tells how many tokens were guessed ahead, where any are.</summary>
    public const string GuessesKey = "guesses";

    /// <summary>Under this name, how many of those came true.</summary>
    public const string RightGuessesKey = "right_guesses";

    private readonly LanguageModel model;
    private readonly Generator generator;
    private readonly ChatTemplate template;
    private readonly PromptCaches caches;
    private readonly GenerationOptions defaults;
    private readonly ChatClientMetadata metadata;
    private long responses;
    private volatile bool placesTools; // found out with the first tools

    /// <summary>A client of a model.</summary>
    /// <exception cref="GrimoireException">The model is an encoder, or has no chat template and none is given; or an option is out of range.</exception>
    public ChatClient(LanguageModel model, ChatClientOptions? options = null)
    {
        options ??= new ChatClientOptions();
        if (!model.Config.Head || !model.Config.Causal)
            throw new GrimoireException(model.Config.WithoutLogits());

        template = options.Template ?? model.ChatTemplate ?? throw new GrimoireException(
            "this model has no chat template; give one with --template (ChatClientOptions.Template): a file, or one of " +
            $"{string.Join(", ", ChatTemplate.BuiltInNames)}.");
        this.model = model;
        defaults = options.Generation ?? new GenerationOptions { MaxTokens = int.MaxValue, Sampling = model.Defaults.Over(new SamplingOptions()) };
        defaults = defaults with { StopTokens = [.. defaults.StopTokens.Union(model.Defaults.StopTokens)] };
        defaults.Validate();
        generator = new Generator(
            model.Transformer, model.Tokenizer, options.Kernels ?? Kernels.Simd, options.Draft is { } draft ? DraftModel.Of(model, draft) : null);
        caches = new PromptCaches(model.Config, Math.Max(1, options.Conversations), defaults.CacheType);
        metadata = new ChatClientMetadata("grimoire", providerUri: null, options.ModelId ?? model.Config.Family);
    }

    /// <summary>Answers a conversation.</summary>
    /// <exception cref="GrimoireException">
    /// The template refuses the conversation, it is longer than the model's context, or an option cannot be honoured.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <summary>
    /// Answers a conversation and returns what is certain as soon as it is there; the last update has the finish reason and the usage. Cancellation takes
    /// effect within one token, or one block of a chunk of the prompt.
    /// </summary>
    /// <inheritdoc cref="GetResponseAsync"/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (ChatRequest request, JsonArray conversation) = Read(messages, options);
        int[] ids = Encode(conversation, request);
        GenerationOptions generation = request.Generation with { VisibleTokens = Visible(request) };
        var reader = new AnswerReader(Names(request), BeginsThought(ids), CallsIn(conversation));
        var answer = new Answer(metadata.DefaultModelId!, $"response-{Interlocked.Increment(ref responses)}", ids.Length);
        PromptCache cache = caches.Rent(ids, out int held);
        try
        {
            await foreach (GeneratedToken token in generator.StreamAsync(ids, generation, cache, cancellationToken).ConfigureAwait(false))
            {
                List<AIContent> contents = [.. reader.Append(token.Text)];
                if (token.Stop is not null)
                    contents.AddRange(reader.Flush());
                bool enough = request.OneCall && Answer.KeepOneCall(contents);
                if (!request.ShowsReasoning)
                    contents.RemoveAll(content => content is TextReasoningContent);
                if (answer.Take(token, contents) is { } update)
                    yield return update;
                if (enough)
                    break;
            }
        }
        finally
        {
            caches.Return(cache);
        }

        yield return answer.End(held, reader.Calls > 0);
    }

    /// <summary>How many tokens a conversation has for the model, tools and what begins the answer included.</summary>
    /// <exception cref="GrimoireException">The template refuses the conversation, or an option cannot be honoured.</exception>
    public int CountTokens(IEnumerable<ChatMessage> messages, ChatOptions? options = null)
    {
        (ChatRequest request, JsonArray conversation) = Read(messages, options);
        return Encode(conversation, request).Length;
    }

    /// <summary>The client itself, its <see cref="ChatClientMetadata"/>, or the <see cref="LanguageModel"/>.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType == typeof(LanguageModel) ? model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing to release: memory goes with the client.</summary>
    public void Dispose()
    {
    }

    private (ChatRequest Request, JsonArray Conversation) Read(IEnumerable<ChatMessage> messages, ChatOptions? options) =>
        (ChatRequest.Of(options, defaults, metadata.DefaultModelId!), ChatMessages.ToJson(messages, options?.Instructions));

    private int[] Encode(JsonArray conversation, ChatRequest request)
    {
        int[] ids = template.EncodePrompt(model.Tokenizer, conversation, ChatMessages.ToJson(request.Tools), request.Variables);
        if (request.Tools.Count > 0 && !placesTools)
        {
            placesTools = !ids.AsSpan().SequenceEqual(template.EncodePrompt(model.Tokenizer, conversation, tools: null, request.Variables));
            if (!placesTools)
            {
                throw new GrimoireException(
                    "chat: tools are given, but the model's chat template has no place for tools; leave them out or use a model that knows them.");
            }
        }

        return ids;
    }

    /// <summary>Some templates write the beginning of the thought themselves.</summary>
    private bool BeginsThought(int[] prompt)
    {
        string end = model.Tokenizer.Decode(prompt.AsSpan(Math.Max(0, prompt.Length - 12)), skipSpecial: false);
        return end.TrimEnd().EndsWith(AnswerReader.ThinkOpen, StringComparison.Ordinal);
    }

    private static HashSet<string> Names(ChatRequest request) => [.. request.Tools.Select(tool => tool.Name)];

    /// <summary>Calls are numbered through a conversation, so that no two have the same id.</summary>
    private static int CallsIn(JsonArray conversation) => conversation.Sum(message => message!["tool_calls"] is JsonArray calls ? calls.Count : 0);

    private int[] Visible(ChatRequest request) =>
        [.. AnswerReader.Markers(request.Tools.Count > 0).Select(model.Tokenizer.Id).OfType<int>().Where(model.Tokenizer.IsSpecial)];
}
