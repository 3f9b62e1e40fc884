namespace Grimoire.Models.Tokenizers;

/// <summary>Reads the <c>model</c> of a tokenizer file: vocabulary, merges and settings.</summary>
internal static class ModelReader
{
    public static TokenModel Read(JsonPlace json, bool byteLevel)
    {
        // Old files leave the type out where there are merges.
        string type = json["type"].TextOrNull() ?? (json["merges"].IsNull ? "WordLevel" : "BPE");
        return type switch
        {
            "BPE" => ReadBpe(json.Only("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"), byteLevel),
            "WordLevel" => byteLevel
                ? throw json["type"].Error("is WordLevel, which does not go with a ByteLevel pre-tokenizer.")
                : new WordLevel(ReadVocabulary(json.Only("vocab", "unk_token")["vocab"]), json["unk_token"].TextOrNull()),
            _ => throw ComponentReader.Unknown(json, "model", type),
        };
    }

    public static Vocabulary ReadVocabulary(JsonPlace json)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<(int Id, string Piece)> entries = [];
        int size = 0;
        foreach ((string piece, JsonPlace value) in json.Members())
        {
            int id = value.Number(TokenizerJson.LargestId);
            if (!names.Add(piece))
                throw value.Error("stands twice in the vocabulary; each piece needs one id.");
            entries.Add((id, piece));
            size = Math.Max(size, id + 1);
        }

        var pieces = new string?[size];
        foreach ((int id, string piece) in entries)
        {
            if (pieces[id] is { } other)
                throw json.Error($"gives the id {id} to two pieces, {other.Quoted()} and {piece.Quoted()}.");
            pieces[id] = piece;
        }

        return new Vocabulary(pieces);
    }

    /// <summary>The merge of two pieces that must be in the vocabulary, as must be the piece they make.</summary>
    public static Merge ReadMerge(string left, string right, Vocabulary vocabulary, Func<string, GrimoireException> error)
    {
        return new Merge(Find(left), Find(right), Find(left + right));

        int Find(string piece)
        {
            int id = vocabulary.Find(piece, -1);
            return id >= 0 ? id : throw error($"merges {left.Quoted()} and {right.Quoted()}, but {piece.Quoted()} is not in the vocabulary.");
        }
    }

    private static Bpe ReadBpe(JsonPlace json, bool byteLevel)
    {
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (json[affix].TextOrNull() is { Length: > 0 } value)
                throw json[affix].Error($"is {value.Quoted()}; affixes of words are not supported.");
        }

        if (!json["dropout"].IsNull && json["dropout"].RawText is not ("0" or "0.0"))
            throw json["dropout"].Error("must be null: with dropout the ids of a text would be random.");
        Vocabulary vocabulary = ReadVocabulary(json["vocab"]);
        var settings = new BpeSettings
        {
            ByteLevel = byteLevel,
            ByteFallback = json["byte_fallback"].Flag(),
            IgnoreMerges = json["ignore_merges"].Flag(),
            FuseUnknown = json["fuse_unk"].Flag(),
            Unknown = json["unk_token"].TextOrNull(),
        };
        return new Bpe(vocabulary, [.. json["merges"].Items().Select(merge => ReadMerge(merge, vocabulary))], settings);
    }

    private static Merge ReadMerge(JsonPlace json, Vocabulary vocabulary)
    {
        if (json.Kind == System.Text.Json.JsonValueKind.Array)
        {
            string[] pair = [.. json.Items().Select(item => item.Text())];
            return pair.Length == 2 ? ReadMerge(pair[0], pair[1], vocabulary, json.Error) : throw json.Error("must hold two pieces.");
        }

        string text = json.Text();
        int space = text.IndexOf(' ');
        if (space <= 0 || space == text.Length - 1 || text.IndexOf(' ', space + 1) >= 0)
            throw json.Error($"is {text.Quoted()}, but must be two pieces with one space between them.");
        return ReadMerge(text[..space], text[(space + 1)..], vocabulary, json.Error);
    }
}
