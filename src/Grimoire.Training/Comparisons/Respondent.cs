using System.Text.Json.Nodes;
using Grimoire.Training.Data;
using Microsoft.Extensions.AI;

namespace Grimoire.Training;

/// <summary>Somebody who answers prompts: a chat client with a name and a length that its answers may have.</summary>
/// <param name="client">What answers.</param>
/// <param name="name">Its name, for the provenance of an answer.</param>
/// <param name="maxTokens">The most tokens of an answer; null for as many as there is room for.</param>
public sealed class Respondent(IChatClient client, string name, int? maxTokens = null)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The answer to a prompt; the same seed gives the same answer.</summary>
    /// <exception cref="GrimoireException">The prompt is too long, or its format refuses it.</exception>
    public string Answer(Passage prompt, ulong seed, CancellationToken cancellation = default) => Answer(prompt.AsMessages("user"), seed, cancellation);

    /// <summary>What is said next in a conversation.</summary>
    /// <exception cref="GrimoireException">The conversation is too long, or its format refuses it.</exception>
    public string Answer(JsonArray messages, ulong seed, CancellationToken cancellation = default)
    {
        ChatMessage[] said = [.. messages.Select(message => new ChatMessage(new ChatRole(message!["role"]!.ToString()), message["content"]?.ToString() ?? ""))];
        var options = new ChatOptions { Seed = unchecked((long)seed), MaxOutputTokens = maxTokens };
        return client.GetResponseAsync(said, options, cancellation).GetAwaiter().GetResult().Text.Trim();
    }
}
