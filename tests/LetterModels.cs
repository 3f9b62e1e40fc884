using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire;

/// <summary>Small models of random weights whose vocabulary is printable letters and the marks of turns.</summary>
internal static class LetterModels
{
    private static readonly string[] Marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    private static readonly Tokenizer Letters = TokenizerTrainer.Train(
        [string.Concat(Enumerable.Range(32, 95).Select(c => (char)c)) + "\néï"],
        new TokenizerOptions { Kind = TokenizerKind.Character, VocabularySize = 120, EndOfText = Marks[0], Special = Marks });

    /// <summary>One that continues texts.</summary>
    public static LanguageModel Llama(ulong seed = 1, int context = 128) =>
        Of(Grimoire.Models.Llama.Config(2, 2, 16, context, Letters.VocabularySize, tied: true), seed);

    /// <summary>One that can be talked to.</summary>
    public static LanguageModel Chatting(ulong seed = 1, int context = 512) => Llama(seed, context) with { ChatTemplate = ChatTemplate.BuiltIn("chatml") };

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
        return Of(config, seed);
    }

    private static LanguageModel Of(ModelConfig config, ulong seed) => new(new Transformer(config, Initialization.Random(config, seed)), Letters);
}
