using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

/// <summary>Small models of random weights whose vocabulary is printable letters and the marks of turns.</summary>
internal static class TinyModels
{
    private static readonly Tokenizer Letters = TokenizerTrainer.Train(
        [string.Concat(Enumerable.Range(32, 95).Select(c => (char)c)) + "\néï"],
        new TokenizerOptions { Kind = TokenizerKind.Character, VocabularySize = 120, EndOfText = "<|endoftext|>", Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });

    /// <summary>An encoder of BERT's kind.</summary>
    public static LanguageModel Bert(ulong seed = 1, int context = 128)
    {
        ModelConfig config = Gpt2.Config(2, 2, 16, context, Letters.VocabularySize) with
        {
            Family = "bert",
            NormPlacement = NormPlacement.Post,
            EmbeddingNorm = true,
            Activation = Activation.Gelu,
            Causal = false,
            Head = false,
            TiedEmbeddings = false,
            TokenTypes = 2,
            NormEpsilon = 1e-12f,
        };
        return new LanguageModel(new Transformer(config, Initialization.Random(config, seed)), Letters);
    }

    public static LanguageModel Llama(ulong seed = 1, int context = 128, bool chats = false)
    {
        ModelConfig config = Grimoire.Models.Llama.Config(2, 2, 16, context, Letters.VocabularySize, tied: true);
        return new LanguageModel(new Transformer(config, Initialization.Random(config, seed)), Letters) { ChatTemplate = chats ? ChatTemplate.BuiltIn("chatml") : null };
    }
}
