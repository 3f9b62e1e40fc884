using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>
/// Takes an answer apart while it comes: what the model thinks (<c>&lt;think&gt;</c>), what it says, what it asks to be called. What may be the
/// beginning of a marker is held back until it is certain; a call that cannot be understood is text.
/// </summary>
/// <param name="tools">The functions the model was told of, by name; with none, nothing is taken for a call.</param>
/// <param name="thinking">Whether the prompt has the model begin with thinking.</param>
/// <param name="firstCall">The number of the answer's first call within the conversation.</param>
internal sealed class AnswerReader(IReadOnlySet<string> tools, bool thinking = false, int firstCall = 0)
{
    /// <summary>What begins a thought.</summary>
    public const string ThinkOpen = "<think>";

    private const string ThinkClose = "</think>", CallOpen = "<tool_call>", CallClose = "</tool_call>", PythonTag = "<|python_tag|>";
    private static readonly string[] WithoutTools = [ThinkOpen], WithTools = [ThinkOpen, CallOpen, ToolCall.MistralCalls, PythonTag];

    private readonly List<AIContent> found = [];
    private string held = "";
    private string within = thinking ? ThinkOpen : "";
    private bool begun;

    /// <summary>The words an answer is read by, some of them special tokens.</summary>
    public static IReadOnlyList<string> Markers(bool tools) => tools
        ? [ThinkOpen, ThinkClose, CallOpen, CallClose, ToolCall.MistralCalls, ToolCall.MistralArguments, ToolCall.MistralId, PythonTag]
        : [ThinkOpen, ThinkClose];

    /// <summary>How many calls there were.</summary>
    public int Calls { get; private set; }

    /// <summary>Takes some text and returns what became certain.</summary>
    public IReadOnlyList<AIContent> Append(string text)
    {
        held += text;
        found.Clear();
        while (Advance())
        {
            // Each turn takes one marker.
        }

        return [.. found];
    }

    /// <summary>Ends the answer: what was held back is what it looks like now.</summary>
    public IReadOnlyList<AIContent> Flush()
    {
        found.Clear();
        string rest = held;
        held = "";
        if (within.Length == 0)
            Say(rest);
        else if (within == ThinkOpen)
            Think(rest);
        else
            Call(rest, closed: false);
        return [.. found];
    }

    private bool Advance() => within switch
    {
        "" => Talk(),
        ThinkOpen => Close(ThinkClose, Think, streams: true),
        CallOpen => Close(CallClose, text => Call(text, closed: true), streams: false),
        _ => false, // the rest of the answer
    };

    private bool Talk()
    {
        if (!begun)
            held = held.TrimStart();
        if (!begun && tools.Count > 0 && held.StartsWith('{'))
        {
            within = "{";
            return true;
        }

        string[] markers = tools.Count > 0 ? WithTools : WithoutTools;
        (int at, string? marker) = First(markers);
        if (marker is null)
        {
            int certain = held.Length - StopStrings.Doubtful(held, markers);
            certain = held.AsSpan(0, certain).TrimEnd().Length; // white space before a call is no text
            Say(held[..certain]);
            held = held[certain..];
            return false;
        }

        Say(held[..at].TrimEnd());
        held = held[(at + marker.Length)..];
        within = marker;
        return true;
    }

    /// <summary>Looks for the end of a part; what is certain before it goes out, if the part can go out in pieces.</summary>
    private bool Close(string close, Action<string> take, bool streams)
    {
        int at = held.IndexOf(close, StringComparison.Ordinal);
        if (at < 0)
        {
            int certain = streams ? held.AsSpan(0, held.Length - StopStrings.Doubtful(held, [close])).TrimEnd().Length : 0;
            if (certain > 0)
                take(held[..certain]);
            held = held[certain..];
            return false;
        }

        string part = held[..at];
        held = held[(at + close.Length)..];
        take(streams ? part.TrimEnd() : part);
        (within, begun) = ("", begun && !streams);
        return true;
    }

    private void Say(string text)
    {
        if (text.Length == 0)
            return;
        begun = true;
        found.Add(new TextContent(text));
    }

    private void Think(string text)
    {
        if (!begun)
            text = text.TrimStart();
        if (text.Length == 0)
            return;
        begun = true;
        found.Add(new TextReasoningContent(text));
    }

    private void Call(string text, bool closed)
    {
        string whole = within == "{" ? text : within + text + (closed ? CallClose : "");
        IReadOnlyList<ToolCall>? calls = within == ToolCall.MistralCalls ? ToolCall.ParseMistral(text) : ToolCall.Parse(text);
        // Bare JSON may be an answer in JSON: only a function the model was told of makes it a call.
        if (calls is null || (within == "{" && !calls.All(call => tools.Contains(call.Name))))
        {
            Say(whole);
            return;
        }

        foreach (ToolCall call in calls)
        {
            var arguments = call.Arguments.ToDictionary(pair => pair.Key, pair => (object?)pair.Value, StringComparer.Ordinal);
            found.Add(new FunctionCallContent(CallId(firstCall + Calls++), call.Name, arguments));
        }

        begun = false;
    }

    /// <summary>Nine letters and digits: Mistral's templates take no other ids.</summary>
    private static string CallId(int number) => FormattableString.Invariant($"call{number:00000}");

    private (int At, string? Marker) First(string[] markers)
    {
        (int at, string? first) = (held.Length, null);
        foreach (string marker in markers)
        {
            // Thinking comes before anything is said; later the word is text.
            int index = held.IndexOf(marker, StringComparison.Ordinal);
            if (index >= 0 && index < at && !(marker == ThinkOpen && (begun || index > 0)))
                (at, first) = (index, marker);
        }

        return (at, first);
    }
}
