namespace Grimoire.Models.Tokenizers;

/// <summary>BERT's old file: one piece in a line, whose number is its id.</summary>
internal static class VocabularyText
{
    private const string Begin = "[CLS]", End = "[SEP]";
    // As in the original program; tokenizer.json says its own.
    private const int LongestWord = 200;
    private static readonly string[] Special = ["[PAD]", "[UNK]", Begin, End, "[MASK]"];

    public static Tokenizer Load(string path, JsonPlace config, TokenizerSettings settings)
    {
        List<string> pieces = [.. VocabularyFile.ReadLines(path)];
        if (pieces is [.., ""])
            pieces.RemoveAt(pieces.Count - 1);
        if (pieces.Count > TokenizerJson.LargestId)
            throw new GrimoireException($"{path}: {pieces.Count} lines are more than any vocabulary has; is it the right file?");
        var vocabulary = new Vocabulary([.. pieces]);
        AddedToken[] added = [.. Special.Where(name => vocabulary.Find(name) is not null).Select(name => new AddedToken(vocabulary.Find(name)!.Value, name))
            .OrderBy(token => token.Id)];
        if (vocabulary.Find(Begin) is not { } begin || vocabulary.Find(End) is not { } end)
            throw new GrimoireException($"{path}: {Begin} and {End} are missing; is it a vocabulary of BERT?");
        TokenizerParts parts = StandardParts.Bert(config["do_lower_case"].Flag(true), (Begin, begin), (End, end));
        return TokenizerJson.Create(new WordPiece(vocabulary, new WordPieceSettings { LongestWord = LongestWord }), parts, added, settings);
    }
}
