using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>The forms of training data: which columns make one, and how a row of it is read.</summary>
internal static class ExampleForms
{
    private static readonly string[] Prompts = ["prompt", "instruction", "question"], Answers = ["completion", "response", "output", "answer"];


    /// <summary>All forms; of those that a row fits the first is meant.</summary>
    private static readonly Form[] All =
    [
        new(ExampleKinds.Preference, "chosen, rejected and perhaps prompt", row => row.Has("chosen") && row.Has("rejected"), Preference),
        new(ExampleKinds.Labelled, "prompt, completion, label", row => HasAnswer(row) && row.Has("label"), Labelled),
        new(ExampleKinds.Conversation, "messages", row => row.Has("messages"), Conversation),
        new(ExampleKinds.Completion, "prompt, completion (or instruction, input, output; or question, answer)", HasAnswer, Completion),
        new(ExampleKinds.Text, "text", row => row.Has("text"), row => new TextExample(row.Text("text"))),
        new(ExampleKinds.Prompt, "prompt (or messages, instruction, question)", row => HasPrompt(row) || row.Has("messages"), Prompt),
    ];

    /// <summary>A row as an example of one of the forms that are wanted.</summary>
    /// <exception cref="GrimoireException">It is none of them, or one with a fault.</exception>
    public static Example Read(ExampleRow row, ExampleKinds wanted)
    {
        Form[] fitting = [.. All.Where(form => wanted.HasFlag(form.Kind))];
        Form? form = fitting.FirstOrDefault(form => form.Fits(row));
        return form?.Read(row) ?? throw new GrimoireException(
            $"a column is missing: needed are {string.Join(", or ", fitting.Select(f => f.Columns))}; " +
            $"found are {(row.Names is { Length: > 0 } names ? names : "none")}");
    }

    private static bool HasPrompt(ExampleRow row) => row.FirstOf(Prompts) is not null;

    private static bool HasAnswer(ExampleRow row) => HasPrompt(row) && row.FirstOf(Answers) is not null;

    private static ConversationExample Conversation(ExampleRow row)
    {
        JsonArray messages = row.Messages("messages");
        return messages.Any(MessageList.IsAssistant) ? new ConversationExample(messages, row.Tools())
            : throw new GrimoireException("the conversation has no turn of the assistant, so there is nothing to learn");
    }

    private static CompletionExample Completion(ExampleRow row) => new(PromptOf(row), Answer(row.Passage(row.FirstOf(Answers)!)));

    private static LabelledExample Labelled(ExampleRow row) => new(PromptOf(row), Answer(row.Passage(row.FirstOf(Answers)!)), row.Truth("label"));

    private static PreferenceExample Preference(ExampleRow row)
    {
        Passage chosen = row.Passage("chosen"), rejected = row.Passage("rejected");
        if (chosen.Says(rejected))
            throw new GrimoireException("\"chosen\" and \"rejected\" are equal, so nothing is preferred");
        bool whole = chosen.Messages is { } messages && !MessageList.IsAssistant(messages[0]);
        PreferenceExample pair = HasPrompt(row) && !whole ? new(PromptOf(row), Answer(chosen), Answer(rejected)) : CommonPrompt.Divide(chosen, rejected);
        return pair with { Margin = row.OptionalNumber("margin") };
    }

    private static PromptExample Prompt(ExampleRow row)
    {
        if (HasPrompt(row))
            return new PromptExample(PromptOf(row), row.Except(row.FirstOf(Prompts)!, "input", "tools")) { Tools = row.Tools() };
        JsonArray messages = row.Messages("messages");
        JsonObject columns = row.Except("messages", "tools");
        int end = messages.Count;
        while (end > 0 && messages[end - 1]!["role"]!.GetValue<string>() is "assistant" or "tool")
            end--;
        if (end == 0)
            throw new GrimoireException("the conversation has no turn that the assistant could answer");
        if (end < messages.Count)
            columns.TryAdd("completion", messages[^1]!["content"]?.DeepClone());
        return new PromptExample(new Passage(MessageList.Range(messages, 0, end)), columns) { Tools = row.Tools() };
    }

    /// <summary>What is asked; an instruction's input follows it after an empty line.</summary>
    private static Passage PromptOf(ExampleRow row)
    {
        string column = row.FirstOf(Prompts)!;
        string input = column == "instruction" ? row.OptionalText("input") : "";
        return string.IsNullOrWhiteSpace(input) ? row.Passage(column) : new Passage($"{row.Text(column)}\n\n{input}");
    }

    private static Passage Answer(Passage answer) => answer.Messages is null || MessageList.IsAssistant(answer.Messages[^1]) ? answer
        : throw new GrimoireException("the answer does not end with a message of the assistant");

    private sealed record Form(ExampleKinds Kind, string Columns, Func<ExampleRow, bool> Fits, Func<ExampleRow, Example> Read);
}
