using Grimoire.Models.Chat;
using System.Text.Json.Nodes;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models;

/// <summary>The tokens of a conversation: the template's text, in which only the template itself can write special tokens.</summary>
internal sealed class ChatPrompt(ChatTemplate template, Tokenizer tokenizer)
{
    /// <summary>A noncharacter: cuts the name of a special token where a message spells one, so that nobody can forge a turn.</summary>
    private const char Cut = '\uFDD0';

    private readonly string[] special = [.. tokenizer.AddedTokens.Where(token => token is { Special: true, Content.Length: > 1 }).Select(token => token.Content)];

    /// <summary>The tokens, and whether they end in the beginning of a thought.</summary>
    /// <exception cref="GrimoireException">The template refuses the conversation.</exception>
    public (int[] Ids, bool Thinking) Encode(JsonArray messages, JsonArray? tools, JsonObject variables)
    {
        Disarm(messages);
        Name("bos_token", tokenizer.BeginOfText);
        Name("eos_token", tokenizer.EndOfText);
        string text = template.Render(messages, tools, addGenerationPrompt: true, variables);
        var ids = new List<int>(text.Length / 3);
        foreach (string part in text.Split(Cut))
            tokenizer.Encode(part, ids, parseSpecial: true);
        return ([.. ids], text.AsSpan().TrimEnd().EndsWith("<think>", StringComparison.Ordinal));

        void Name(string key, int? id)
        {
            if (id is { } named)
                variables.TryAdd(key, tokenizer.Piece(named));
        }
    }

    private void Disarm(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                    Disarm(list[i], text => list[i] = text);
                break;
            case JsonObject members:
                foreach (string name in members.Select(member => member.Key).ToArray())
                    Disarm(members[name], text => members[name] = text);
                break;
        }
    }

    private void Disarm(JsonNode? node, Action<string> replace)
    {
        if (node is JsonValue value && value.TryGetValue(out string? text))
            replace(Disarmed(text));
        else
            Disarm(node);
    }

    private string Disarmed(string text)
    {
        text = text.Replace(Cut, '\uFFFD');
        foreach (string token in special)
            text = text.Replace(token, token.Insert(1, Cut.ToString()), StringComparison.Ordinal);
        return text;
    }
}
