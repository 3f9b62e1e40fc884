using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Answers;

/// <summary>A newborn model with a vocabulary of the world's text: it answers, and all wrong.</summary>
internal static class WorldModel
{
    private static readonly Tokenizer Vocabulary = TokenizerTrainer.Train(World.Of(1).Lessons(Split.Train).Take(60).Select(lesson => lesson.Messages[0].Content), new TokenizerOptions
    {
        Kind = TokenizerKind.Bytes,
        VocabularySize = 400,
        Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        EndOfText = "<|endoftext|>",
    });

    public static LanguageModel Make(ulong seed = 1)
    {
        ModelConfig config = Llama.Config(1, 2, 16, 192, Vocabulary.VocabularySize, tied: true);
        return new LanguageModel(new Transformer(config, Initialization.Random(config, seed)), Vocabulary);
    }

    public static ExampleEncoder Encoder(LanguageModel model) => new(model.Tokenizer, ChatFormat.Of(model), model.Config.Context);
}
