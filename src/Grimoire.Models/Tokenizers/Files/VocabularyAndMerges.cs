namespace Grimoire.Models.Tokenizers;

/// <summary>The older pair of files of byte-level BPE: a JSON map of pieces and a text of merges, one in a line.</summary>
internal static class VocabularyAndMerges
{
    private const string EndOfText = "<|endoftext|>";

    public static Tokenizer Load(string vocabularyPath, string mergesPath, JsonPlace config, TokenizerSettings settings)
    {
        Vocabulary vocabulary = ModelReader.ReadPieces(JsonPlace.ReadFile(vocabularyPath));
        var model = new Bpe(vocabulary, ReadMerges(mergesPath, vocabulary), new BpeSettings { ByteLevel = true });
        TokenizerParts parts = config["tokenizer_class"].TextOrNull() switch
        {
            null or "GPT2Tokenizer" or "GPT2TokenizerFast" => StandardParts.ByteLevel(SplitPattern.Gpt2),
            "Qwen2Tokenizer" or "Qwen2TokenizerFast" => StandardParts.ByteLevel(SplitPattern.Qwen, composed: true),
            var other =>
                throw config["tokenizer_class"].Error($"is {other.Quoted()}, whose pre-tokenisation is not known here; a tokenizer.json would say it."),
        };
        List<AddedToken> added = ReadAddedTokens(config["added_tokens_decoder"]);
        if (added.Count == 0 && vocabulary.Find(EndOfText) is { } end)
            added.Add(new AddedToken(end, EndOfText));
        if (settings.EndOfText is null && added.Any(token => token.Content == EndOfText))
            settings = settings with { EndOfText = EndOfText, BeginOfText = settings.BeginOfText ?? EndOfText };
        return TokenizerJson.Create(model, parts, added, settings);
    }

    /// <summary>The tokens of <c>added_tokens_decoder</c>, a map from ids in <c>tokenizer_config.json</c>.</summary>
    public static List<AddedToken> ReadAddedTokens(JsonPlace json)
    {
        List<AddedToken> tokens = [];
        if (json.IsNull)
            return tokens;
        foreach ((string name, JsonPlace value) in json.Members())
        {
            if (!int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out int id) || id is < 0 or > TokenizerJson.LargestId)
                throw value.Error("must be named by an id.");
            tokens.Add(TokenizerJson.ReadAddedToken(value, id));
        }

        return tokens;
    }

    private static List<Merge> ReadMerges(string path, Vocabulary vocabulary)
    {
        List<Merge> merges = [];
        int number = 0;
        foreach (string line in VocabularyFile.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            int at = number;
            string[] pair = line.Split(' ');
            if (pair.Length != 2 || pair[0].Length == 0 || pair[1].Length == 0)
                throw Error($"is {line.Quoted()}, but must be two pieces with one space between them.");
            merges.Add(ModelReader.ReadMerge(pair[0], pair[1], vocabulary, Error));

            GrimoireException Error(string what) => new($"{path}: line {at} {what}");
        }

        return merges;
    }
}
