using System.Text.Json.Nodes;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Chat;

/// <summary>Conversations and a tokenizer with every family's special tokens, for the tests of templates.</summary>
internal static class Conversations
{
    private static readonly string[] Special =
    [
        "<s>", "</s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|eot_id|>", "<start_of_turn>", "<end_of_turn>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>",
    ];

    /// <summary>Words, bytes and special tokens; texts end with <c>&lt;/s&gt;</c>.</summary>
    public static Tokenizer Tokenizer { get; } = TokenizerTrainer.Train(
        ["user assistant system model Hello there, how are you? I am fine.\nassistant\nHello\n\nassistant\n\n"],
        new TokenizerOptions { VocabularySize = 320, EndOfText = "</s>", Special = Special });

    public static JsonArray Of(params (string Role, string Content)[] turns) =>
        [.. turns.Select(turn => new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content })];

    public static JsonArray Greeting => Of(("system", "Be kind."), ("user", "Hello!"), ("assistant", "Hi there"), ("user", "How are you?"), ("assistant", "Fine."));

    /// <summary>The stretches of a conversation's text that are marked as the assistant's, special tokens and all.</summary>
    public static string[] Assistants((int[] Ids, bool[] Assistant) conversation)
    {
        List<string> texts = [];
        List<int> current = [];
        for (int i = 0; i <= conversation.Ids.Length; i++)
        {
            if (i < conversation.Ids.Length && conversation.Assistant[i])
            {
                current.Add(conversation.Ids[i]);
            }
            else if (current.Count > 0)
            {
                texts.Add(Tokenizer.Decode([.. current], skipSpecial: false));
                current.Clear();
            }
        }

        return [.. texts];
    }
}
