using System.Text.Json;

namespace Grimoire.Models.Tokenizers;

/// <summary>Reads the <c>model</c> of a tokenizer file: vocabulary, merges and settings.</summary>
internal static class ModelReader
{
    /// <summary>The pieces of a model: a map of ids or, for a unigram model, a list.</summary>
    public static Vocabulary ReadVocabulary(JsonPlace model) => TypeOf(model) == "Unigram" ? ReadList(model["vocab"]) : ReadPieces(model["vocab"]);

    /// <summary>Builds the model over its vocabulary.</summary>
    /// <param name="json">The model's JSON.</param>
    /// <param name="vocabulary">Its pieces.</param>
    /// <param name="special">Ids of special tokens, with which no text is spelled.</param>
    /// <param name="byteLevel">Words come as bytes.</param>
    /// <param name="likeSentencePiece">See <see cref="TokenizerParts.LikeSentencePiece"/>.</param>
    public static TokenModel Read(JsonPlace json, Vocabulary vocabulary, IReadOnlySet<int> special, bool byteLevel, bool likeSentencePiece)
    {
        return TypeOf(json) switch
        {
            "BPE" => ReadBpe(json.Only("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
                "vocab", "merges"), vocabulary, byteLevel),
            "WordLevel" => new WordLevel(vocabulary, json.Only("vocab", "unk_token")["unk_token"].TextOrNull()),
            "WordPiece" => ReadWordPiece(json.Only("unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"), vocabulary),
            "Unigram" => ReadUnigram(json.Only("unk_id", "vocab", "byte_fallback"), vocabulary, special, likeSentencePiece),
            var type => throw json.Unsupported("model", type),
        };
    }

    /// <summary>Pieces as a map from their text to their id.</summary>
    public static Vocabulary ReadPieces(JsonPlace json)
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
    public static Merge ReadMerge(
        ReadOnlySpan<char> left, ReadOnlySpan<char> right, Vocabulary vocabulary, Func<string, GrimoireException> error, string continuingPrefix = "")
    {
        int leftId = vocabulary.Find(left, -1), rightId = vocabulary.Find(right, -1);
        ReadOnlySpan<char> tail = right.StartsWith(continuingPrefix, StringComparison.Ordinal) ? right[continuingPrefix.Length..] : right;
        Span<char> whole = left.Length + tail.Length <= 128 ? stackalloc char[left.Length + tail.Length] : new char[left.Length + tail.Length];
        left.CopyTo(whole);
        tail.CopyTo(whole[left.Length..]);
        int merged = vocabulary.Find(whole, -1);
        if (leftId >= 0 && rightId >= 0 && merged >= 0)
            return new Merge(leftId, rightId, merged);
        string missing = (leftId < 0 ? left : rightId < 0 ? right : whole).ToString();
        throw error($"merges {left.ToString().Quoted()} and {right.ToString().Quoted()}, but {missing.Quoted()} is not in the vocabulary.");
    }

    /// <summary>Old files leave the type out.</summary>
    private static string TypeOf(JsonPlace json) =>
        json["type"].TextOrNull() is { } type ? type
        : json["vocab"].Kind == JsonValueKind.Array ? "Unigram"
        : !json["merges"].IsNull ? "BPE"
        : !json["continuing_subword_prefix"].IsNull ? "WordPiece"
        : "WordLevel";

    private static Vocabulary ReadList(JsonPlace json)
    {
        if (json.Count() > TokenizerJson.LargestId)
            throw json.Error($"has {json.Count()} pieces, more than any vocabulary.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var pieces = new List<string?>(json.Count());
        foreach (JsonPlace item in json.Items())
        {
            string piece = item.Count() == 2 ? item.At(0).Text() : throw item.Error("must hold a piece and its score.");
            pieces.Add(names.Add(piece) ? piece : throw item.Error($"is {piece.Quoted()}, which stands in the vocabulary already; each piece needs one id."));
        }

        return new Vocabulary([.. pieces]);
    }

    private static WordPiece ReadWordPiece(JsonPlace json, Vocabulary vocabulary)
    {
        var settings = new WordPieceSettings();
        return new WordPiece(vocabulary, settings with
        {
            Unknown = json["unk_token"].TextOrNull() ?? settings.Unknown,
            ContinuingPrefix = json["continuing_subword_prefix"].TextOrNull() ?? settings.ContinuingPrefix,
            LongestWord = json["max_input_chars_per_word"].IsNull ? settings.LongestWord : json["max_input_chars_per_word"].Number(int.MaxValue),
        });
    }

    private static Unigram ReadUnigram(JsonPlace json, Vocabulary vocabulary, IReadOnlySet<int> special, bool single)
    {
        double[] scores = [.. json["vocab"].Items().Select(item => item.At(1).Real())];
        string? unknown = json["unk_id"].IsNull ? null : vocabulary[json["unk_id"].Number(TokenizerJson.LargestId)]
            ?? throw json["unk_id"].Error("is no id of the vocabulary.");
        var settings = new UnigramSettings { Unknown = unknown, ByteFallback = json["byte_fallback"].Flag(), SinglePrecision = single };
        // The text "<0x0A>" is six characters and no newline, "<unk>" five and nothing unknown, as in SentencePiece.
        IEnumerable<string> names = settings.ByteFallback ? Enumerable.Range(0, 256).Select(value => Bpe.ByteName((byte)value)) : [];
        settings = settings with { Hidden = (HashSet<int>)[.. special, .. names.Append(unknown).Select(name => vocabulary.Find(name, -1))] };
        return new Unigram(vocabulary, scores, settings);
    }

    private static Bpe ReadBpe(JsonPlace json, Vocabulary vocabulary, bool byteLevel)
    {
        if (!json["dropout"].IsNull && json["dropout"].RawText is not ("0" or "0.0"))
            throw json["dropout"].Error("must be null: with dropout the ids of a text would be random.");
        var settings = new BpeSettings
        {
            ByteLevel = byteLevel,
            ByteFallback = json["byte_fallback"].Flag(),
            IgnoreMerges = json["ignore_merges"].Flag(),
            FuseUnknown = json["fuse_unk"].Flag(),
            Unknown = json["unk_token"].TextOrNull(),
            ContinuingPrefix = json["continuing_subword_prefix"].TextOrNull() ?? "",
            EndOfWord = json["end_of_word_suffix"].TextOrNull() ?? "",
        };
        if (settings.ByteFallback && settings.ContinuingPrefix.Length + settings.EndOfWord.Length > 0)
            throw json["byte_fallback"].Error("is not supported together with affixes of words.");
        return new Bpe(vocabulary, [.. json["merges"].Items().Select(merge => ReadMerge(merge, vocabulary, settings.ContinuingPrefix))], settings);
    }

    private static Merge ReadMerge(JsonPlace json, Vocabulary vocabulary, string prefix)
    {
        if (json.Kind == JsonValueKind.Array)
        {
            if (json.Count() != 2)
                throw json.Error("must hold two pieces.");
            return ReadMerge(json.At(0).Text(), json.At(1).Text(), vocabulary, json.Error, prefix);
        }

        ReadOnlySpan<char> text = json.Text();
        int space = text.IndexOf(' ');
        if (space <= 0 || space == text.Length - 1 || text[(space + 1)..].Contains(' '))
            throw json.Error($"is {text.ToString().Quoted()}, but must be two pieces with one space between them.");
        return ReadMerge(text[..space], text[(space + 1)..], vocabulary, json.Error, prefix);
    }
}
