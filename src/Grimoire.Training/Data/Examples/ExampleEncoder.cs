using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Training.Data;

/// <summary>
/// Turns examples into token sequences and marks what is learned: of text all, of a conversation what the assistant says and the token that ends its turn. The
/// ids of a prompt are exactly what the ids of its answered conversation begin with. Safe to use from several threads at once.
/// </summary>
public sealed class ExampleEncoder
{
    private readonly Tokenizer tokenizer;
    private readonly ChatTemplate? template;
    private readonly int context;
    private readonly int? begin;

    /// <summary>An encoder for a model.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">How conversations are written; null to join prompts and answers as they are, with the end of text after them.</param>
    /// <param name="context">The longest sequence, in tokens.</param>
    /// <exception cref="GrimoireException">The format or the tokenizer has no token that ends an answer.</exception>
    public ExampleEncoder(Tokenizer tokenizer, ChatTemplate? template, int context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 2);
        (this.tokenizer, this.template, this.context) = (tokenizer, template, context);
        begin = tokenizer.BeginOfText is { } first && tokenizer.Encode("", addSpecial: true).AsSpan().StartsWith([first]) ? first : null;
        if (template is not null)
            CheckThatAnswersEnd();
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>How conversations are written; null for no format.</summary>
    public ChatTemplate? Template => template;

    /// <summary>The longest sequence, in tokens.</summary>
    public int Context => context;

    /// <summary>The tokens at which an answer ends.</summary>
    public IReadOnlyList<int> StopIds => tokenizer.StopIds;

    /// <summary>
    /// The tokens of an example. What is longer than the context loses the begin of its prompt (<see cref="EncodedExample.Cut"/>), never any of what is
    /// learned.
    /// </summary>
    /// <exception cref="GrimoireException">What is learned alone is longer than the context, or the example cannot be written in the format.</exception>
    public EncodedExample Encode(Example example)
    {
        EncodedExample whole = EncodeWhole(example);
        return whole.Without(Excess(whole, example));
    }

    /// <summary>The tokens of an example, however many.</summary>
    internal EncodedExample EncodeWhole(Example example) => example switch
    {
        TextExample text => OfText(text),
        CompletionExample answer => Answered(example, answer.Prompt, answer.Completion),
        LabelledExample answer => Answered(example, answer.Prompt, answer.Completion),
        ConversationExample conversation => Conversation(conversation),
        _ => throw new ArgumentException($"{example.GetType().Name} is not one sequence.", nameof(example)),
    };

    /// <summary>Both sides of a pair, with the same prompt: where one is too long, both lose the same tokens at its begin.</summary>
    /// <exception cref="GrimoireException">As in <see cref="Encode"/>, or both sides come out with the same tokens.</exception>
    public (EncodedExample Chosen, EncodedExample Rejected) EncodePair(PreferenceExample pair)
    {
        EncodedExample chosen = Answered(pair, pair.Prompt, pair.Chosen), rejected = Answered(pair, pair.Prompt, pair.Rejected);
        if (chosen.Ids.AsSpan().SequenceEqual(rejected.Ids))
            throw Fault(pair, "\"chosen\" and \"rejected\" are the same tokens, so nothing is preferred; leave the row out");
        int cut = Math.Max(Excess(chosen, pair), Excess(rejected, pair));
        return (chosen.Without(cut), rejected.Without(cut));
    }

    /// <summary>The tokens of a prompt, ready to be answered.</summary>
    /// <exception cref="GrimoireException">It leaves no room for an answer, or cannot be written in the format.</exception>
    public int[] EncodePrompt(PromptExample prompt)
    {
        int[] ids = Prompt(prompt, prompt.Prompt, prompt.Tools);
        return ids.Length < context ? ids
            : throw Fault(prompt, $"the prompt has {ids.Length} tokens and leaves no room for an answer in the context of {context}; leave the row out");
    }

    private EncodedExample OfText(TextExample text)
    {
        List<int> ids = begin is { } first ? [first] : [];
        ids.AddRange(tokenizer.Encode(text.Text));
        if (tokenizer.EndOfText is { } end)
            ids.Add(end);
        if (ids.Count < 2)
            throw Fault(text, "a text of a single token predicts nothing; leave the row out");
        return EncodedExample.OfText([.. ids]);
    }

    /// <summary>An answer to a prompt; what the assistant said in the prompt is not learned.</summary>
    private EncodedExample Answered(Example example, Passage prompt, Passage answer)
    {
        int[] before = Prompt(example, prompt, null);
        if (template is null)
            return Joined(example, before, answer);
        (int[] ids, bool[] assistant) = Told(example, () => template.Encode(tokenizer, prompt.Then(answer)));
        if (!ids.AsSpan().StartsWith(before))
            throw Fault(example,
                "the chat format writes the prompt otherwise once it is answered, so a model would be asked otherwise than taught; choose another --template");
        assistant.AsSpan(0, before.Length).Clear();
        return Learned(example, ids, assistant);
    }

    private EncodedExample Joined(Example example, int[] before, Passage answer)
    {
        int end = tokenizer.EndOfText ?? throw new GrimoireException(
            "the tokenizer has no end-of-text token, so an answer would never end; use a model that has one.");
        string text = answer.Text ?? throw NeedsFormat(example);
        int[] ids = [.. before, .. tokenizer.EncodeContinuation(text), end];
        var trained = new bool[ids.Length];
        trained.AsSpan(before.Length).Fill(true);
        return Learned(example, ids, trained);
    }

    private EncodedExample Conversation(ConversationExample conversation)
    {
        if (template is null)
            throw NeedsFormat(conversation);
        (int[] ids, bool[] assistant) = Told(conversation, () => template.Encode(tokenizer, conversation.Messages, conversation.Tools));
        return Learned(conversation, ids, assistant);
    }

    private int[] Prompt(Example example, Passage prompt, JsonArray? tools)
    {
        if (template is not null)
            return Told(example, () => template.EncodePrompt(tokenizer, prompt.AsMessages("user"), tools));
        string text = prompt.Text ?? throw NeedsFormat(example);
        return begin is { } first ? [first, .. tokenizer.Encode(text)] : tokenizer.Encode(text);
    }

    private static EncodedExample Learned(Example example, int[] ids, bool[] trained)
    {
        trained[0] = false;
        var encoded = new EncodedExample(ids, trained);
        return encoded.TrainedCount > 0 ? encoded : throw Fault(example, "the chat format writes nothing of what the assistant says; leave the row out");
    }

    /// <summary>Tokens too many, all of which stand in the prompt.</summary>
    private int Excess(EncodedExample example, Example source)
    {
        int excess = Math.Max(0, example.Ids.Length - context);
        int learned = example.Ids.Length - example.PromptLength;
        return excess < Math.Max(1, example.PromptLength) ? excess
            : throw Fault(source, $"what is to be learned has {learned} tokens, more than fit in the context of {context}; shorten the row or leave it out");
    }

    private static T Told<T>(Example example, Func<T> encode)
    {
        try
        {
            return encode();
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{example.Place}: {e.Message}", e);
        }
    }

    private static GrimoireException NeedsFormat(Example example) => Fault(example, "messages need a chat format; leave out --template none");

    private static GrimoireException Fault(Example example, string what) => new($"{example.Place}: {what}.");

    private void CheckThatAnswersEnd()
    {
        JsonArray messages = new Passage("a").Then(new Passage("b"));
        (int[] ids, bool[] assistant) = template!.Encode(tokenizer, messages);
        int last = Array.LastIndexOf(assistant, true);
        if (last < 0 || !tokenizer.StopIds.Contains(ids[last]))
        {
            throw new GrimoireException(
                "the chat format ends an answer with no token at which this tokenizer stops, " +
                "so the model would never learn to end; choose another --template, such as plain.");
        }
    }
}
