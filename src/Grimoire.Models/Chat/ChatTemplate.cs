using System.Text.Json.Nodes;
using Grimoire.Models.Chat.Jinja;
using Grimoire.Models.Tokenizers;
using Template = Grimoire.Models.Chat.Jinja.Template;

namespace Grimoire.Models.Chat;

/// <summary>
/// How a model wants its conversations written: a Jinja template in the dialect of Hugging Face's <c>chat_template</c>, read once and rendered without side
/// effects. A template sees nothing but the data it is given, and one that would run or grow without end is stopped.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Lazy<Template> plain;
    private readonly Lazy<Template>? forTools;
    private readonly JsonObject known;
    private readonly TimeProvider clock;

    private ChatTemplate(string source, string? toolUse, JsonObject known, TimeProvider clock)
    {
        (Source, ToolUse, this.known, this.clock) = (source, toolUse, known, clock);
        plain = new Lazy<Template>(() => Template.Parse(source));
        forTools = toolUse is null ? null : new Lazy<Template>(() => Template.Parse(toolUse));
    }

    /// <summary>The names of the formats that come with Grimoire.</summary>
    public static IReadOnlyList<string> BuiltInNames => BuiltInTemplates.Names;

    /// <summary>The template as it was written.</summary>
    public string Source { get; }

    /// <summary>The template for conversations with tools, where a model has one of its own for them.</summary>
    public string? ToolUse { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="variables">What every rendering knows, usually the model's special tokens: <c>bos_token</c>, <c>eos_token</c>.</param>
    /// <exception cref="GrimoireException">The template is not understood.</exception>
    public static ChatTemplate Parse(string source, JsonObject? variables = null)
    {
        ChatTemplate template = Unread(source, null, variables?.DeepClone().AsObject() ?? []);
        _ = template.plain.Value;
        return template;
    }

    /// <summary>A common format by its name, for models that come without a template of their own.</summary>
    /// <param name="name">One of <see cref="BuiltInNames"/>, such as <c>chatml</c>.</param>
    /// <exception cref="GrimoireException">There is no format of this name.</exception>
    public static ChatTemplate BuiltIn(string name) => Parse(BuiltInTemplates.Source(name));

    /// <summary>
    /// The same template with another clock for <c>strftime_now</c>, by which some templates tell the model the date. Without it, it is the system's.
    /// </summary>
    public ChatTemplate WithClock(TimeProvider clock) => new(Source, ToolUse, known, clock);

    /// <summary>Writes a conversation as the model wants it.</summary>
    /// <param name="messages">Objects with <c>role</c>, <c>content</c> and, where there are any, <c>tool_calls</c>, <c>reasoning_content</c> and the
    /// like.</param>
    /// <param name="tools">Definitions of tools that the model may call, as JSON schemas.</param>
    /// <param name="addGenerationPrompt">Whether to end with what begins the assistant's turn.</param>
    /// <param name="variables">More that the template may ask for, such as <c>enable_thinking</c>.</param>
    /// <exception cref="GrimoireException">The template is not understood, refuses the messages, or fails on them.</exception>
    public string Render(JsonArray messages, JsonArray? tools = null, bool addGenerationPrompt = false, JsonObject? variables = null) =>
        RenderText(messages, tools, addGenerationPrompt, variables).Chars;

    /// <summary>
    /// The ids of a conversation that the assistant is to answer, prompt to answer included: what the ids of <see cref="Encode"/> begin with. Special tokens
    /// are seen only where the template spells them; what looks like one in a message stays text. The tokenizer adds nothing: a template writes the begin of
    /// the text where the model wants one.
    /// </summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="messages">As in <see cref="Render"/>.</param>
    /// <param name="tools">As in <see cref="Render"/>.</param>
    /// <param name="variables">As in <see cref="Render"/>.</param>
    /// <exception cref="GrimoireException">The template is not understood, refuses the messages, or fails on them.</exception>
    public int[] EncodePrompt(Tokenizer tokenizer, JsonArray messages, JsonArray? tools = null, JsonObject? variables = null)
    {
        JsonObject tokens = WithTokens(tokenizer, variables);
        Text text = RenderText(messages, tools, true, tokens);
        try
        {
            return ConversationEncoding.Encode(tokenizer, text, Written(tokenizer, text, messages, tools, tokens)).Ids;
        }
        catch (GrimoireException)
        {
            return ConversationEncoding.Encode(tokenizer, text, []).Ids; // what the assistant said cannot be told apart, which matters to training only
        }
    }

    /// <summary>
    /// The ids of a whole conversation, and of each whether the assistant is to write it: what it says, calls and thinks and the token that ends its turn,
    /// but not what a prompt to answer already holds. <c>{% generation %}</c> blocks mark it where the template has them; otherwise it is found by what of
    /// the text comes from the assistant's messages. Special tokens in messages stay text.
    /// </summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="messages">As in <see cref="Render"/>.</param>
    /// <param name="tools">As in <see cref="Render"/>.</param>
    /// <exception cref="GrimoireException">The template refuses the messages, or it cannot be told which tokens are the assistant's.</exception>
    public (int[] Ids, bool[] Assistant) Encode(Tokenizer tokenizer, JsonArray messages, JsonArray? tools = null)
    {
        JsonObject tokens = WithTokens(tokenizer, null);
        Text text = RenderText(messages, tools, false, tokens);
        return ConversationEncoding.Encode(tokenizer, text, Written(tokenizer, text, messages, tools, tokens));
    }

    /// <summary>The stretches of a rendered conversation that the assistant writes.</summary>
    private List<(int Start, int End)> Written(Tokenizer tokenizer, Text text, JsonArray messages, JsonArray? tools, JsonObject tokens)
    {
        if (TemplateFor(tools).MarksGeneration)
            return AssistantSpans.Generated(text);
        var spans = new AssistantSpans(tokenizer, (count, prompt) => RenderFirst(count, messages, tools, prompt, tokens), text);
        List<(int Start, int End)> found = [];
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i]!["role"]?.ToString() == "assistant" && spans.Find(i, Speaks(messages[i]!)) is { } span)
                found.Add(span);
        }

        return found;
    }

    /// <summary>A template that is read when it is first needed, so that a model opens whatever its template may be.</summary>
    internal static ChatTemplate Unread(string source, string? toolUse, JsonObject known) => new(source, toolUse, known, TimeProvider.System);

    /// <summary>Writes a conversation so that each character is known by where it comes from.</summary>
    internal Text RenderText(JsonArray messages, JsonArray? tools, bool addGenerationPrompt, JsonObject? variables)
    {
        Dictionary<string, Value> values = new(StringComparer.Ordinal);
        Add(known, _ => Mark.Template);
        Add(variables, name => name.EndsWith("_token", StringComparison.Ordinal) ? Mark.Template : Mark.Data);
        values["messages"] = JsonValues.Messages(messages);
        values["tools"] = JsonValues.Of(tools, Mark.Data);
        values.TryAdd("documents", None.Value);
        values["add_generation_prompt"] = addGenerationPrompt;
        return TemplateFor(tools).Render(values, clock.GetLocalNow());

        void Add(JsonObject? source, Func<string, Mark> mark)
        {
            foreach ((string name, JsonNode? value) in source ?? [])
                values[name] = JsonValues.Of(value, mark(name));
        }
    }

    private static bool Speaks(JsonNode message) =>
        message["content"] is { } content && (content is not JsonValue || !string.IsNullOrWhiteSpace(content.ToString()));

    private Template TemplateFor(JsonArray? tools) => tools is { Count: > 0 } && forTools is not null ? forTools.Value : plain.Value;

    /// <summary>The first messages of a conversation, or null where the template refuses one that breaks off there.</summary>
    private Text? RenderFirst(int count, JsonArray messages, JsonArray? tools, bool prompt, JsonObject tokens)
    {
        try
        {
            return RenderText([.. messages.Take(count).Select(message => message!.DeepClone())], tools, prompt, tokens);
        }
        catch (GrimoireException)
        {
            return null;
        }
    }

    /// <summary>Variables with the tokenizer's own begin and end of text, where the model's files did not name them.</summary>
    private JsonObject WithTokens(Tokenizer tokenizer, JsonObject? variables)
    {
        JsonObject all = variables?.DeepClone().AsObject() ?? [];
        Add("bos_token", tokenizer.Settings.BeginOfText);
        Add("eos_token", tokenizer.Settings.EndOfText);
        return all;

        void Add(string name, string? token)
        {
            if (token is not null && !known.ContainsKey(name) && !all.ContainsKey(name))
                all[name] = token;
        }
    }
}
