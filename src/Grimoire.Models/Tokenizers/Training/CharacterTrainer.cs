using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>The characters of a text in order of their code points, as a BPE model without merges.</summary>
internal static class CharacterTrainer
{
    public static Tokenizer Train(WordCounts counts, TokenizerOptions options)
    {
        // Halves of surrogate pairs are no characters; encoding takes them for U+FFFD too.
        IEnumerable<Rune> characters = counts.Words.Select(word => Rune.TryGetRuneAt(word.Word, 0, out Rune rune) ? rune : Rune.ReplacementChar);
        List<string> pieces = [.. characters.Distinct().Order().Select(rune => rune.ToString())];
        if (options.Unknown is { } unknown)
            pieces.Add(unknown);
        if (pieces.Count + options.Special.Count > options.VocabularySize)
            throw new GrimoireException($"The text has {pieces.Count} different characters, more than a vocabulary of {options.VocabularySize} holds; " +
                "allow more, or train byte-level BPE.");
        var model = new Bpe(new Vocabulary([.. pieces]), [], new BpeSettings { Unknown = options.Unknown });
        return TokenizerJson.Create(model, StandardParts.Characters, TokenizerTrainer.SpecialTokens(options, pieces.Count), TokenizerTrainer.Settings(options));
    }
}
