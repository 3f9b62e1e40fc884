using System.Diagnostics;
using Grimoire.Cli.Commands;
using Grimoire.Models;
using Microsoft.Extensions.AI;

namespace Grimoire.Cli;

/// <summary>A conversation at the terminal: what was said, and how answers are shown.</summary>
internal sealed class ChatSession(Terminal terminal, ChatClient client, ChatSettings settings)
{
    private readonly List<ChatMessage> messages = [];
    private long seed = settings.Sampling.Seed;

    /// <summary>What the model is told before the conversation; null for nothing.</summary>
    public string? System { get; set; } = settings.System;

    /// <summary>What was said, without the system's part.</summary>
    public IReadOnlyList<ChatMessage> Messages => messages;

    /// <summary>How many tokens the conversation has, as the model reads it.</summary>
    public int Tokens => client.CountTokens(messages, Options());

    /// <summary>The model's context.</summary>
    public int Context => Model.Config.Context;

    /// <summary>Everything said, the system's part first.</summary>
    public IEnumerable<ChatMessage> Everything => System is null ? messages : [new ChatMessage(ChatRole.System, System), .. messages];

    private LanguageModel Model => client.GetRequiredService<LanguageModel>();

    private string WhatToDo => terminal.Asks
        ? "/reset begins anew, /save keeps what was said"
        : "begin a new conversation, shorten it, or use a model with a longer context";

    /// <summary>Takes turns until the input ends or somebody leaves.</summary>
    public void Talk()
    {
        var commands = new SlashCommands(terminal, this);
        bool any = false;
        while (ChatInput.Read(terminal) is { } turn)
        {
            if (string.IsNullOrWhiteSpace(turn.Text))
                continue;
            any = true;
            if (turn.IsCommand)
                Try(() => commands.Run(turn.Text));
            else
                Try(() => terminal.Part(stop => Answer(turn.Text, stop)));
            if (commands.Leaving)
                return;
        }

        if (terminal.Asks)
            terminal.Line();
        else if (!any)
            throw new GrimoireException("standard input is empty; there is nothing to answer. Give turns a line each, or --prompt.");
    }

    /// <summary>Answers a turn. What cannot be answered is not kept.</summary>
    public void Answer(string turn, CancellationToken stop)
    {
        messages.Add(new ChatMessage(ChatRole.User, turn));
        Continue(stop);
    }

    /// <summary>Takes the last answer back and gives another.</summary>
    public void Regenerate()
    {
        int last = messages.FindLastIndex(message => message.Role == ChatRole.User);
        if (last < 0)
            throw new GrimoireException("there is no answer yet that could be given again.");
        if (settings.Sampling.Options(Model.Defaults).IsGreedy)
            throw new GrimoireException("the likeliest token is always taken, so the answer would be the same; begin with a --temperature above 0.");
        messages.RemoveRange(last + 1, messages.Count - last - 1);
        seed++;
        terminal.Part(Continue);
    }

    /// <summary>Begins anew.</summary>
    public void Reset() => messages.Clear();

    /// <summary>Goes on from another conversation.</summary>
    public void TakeUp(IEnumerable<ChatMessage> conversation)
    {
        List<ChatMessage> all = [.. conversation];
        System = all.FirstOrDefault(message => message.Role == ChatRole.System)?.Text;
        messages.Clear();
        messages.AddRange(all.Where(message => message.Role != ChatRole.System));
    }

    private void Continue(CancellationToken stop)
    {
        var updates = new List<ChatResponseUpdate>();
        CheckRoom();
        long begin = Stopwatch.GetTimestamp();
        try
        {
            foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, Options(), stop).ToBlockingEnumerable(stop))
            {
                updates.Add(update);
                Show(update);
            }
        }
        catch (OperationCanceledException) when (!terminal.Stop.IsCancellationRequested)
        {
            terminal.Out.Write(" …");
        }
        finally
        {
            Keep(updates);
            if (updates.Count > 0)
                terminal.Out.WriteLine();
        }

        if (updates.Count > 0 && updates[^1].FinishReason is not null)
            Tell(updates.ToChatResponse(), Stopwatch.GetElapsedTime(begin));
    }

    /// <exception cref="GrimoireException">There is no room in the context for an answer; the turn is taken back.</exception>
    private void CheckRoom()
    {
        int tokens = Tokens;
        if (tokens < Context)
            return;
        messages.RemoveAt(messages.Count - 1);
        throw new GrimoireException($"With this turn the conversation has {tokens} tokens, and the model's context is {Context}; {WhatToDo}.");
    }

    /// <summary>An answer that was stopped counts as far as it came; a turn without any is taken back.</summary>
    private void Keep(List<ChatResponseUpdate> updates)
    {
        if (updates.Count > 0)
            messages.AddRange(updates.ToChatResponse().Messages);
        else
            messages.RemoveAt(messages.Count - 1);
    }

    private void Show(ChatResponseUpdate update)
    {
        foreach (AIContent content in update.Contents)
        {
            if (content is TextReasoningContent thought && terminal.IsLive)
                terminal.Coloured(Sentences.Harmless(thought.Text), 245);
            else if (content is TextContent said)
                Write(terminal.IsLive ? Sentences.Harmless(said.Text) : said.Text, update.RawRepresentation);
        }

        terminal.Out.Flush();
    }

    private void Write(string text, object? token)
    {
        if (settings.Surprise && token is GeneratedToken { Score: { } score })
            Surprise.Write(terminal, text, score);
        else
            terminal.Out.Write(text);
    }

    private void Tell(ChatResponse response, TimeSpan time)
    {
        UsageDetails usage = response.Usage!;
        long tokens = usage.OutputTokenCount ?? 0, total = usage.TotalTokenCount ?? 0;
        bool cut = response.FinishReason == ChatFinishReason.Length, full = cut && total >= Context;
        if (terminal.Asks)
        {
            string speed = Numbers.Short(tokens / Math.Max(time.TotalSeconds, 1e-3)), end = cut && !full ? "; cut off by --max-tokens" : "";
            terminal.Line($"[dim]{tokens} tokens, {speed} a second; {total} of {Context} tokens of context used{Guesses(usage)}{end}[/]");
        }

        if (full)
            terminal.Complain($"The model's context of {Context} tokens is full and the answer ends here; {WhatToDo}.");
    }

    private string Guesses(UsageDetails usage) => settings.Guessing.Any && usage.AdditionalCounts is { } counts
        ? "; " + GuessSettings.Words(counts[ChatClient.GuessesKey], counts[ChatClient.RightGuessesKey])
        : "";

    /// <summary>Where a person can go on, what goes wrong is a sentence; else it ends the program.</summary>
    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (GrimoireException e) when (terminal.Asks)
        {
            terminal.Complain(e.Message);
        }
    }

    private ChatOptions Options() => new()
    {
        Instructions = System,
        Seed = seed,
        Reasoning = settings.Thinking is { } thinking ? new ReasoningOptions { Effort = thinking ? ReasoningEffort.Medium : ReasoningEffort.None } : null,
    };
}
