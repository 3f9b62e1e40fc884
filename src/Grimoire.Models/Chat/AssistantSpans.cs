using Grimoire.Models.Chat.Jinja;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat;

/// <summary>
/// Finds what the assistant writes in a rendered conversation: for each of its messages what follows the prompt to answer, up to and with the token that
/// ends the turn. The characters know from which message they come; the prompt is known by rendering the conversation up to there.
/// </summary>
/// <param name="tokenizer">Tells which tokens end a turn.</param>
/// <param name="render">Renders the first so many messages, with or without the prompt to answer; null where the template refuses them.</param>
/// <param name="text">The whole conversation, rendered.</param>
internal sealed class AssistantSpans(Tokenizer tokenizer, Func<int, bool, Jinja.Text?> render, Jinja.Text text)
{
    private readonly string chars = text.Chars;
    private readonly Dictionary<string, int> leads = new(StringComparer.Ordinal), closings = new(StringComparer.Ordinal);

    /// <summary>What <c>{% generation %}</c> blocks wrote.</summary>
    public static List<(int Start, int End)> Generated(Jinja.Text text)
    {
        List<(int Start, int End)> spans = [];
        int from = 0;
        foreach (Run run in text.Runs)
        {
            if (run.Mark.Generated && spans.Count > 0 && spans[^1].End == from)
                spans[^1] = (spans[^1].Start, run.End);
            else if (run.Mark.Generated)
                spans.Add((from, run.End));
            from = run.End;
        }

        return spans;
    }

    /// <summary>What the assistant writes in one of its messages, or null where the template writes nothing of it.</summary>
    /// <param name="index">The message.</param>
    /// <param name="speaks">Whether the message says something.</param>
    /// <exception cref="GrimoireException">The template leaves the message out or tears it apart.</exception>
    public (int Start, int End)? Find(int index, bool speaks)
    {
        (int first, int last) = Extent(text, index);
        if (first < 0 && speaks)
            throw Refuse(index, "leaves out what it says");
        if (first < 0)
            return render(index, true)?.Chars is { } prompt && chars.StartsWith(prompt, StringComparison.Ordinal) ? Empty(prompt.Length) : null;
        CheckWhole(index, first, last);
        return (Start(index, first), EndOfTurn(index, last));
    }

    /// <summary>
    /// Where the prompt to answer ends. What the template writes between two messages tells it once for all places where it writes the same, so that a long
    /// conversation is rendered a few times and not once for every turn.
    /// </summary>
    private int Start(int index, int first)
    {
        int from = TemplateBefore(first);
        if (leads.TryGetValue(chars[from..first], out int lead))
            return first - lead;
        string? prompt = render(index, true)?.Chars;
        bool continues = prompt is not null && prompt.Length <= first && chars.StartsWith(prompt, StringComparison.Ordinal);
        int start = continues && !IsHeader(index, prompt!.Length, first) ? prompt.Length : StartByLead(index, first, prompt);
        if (start >= from && from > 0)
            leads.Add(chars[from..first], first - start);
        return start;
    }

    private static GrimoireException Refuse(int index, string why) => new(
        $"the chat template {why} in message {index + 1}, the assistant's, " +
        $"so that its tokens cannot be told from others; mark them in the template with {{% generation %}}.");

    /// <summary>From the first to the last character of a message; -1 where there is none.</summary>
    private static (int First, int End) Extent(Jinja.Text text, int index)
    {
        int first = -1, end = -1, from = 0;
        foreach (Run run in text.Runs)
        {
            if (run.Mark.Source == index + 1)
            {
                first = first < 0 ? from : first;
                end = run.End;
            }

            from = run.End;
        }

        return (first, end);
    }

    private void CheckWhole(int index, int first, int last)
    {
        foreach (Run run in text.Runs)
        {
            if (run.End > first && run.End <= last && run.Mark.Source > 0 && run.Mark.Source != index + 1)
                throw Refuse(index, "puts another message into what is said");
        }
    }

    /// <summary>A message without words: the token that ends the turn, right after the prompt.</summary>
    private (int Start, int End)? Empty(int start) => ConversationEncoding.NextSpecial(tokenizer, text, start) is { } special
        && tokenizer.StopIds.Contains(special.Token.Id) && string.IsNullOrWhiteSpace(chars[start..special.At])
            ? (start, special.At + special.Token.Content.Length) : null;

    /// <summary>
    /// Whether what stands between the prompt and the message is the turn's header, special tokens and all, because the template has no prompt to answer.
    /// </summary>
    private bool IsHeader(int index, int prompt, int first) =>
        ConversationEncoding.NextSpecial(tokenizer, text, prompt) is { } special && special.At < first && GenerationPrompt(index).Length == 0;

    private string GenerationPrompt(int index)
    {
        string? with = render(index, true)?.Chars, without = render(index, false)?.Chars;
        return with is not null && without is not null && with.StartsWith(without, StringComparison.Ordinal) ? with[without.Length..] : "";
    }

    /// <summary>
    /// Where a turn begins if later messages changed what stands before it: the words between the prompt and the message are looked up in the conversation
    /// as it was then, and, where those changed too, the prompt itself is looked for.
    /// </summary>
    private int StartByLead(int index, int first, string? prompt)
    {
        string header = GenerationPrompt(index);
        if (render(index + 1, false) is { } then && prompt is not null && then.Chars.StartsWith(prompt, StringComparison.Ordinal))
        {
            int spoken = Extent(then, index).First;
            string lead = spoken >= prompt.Length ? then.Chars[prompt.Length..spoken] : "";
            bool isHeader = header.Length == 0 && ConversationEncoding.NextSpecial(tokenizer, then, prompt.Length) is { } special && special.At < spoken;
            if (lead.Length > 0 && !isHeader && IsTemplate(first - lead.Length, first) && chars.AsSpan(0, first).EndsWith(lead))
                return first - lead.Length;
        }

        int from = TemplateBefore(first);
        int at = header.Length == 0 ? -1 : chars.LastIndexOf(header, first - 1, first - from, StringComparison.Ordinal);
        return at < 0 ? first : at + header.Length;
    }

    /// <summary>
    /// The token that ends the turn follows the message, with nothing but the template's own characters between. Where another special token comes first, the
    /// conversation that ends with this message tells whether it belongs to the turn.
    /// </summary>
    private int EndOfTurn(int index, int last)
    {
        if (ConversationEncoding.NextSpecial(tokenizer, text, last) is not { } first || !IsTemplate(last, first.At))
            return last;
        int end = End(first);
        if (tokenizer.StopIds.Contains(first.Token.Id))
            return end;
        string after = chars[last..TemplateAfter(last)];
        if (!closings.TryGetValue(after, out int closing))
            closings.Add(after, closing = Closing(index, last, end) - last);
        return last + closing;
    }

    /// <summary>Where a turn ends whose message no stop token follows at once.</summary>
    private int Closing(int index, int last, int end)
    {
        if (render(index + 1, false) is not { } then || Extent(then, index).End is not (>= 0 and var spoken))
            return last;
        int closing = last + then.Chars.AsSpan(spoken).CommonPrefixLength(chars.AsSpan(last));
        for (int at = end;
            ConversationEncoding.NextSpecial(tokenizer, text, at) is { } next && End(next) <= closing && IsTemplate(last, next.At);
            at = End(next))
        {
            if (tokenizer.StopIds.Contains(next.Token.Id))
                return End(next);
        }

        return end <= closing ? end : last;
    }

    private static int End((AddedToken Token, int Start, int At, int End) special) => special.At + special.Token.Content.Length;

    private bool IsTemplate(int start, int end) => start >= 0 && TemplateBefore(end) <= start;

    /// <summary>Where the stretch of the template's own characters ends that begins at an index.</summary>
    private int TemplateAfter(int start)
    {
        while (start < chars.Length && text.MarkAt(start).IsTrusted)
            start++;
        return start;
    }

    /// <summary>Where the stretch of the template's own characters begins that ends at an index.</summary>
    private int TemplateBefore(int end)
    {
        while (end > 0 && text.MarkAt(end - 1).IsTrusted)
            end--;
        return end;
    }
}
