using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Grimoire.Models.Tests.Conversation;

public sealed class AnswerReaderTests
{
    private static readonly HashSet<string> None = [], Weather = ["weather"];

    public static TheoryData<string, string, bool> Answers => new()
    {
        { "Hello there.\n", "said(Hello there.\n)", false },
        { "  Hello", "said(Hello)", true },
        { "a < b and <thin air", "said(a < b and <thin air)", true },
        { "<think>\nLet me see.\n</think>\n\nIt is so.", "thought(Let me see.) said(It is so.)", false },
        { "<think>\n\n</think>\n\nIt is so.", "said(It is so.)", false },
        { "<think>without end", "thought(without end)", false },
        { "I say <think> aloud", "said(I say <think> aloud)", false },
        { "<tool_call>{\"name\": \"weather\"}</tool_call>", "said(<tool_call>{\"name\": \"weather\"}</tool_call>)", false },
        { "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Ulm\"}}\n</tool_call>", "call00000 weather(city=Ulm)", true },
        {
            "Let me look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Ulm\"}}\n</tool_call>\n<tool_call>\n{\"name\": \"other\", \"arguments\": {}}\n</tool_call>",
            "said(Let me look.) call00000 weather(city=Ulm) call00001 other()", true
        },
        { "<think>call it</think><tool_call>{\"name\":\"weather\",\"arguments\":{\"days\":3}}</tool_call>", "thought(call it) call00000 weather(days=3)", true },
        { "<tool_call>\nnonsense\n</tool_call> So.", "said(<tool_call>\nnonsense\n</tool_call> So.)", true },
        { "<tool_call>{\"name\":\"weather\",\"arguments\":{}}", "call00000 weather()", true },
        { "{\"name\": \"weather\", \"parameters\": {\"city\": \"Ulm\"}}", "call00000 weather(city=Ulm)", true },
        { "{\"name\": \"weather\", \"parameters\": {}}; {\"name\": \"weather\", \"parameters\": {\"a\": 1}}", "call00000 weather() call00001 weather(a=1)", true },
        { "{\"name\": \"unknown\", \"parameters\": {}}", "said({\"name\": \"unknown\", \"parameters\": {}})", true },
        { "{\"answer\": 42}", "said({\"answer\": 42})", true },
        { "{\"answer\": 42}", "said({\"answer\": 42})", false },
        { "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Ulm\"}}", "call00000 weather(city=Ulm)", true },
        { "<|python_tag|>weather.call(city=\"Ulm\")", "said(<|python_tag|>weather.call(city=\"Ulm\"))", true },
        { "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Ulm\"}}, {\"name\": \"b\", \"arguments\": \"{\\\"x\\\": true}\"}]", "call00000 weather(city=Ulm) call00001 b(x=True)", true },
        { "[TOOL_CALLS]weather[ARGS]{\"city\": \"Ulm\"}[TOOL_CALLS]b[CALL_ID]123456789[ARGS]{}", "call00000 weather(city=Ulm) call00001 b()", true },
        { "[TOOL_CALLS]weather[ARGS]{\"city\": ", "said([TOOL_CALLS]weather[ARGS]{\"city\": )", true },
        { "[1, 2] is a list", "said([1, 2] is a list)", true },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_is_taken_apart_the_same_however_it_is_cut(string answer, string expected, bool tools)
    {
        Assert.Equal(expected, Read(new AnswerReader(tools ? Weather : None), [answer]));
        Assert.Equal(expected, Read(new AnswerReader(tools ? Weather : None), [.. answer.Select(letter => letter.ToString())]));
        for (int cut = 1; cut < answer.Length; cut++)
            Assert.Equal(expected, Read(new AnswerReader(tools ? Weather : None), [answer[..cut], answer[cut..]]));
    }

    [Fact]
    public void A_thought_that_the_prompt_began_goes_on() =>
        Assert.Equal("thought(so it is) said(Yes.)", Read(new AnswerReader(None, thinking: true), ["\nso it", " is\n</thi", "nk>\n\nYes."]));

    [Fact]
    public void Text_comes_as_soon_as_it_is_certain()
    {
        var reader = new AnswerReader(Weather);
        Assert.Equal("said(One)", Shown(reader.Append("One")));
        Assert.Equal("", Shown(reader.Append(" ")));
        Assert.Equal("said( two)", Shown(reader.Append("two <tool")));
        Assert.Equal("said( <tools)", Shown(reader.Append("s")));
    }

    [Fact]
    public void Calls_go_on_counting_where_the_conversation_is() =>
        Assert.Equal("call00007 weather()", Read(new AnswerReader(Weather, firstCall: 7), ["<tool_call>{\"name\":\"weather\"}</tool_call>"]));

    private static string Read(AnswerReader reader, string[] pieces) => Shown([.. pieces.SelectMany(reader.Append).ToArray(), .. reader.Flush()]);

    /// <summary>Contents in a line, neighbours of a kind joined.</summary>
    private static string Shown(IReadOnlyList<AIContent> contents)
    {
        var shown = new List<(string Kind, string Text)>();
        foreach (AIContent content in contents)
        {
            (string kind, string text) = content switch
            {
                TextContent said => ("said", said.Text),
                TextReasoningContent thought => ("thought", thought.Text),
                FunctionCallContent call => ($"{call.CallId} {call.Name}", string.Join(", ", call.Arguments!.Select(pair => $"{pair.Key}={(JsonElement)pair.Value!}"))),
                _ => throw new InvalidOperationException(content.GetType().Name),
            };
            if (kind is "said" or "thought" && shown.Count > 0 && shown[^1].Kind == kind)
                shown[^1] = (kind, shown[^1].Text + text);
            else
                shown.Add((kind, text));
        }

        return string.Join(' ', shown.Select(part => $"{part.Kind}({part.Text})"));
    }
}
