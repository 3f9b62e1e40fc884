namespace Grimoire.Models.Tokenizers;

/// <summary>The most frequent words of a text, equal counts in ordinal order, after an unknown token with id 0.</summary>
internal static class WordTrainer
{
    public static Tokenizer Train(WordCounts counts, TokenizerOptions options)
    {
        string unknown = options.Unknown ?? "<unk>";
        int room = options.VocabularySize - options.Special.Count - 1;
        IEnumerable<string> frequent = counts.Words
            .Where(word => word.Count >= options.MinFrequency && word.Word != unknown)
            .OrderByDescending(word => word.Count)
            .Take(room)
            .Select(word => word.Word);
        string[] pieces = [unknown, .. frequent];
        return TokenizerJson.Create(
            new WordLevel(new Vocabulary(pieces), unknown),
            StandardParts.Words(options.Pattern, unknown),
            TokenizerTrainer.SpecialTokens(options, pieces.Length),
            TokenizerTrainer.Settings(options));
    }
}
