using System.Text.Json.Nodes;
using Grimoire.Models.Tests.Generation;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Conversation;

/// <summary>A model that answers every prompt with the same pieces and ends; in its vocabulary are the words of ChatML, these pieces and single letters.</summary>
internal static class ScriptedModel
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?'\"{}[]()<>|/_-\n";

    public static LanguageModel Answering(params string[] pieces) => Answering(context: 400, pieces);

    public static LanguageModel Answering(int context, params string[] pieces) => Answering(context, "assistant\n", pieces);

    /// <summary>The same after a prompt that ends otherwise.</summary>
    public static LanguageModel AnsweringAfter(string end, params string[] pieces) => Answering(context: 400, end, pieces);

    private static LanguageModel Answering(int context, string end, string[] pieces)
    {
        Tokenizer tokenizer = TokenizerOf(pieces);
        int[] recited = [.. new[] { end }.Concat(pieces).Append("<|im_end|>").Select(piece => tokenizer.Id(piece)!.Value)];
        return new LanguageModel(TinyModels.Reciting(tokenizer.VocabularySize, recited, context), tokenizer);
    }

    private static Tokenizer TokenizerOf(string[] pieces)
    {
        string[] special = ["<|im_start|>", "<|im_end|>", "[TOOL_CALLS]"];
        var vocabulary = new JsonObject { ["?!"] = 0 };
        foreach (char letter in Letters)
            vocabulary[letter.ToString()] = vocabulary.Count;
        JsonArray added = [];
        foreach (string piece in special.Concat(pieces).Append("assistant\n").Distinct().Where(piece => !vocabulary.ContainsKey(piece)))
        {
            added.Add((JsonNode)new JsonObject
            {
                ["id"] = vocabulary.Count + added.Count,
                ["content"] = piece,
                ["special"] = special.Contains(piece),
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
            });
        }

        using var scratch = new Scratch();
        File.WriteAllText(scratch["tokenizer.json"], new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = added,
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray(), ["unk_token"] = "?!" },
            ["decoder"] = new JsonObject { ["type"] = "Fuse" },
        }.ToJsonString());
        return Tokenizer.Load(scratch["tokenizer.json"]);
    }
}
