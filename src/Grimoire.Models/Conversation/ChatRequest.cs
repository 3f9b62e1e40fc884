using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>What a caller's options ask for, in this library's words. What cannot be done is refused by name, never passed over.</summary>
internal sealed record ChatRequest
{
    private const string TemplateKey = "chat_template_kwargs";

    /// <summary>How to generate.</summary>
    public required GenerationOptions Generation { get; init; }

    /// <summary>Functions the model may ask for.</summary>
    public required IReadOnlyList<AITool> Tools { get; init; }

    /// <summary>What the template is told beside messages and tools.</summary>
    public required JsonObject Variables { get; init; }

    /// <summary>Whether thoughts are part of the answer.</summary>
    public bool ShowsReasoning { get; init; } = true;

    /// <summary>Whether the answer ends with its first call.</summary>
    public bool OneCall { get; init; }

    /// <summary>Reads the options of a request.</summary>
    /// <exception cref="GrimoireException">They ask for something this client does not do.</exception>
    public static ChatRequest Of(ChatOptions? options, GenerationOptions defaults, string model)
    {
        options ??= new ChatOptions();
        Refuse(options, model);
        JsonObject variables = TemplateVariablesOf(options);
        SamplingOptions sampling = defaults.Sampling;
        return new ChatRequest
        {
            Generation = defaults with
            {
                MaxTokens = options.MaxOutputTokens ?? defaults.MaxTokens,
                StopStrings = [.. defaults.StopStrings, .. options.StopSequences ?? []],
                Sampling = sampling with
                {
                    Temperature = options.Temperature ?? sampling.Temperature,
                    TopP = options.TopP ?? sampling.TopP,
                    TopK = options.TopK ?? sampling.TopK,
                    MinP = Number(options, "min_p") ?? sampling.MinP,
                    RepetitionPenalty = Number(options, "repetition_penalty") ?? sampling.RepetitionPenalty,
                    FrequencyPenalty = options.FrequencyPenalty ?? sampling.FrequencyPenalty,
                    PresencePenalty = options.PresencePenalty ?? sampling.PresencePenalty,
                    Seed = unchecked((ulong?)options.Seed) ?? sampling.Seed,
                },
            },
            Tools = options.ToolMode is NoneChatToolMode ? [] : [.. options.Tools ?? []],
            Variables = variables,
            ShowsReasoning = options.Reasoning?.Output is not ReasoningOutput.None,
            OneCall = options.AllowMultipleToolCalls == false,
        };
    }

    private static void Refuse(ChatOptions options, string model)
    {
        if (options.ModelId is { } other && other != model)
            throw new GrimoireException($"chat: the model {other} is asked for, but this client runs {model}; leave ModelId out or open that model.");
        if (options.ConversationId is not null)
        {
            throw new GrimoireException(
                "chat: ConversationId is given, but this client keeps no conversations; send all messages each time (what was read is not read again).");
        }

        if (options.ResponseFormat is not (null or ChatResponseFormatText))
            throw new GrimoireException("chat: ResponseFormat asks for JSON, which this client cannot promise; ask for it in the prompt and check the answer.");
        if (options.ToolMode is RequiredChatToolMode)
            throw new GrimoireException("chat: ToolMode demands a function call, which this client cannot promise; use ChatToolMode.Auto.");
        if (options.AdditionalProperties?.Keys.FirstOrDefault(key => key is not ("min_p" or "repetition_penalty" or TemplateKey)) is { } unknown)
        {
            throw new GrimoireException(
                $"chat: AdditionalProperties has {unknown}; known are min_p, repetition_penalty and {TemplateKey} (an object for the template).");
        }
    }

    private static JsonObject TemplateVariablesOf(ChatOptions options)
    {
        JsonObject variables = [];
        if (options.Reasoning?.Effort is { } effort)
            variables["enable_thinking"] = effort != ReasoningEffort.None;
        JsonNode? given = options.AdditionalProperties?.GetValueOrDefault(TemplateKey) switch
        {
            null => new JsonObject(),
            JsonElement json => JsonNode.Parse(json.GetRawText()),
            JsonNode node => node,
            _ => null,
        };
        if (given is not JsonObject members)
            throw new GrimoireException($"chat: {TemplateKey} must be a JSON object.");
        foreach ((string name, JsonNode? value) in members)
            variables[name] = value?.DeepClone();
        return variables;
    }

    private static double? Number(ChatOptions options, string key)
    {
        switch (options.AdditionalProperties?.GetValueOrDefault(key))
        {
            case null:
                return null;
            case JsonElement { ValueKind: JsonValueKind.Number } json:
                return json.GetDouble();
            case IConvertible value and not string:
                return value.ToDouble(CultureInfo.InvariantCulture);
            case var other:
                throw new GrimoireException($"chat: {key} is {other}; it must be a number.");
        }
    }
}
