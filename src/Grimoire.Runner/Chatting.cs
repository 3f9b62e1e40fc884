using System.Text;
using Grimoire.Models;
using Microsoft.Extensions.AI;

namespace Grimoire.Runner;

/// <summary>A conversation, written as the model has learnt it, in which everything said before counts.</summary>
internal sealed class Chatting(LanguageModel model, RunnerOptions options) : Talk
{
    private readonly ChatClient client = model.AsChatClient(new ChatClientOptions { Generation = options.Generation(model), Kernels = options.Kernels });
    private readonly List<ChatMessage> messages = [];

    public override string Greeting => "Ask the model something. Ctrl-C ends an answer, Ctrl-D the conversation.";

    public override IEnumerable<string> Answer(string prompt, CancellationToken stop)
    {
        messages.Add(new ChatMessage(ChatRole.User, prompt));
        var answer = new StringBuilder();
        try
        {
            foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, options: null, stop).ToBlockingEnumerable(stop))
            {
                answer.Append(update.Text);
                yield return string.Concat(update.Contents.Select(Shown));
            }
        }
        finally
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, answer.ToString()));
        }
    }

    public override void Forget() => messages.Clear();

    /// <summary>Thoughts are shown, but are no part of what was said.</summary>
    private static string Shown(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent thought => thought.Text,
        _ => "",
    };
}
