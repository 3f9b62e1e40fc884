using System.Text.Json.Nodes;
using Grimoire.Models.Chat.Jinja;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat;

/// <summary>
/// How a model wants its conversations written: a Jinja template in the dialect of Hugging Face's <c>chat_template</c>, read once and rendered without side
/// effects. A template sees nothing but the data it is given, and one that would run or grow without end is stopped.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Template template;
    private readonly JsonObject known;
    private readonly TimeProvider clock;

    private ChatTemplate(string source, Template template, JsonObject known, TimeProvider clock) =>
        (Source, this.template, this.known, this.clock) = (source, template, known, clock);

    /// <summary>The template as it was written.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="variables">What every rendering knows, usually the model's special tokens: <c>bos_token</c>, <c>eos_token</c>.</param>
    /// <exception cref="GrimoireException">The template is not understood.</exception>
    public static ChatTemplate Parse(string source, JsonObject? variables = null) =>
        new(source, Template.Parse(source), variables?.DeepClone().AsObject() ?? [], TimeProvider.System);

    /// <summary>The same template with another clock for <c>strftime_now</c>, by which some templates tell the model the date. Without it, it is the system's.</summary>
    public ChatTemplate WithClock(TimeProvider clock) => new(Source, template, known, clock);

    /// <summary>Writes a conversation as the model wants it.</summary>
    /// <param name="messages">Objects with <c>role</c>, <c>content</c> and, where there are any, <c>tool_calls</c>, <c>reasoning_content</c> and the like.</param>
    /// <param name="tools">Definitions of tools that the model may call, as JSON schemas.</param>
    /// <param name="addGenerationPrompt">Whether to end with what begins the assistant's turn.</param>
    /// <param name="variables">More that the template may ask for, such as <c>enable_thinking</c>.</param>
    /// <exception cref="GrimoireException">The template refuses the messages, or fails on them.</exception>
    public string Render(JsonArray messages, JsonArray? tools = null, bool addGenerationPrompt = false, JsonObject? variables = null) =>
        RenderText(messages, tools, addGenerationPrompt, variables).Chars;

    /// <summary>
    /// The ids of a conversation that the assistant is to answer, prompt to answer included. Special tokens are seen only where the template spells them;
    /// what looks like one in a message stays text. The tokenizer adds nothing: a template writes the begin of the text where the model wants one.
    /// </summary>
    /// <inheritdoc cref="Render"/>
    public int[] EncodePrompt(Tokenizer tokenizer, JsonArray messages, JsonArray? tools = null, JsonObject? variables = null) =>
        ConversationEncoding.Encode(tokenizer, RenderText(messages, tools, true, WithTokens(tokenizer, variables)), []).Ids;

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
        return ConversationEncoding.Encode(tokenizer, text, template.MarksGeneration ? AssistantSpans.Generated(text) : FindSpans());

        List<(int Start, int End)> FindSpans()
        {
            var spans = new AssistantSpans(tokenizer, RenderFirst, text);
            List<(int Start, int End)> found = [];
            for (int i = 0; i < messages.Count; i++)
            {
                if (messages[i]!["role"]?.ToString() == "assistant" && spans.Find(i, Speaks(messages[i]!)) is { } span)
                    found.Add(span);
            }

            return found;
        }

        Text? RenderFirst(int count, bool prompt)
        {
            try
            {
                return RenderText([.. messages.Take(count).Select(message => message!.DeepClone())], tools, prompt, tokens);
            }
            catch (GrimoireException)
            {
                return null; // some templates refuse a conversation that breaks off
            }
        }
    }

    private static bool Speaks(JsonNode message) =>
        message["content"] is { } content && (content is not JsonValue || !string.IsNullOrWhiteSpace(content.ToString()));

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
        return template.Render(values, clock.GetLocalNow());

        void Add(JsonObject? source, Func<string, Mark> mark)
        {
            foreach ((string name, JsonNode? value) in source ?? [])
                values[name] = JsonValues.Of(value, mark(name));
        }
    }
}
