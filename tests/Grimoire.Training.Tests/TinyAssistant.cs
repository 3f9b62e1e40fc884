using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Training.Tests;

/// <summary>A small model of random weights that can be talked to: its vocabulary is printable letters and the marks of turns.</summary>
internal static class TinyAssistant
{
    private static readonly Tokenizer Letters = TokenizerTrainer.Train(
        [string.Concat(Enumerable.Range(32, 95).Select(c => (char)c)) + "\n"],
        new TokenizerOptions { Kind = TokenizerKind.Character, VocabularySize = 120, EndOfText = "<|endoftext|>", Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });

    public static LanguageModel Model(ulong seed = 1, int context = 512, bool trainable = false)
    {
        ModelConfig config = Llama.Config(2, 2, 16, context, Letters.VocabularySize, tied: true);
        var transformer = new Transformer(config, Initialization.Random(config, seed));
        transformer.SetTrainable(trainable);
        return new LanguageModel(transformer, Letters) { ChatTemplate = ChatTemplate.BuiltIn("chatml") };
    }
}
