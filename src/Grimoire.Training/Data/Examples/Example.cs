using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>One row of training data, in one of the forms that TRL's trainers read.</summary>
public abstract record Example
{
    /// <summary>The file it stands in; empty where it was not read from one.</summary>
    public string File { get; init; } = "";

    /// <summary>The line in it, from 1.</summary>
    public long Line { get; init; }

    /// <summary>File and line in words, for messages.</summary>
    internal string Place => File.Length == 0 ? "an example" : $"{File}, line {Line}";
}

/// <summary>Plain text to continue: all of it is learned.</summary>
public sealed record TextExample(string Text) : Example;

/// <summary>An answer to a prompt: the answer is learned.</summary>
public sealed record CompletionExample(Passage Prompt, Passage Completion) : Example;

/// <summary>A whole conversation: all that the assistant says in it is learned.</summary>
/// <param name="Messages">Objects with <c>role</c>, <c>content</c> and, where there are any, <c>tool_calls</c>.</param>
/// <param name="Tools">Definitions of tools that may be called in it.</param>
public sealed record ConversationExample(JsonArray Messages, JsonArray? Tools = null) : Example;

/// <summary>Two answers to a prompt, of which one was preferred.</summary>
public sealed record PreferenceExample(Passage Prompt, Passage Chosen, Passage Rejected) : Example
{
    /// <summary>By how much the first is better, where a column <c>margin</c> says so; else 0.</summary>
    public double Margin { get; init; }
}

/// <summary>An answer to a prompt, and whether it was found good.</summary>
public sealed record LabelledExample(Passage Prompt, Passage Completion, bool Label) : Example;

/// <summary>A prompt alone, for a model to answer.</summary>
/// <param name="Prompt">What is asked.</param>
/// <param name="Columns">All other columns of the row, for those who judge answers.</param>
public sealed record PromptExample(Passage Prompt, JsonObject Columns) : Example
{
    /// <summary>Definitions of tools that may be called.</summary>
    public JsonArray? Tools { get; init; }
}

/// <summary>The forms of training data that somebody can use.</summary>
[Flags]
public enum ExampleKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Column <c>text</c>.</summary>
    Text = 1,

    /// <summary>Columns <c>prompt</c>, <c>completion</c>; also <c>instruction</c>, <c>input</c>, <c>output</c> and <c>question</c>, <c>answer</c>.</summary>
    Completion = 2,

    /// <summary>Column <c>messages</c>, perhaps <c>tools</c>.</summary>
    Conversation = 4,

    /// <summary>Columns <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, perhaps <c>margin</c>; the prompt may be what both sides begin with.</summary>
    Preference = 8,

    /// <summary>Columns <c>prompt</c>, <c>completion</c>, <c>label</c>.</summary>
    Labelled = 16,

    /// <summary>Column <c>prompt</c>, <c>instruction</c> or <c>question</c>, or <c>messages</c> up to the last answer; and any others.</summary>
    Prompt = 32,
}
