namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Trains vocabularies. The text is read once and only the counts of its words are kept. The result is a function of the text and the options:
/// ties are broken by a fixed rule, and neither the number of threads nor the way a file is read in pieces changes it.
/// </summary>
public static class TokenizerTrainer
{
    /// <summary>Trains on documents, each a text of its own.</summary>
    /// <exception cref="GrimoireException">There is no text, or the options ask for what cannot be.</exception>
    public static Tokenizer Train(
        IEnumerable<string> documents, TokenizerOptions options, IProgress<TokenizerProgress>? progress = null, CancellationToken cancel = default)
    {
        Check(options);
        WordCounts counts = WordCounts.Count(documents, options, progress, cancel);
        if (counts.Words.Count == 0)
            throw new GrimoireException("There is no text to train a tokenizer on; give at least one file that is not empty.");
        return options.Kind switch
        {
            TokenizerKind.Character => CharacterTrainer.Train(counts, options),
            TokenizerKind.Word => WordTrainer.Train(counts, options),
            _ => BpeTrainer.Train(counts, options, progress, cancel),
        };
    }

    /// <summary>Trains on text files (UTF-8) of any size.</summary>
    /// <exception cref="GrimoireException">A file cannot be read or is no text, or the options ask for what cannot be.</exception>
    public static Tokenizer TrainFiles(
        IEnumerable<string> paths, TokenizerOptions options, IProgress<TokenizerProgress>? progress = null, CancellationToken cancel = default) =>
        Train(paths.SelectMany(TextChunks.Read), options, progress, cancel);

    /// <summary>The added tokens of a trained vocabulary, whose ids begin at <paramref name="first"/>.</summary>
    internal static List<AddedToken> SpecialTokens(TokenizerOptions options, int first) =>
        [.. options.Special.Select((content, index) => new AddedToken(first + index, content))];

    internal static TokenizerSettings Settings(TokenizerOptions options) => new()
    {
        EndOfText = options.EndOfText is { } end && options.Special.Contains(end) ? end : null,
    };

    private static void Check(TokenizerOptions options)
    {
        int smallest = options.Special.Count + (options.Kind == TokenizerKind.Bytes ? 256 : 1);
        if (options.VocabularySize < smallest || options.VocabularySize > TokenizerJson.LargestId)
            throw new GrimoireException($"A vocabulary of {options.VocabularySize} is not possible; " +
                $"with {options.Special.Count} special tokens it must have from {smallest} to {TokenizerJson.LargestId} ids.");
        if (options.Special.Any(string.IsNullOrEmpty) || options.Special.Distinct(StringComparer.Ordinal).Count() != options.Special.Count)
            throw new GrimoireException("The special tokens must be different from each other and not empty.");
        if (options.MinFrequency < 1)
            throw new GrimoireException($"The least frequency of a piece must be at least 1, not {options.MinFrequency}.");
    }
}
