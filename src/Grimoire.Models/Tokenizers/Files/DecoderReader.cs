namespace Grimoire.Models.Tokenizers;

/// <summary>Builds the decoder from its JSON. What cannot be done on text as it arrives is refused by name.</summary>
internal static class DecoderReader
{
    public static Decoder Read(JsonPlace json)
    {
        // Without a decoder Hugging Face joins the pieces with spaces.
        var decoder = new Decoder { Separator = json.IsNull ? " " : "" };
        bool fused = false;
        foreach (JsonPlace step in Flatten(json, "decoders"))
        {
            string type = step["type"].Text();
            decoder = fused ? ReadWhole(step, type, decoder) : ReadStep(step, type, decoder);
            fused |= type is "Fuse" or "ByteLevel";
        }

        return decoder;
    }

    /// <summary>The steps of a chain, whether or not it stands in a Sequence.</summary>
    public static IEnumerable<JsonPlace> Flatten(JsonPlace json, string members)
    {
        if (json.IsNull)
            return [];
        return json["type"].Text() == "Sequence" ? json.Only(members)[members].Items().SelectMany(step => Flatten(step, members)) : [json];
    }

    private static Decoder ReadStep(JsonPlace json, string type, Decoder decoder) => type switch
    {
        "ByteLevel" => decoder with { ByteLevel = true },
        "ByteFallback" => decoder with { ByteFallback = true },
        "Fuse" => decoder,
        "Replace" => With(decoder, ReadReplace(json.Only("pattern", "content"))),
        "Metaspace" => With(decoder, ReadMetaspace(json.Only("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"))),
        "WordPiece" => With(decoder, new PieceSubword(json.Only("prefix", "cleanup")["prefix"].TextOrNull() ?? "##", json["cleanup"].Flag(true))),
        "CTC" => With(decoder, ReadCtc(json.Only("pad_token", "word_delimiter_token", "cleanup"))) with { Distinct = true },
        "BPEDecoder" => ReadSuffix(json.Only("suffix"), decoder),
        "Strip" => With(decoder, new PieceStrip(
            Character(json.Only("content", "start", "stop")["content"]), json["start"].Number(int.MaxValue), json["stop"].Number(int.MaxValue))),
        _ => throw json.Unsupported("decoder", type),
    };

    /// <summary>A step after Fuse, which works on the whole text and not on its pieces.</summary>
    private static Decoder ReadWhole(JsonPlace json, string type, Decoder decoder) => type switch
    {
        "Fuse" => decoder,
        // One character cannot lie across two pieces.
        "Replace" when json["pattern"]["String"].TextOrNull() is { Length: 1 } => With(decoder, ReadReplace(json.Only("pattern", "content"))),
        "Strip" when decoder is { StripStart: 0, StripEnd: 0 } => decoder with
        {
            Stripped = Character(json.Only("content", "start", "stop")["content"]),
            StripStart = json["start"].Number(int.MaxValue),
            StripEnd = json["stop"].Number(int.MaxValue),
        },
        _ => throw json.Error(
            $"works on the whole text with {type.Quoted()}, which is not supported, because text is decoded as it arrives; put it before Fuse."),
    };

    private static Decoder With(Decoder decoder, PieceStep step) => decoder with { Steps = [.. decoder.Steps, step] };

    private static PieceStep ReadReplace(JsonPlace json)
    {
        string content = json["content"].Text();
        if (!json["pattern"]["Regex"].IsNull)
            return new PieceRegexReplace(FilePattern.Read(json["pattern"]["Regex"]), content);
        string pattern = json["pattern"]["String"].Text();
        return pattern.Length > 0 ? new PieceReplace(pattern, content) : throw json["pattern"].Error("is empty; there is nothing to replace.");
    }

    private static PieceMetaspace ReadMetaspace(JsonPlace json)
    {
        bool prefixed = json["prepend_scheme"].TextOrNull() is { } scheme ? scheme != "never" : json["add_prefix_space"].Flag(true);
        return new PieceMetaspace(json["replacement"].IsNull ? Bpe.Metaspace : Character(json["replacement"]), prefixed);
    }

    private static PieceCtc ReadCtc(JsonPlace json) =>
        new(json["pad_token"].TextOrNull() ?? "<pad>", json["word_delimiter_token"].TextOrNull() ?? "|", json["cleanup"].Flag(true));

    /// <summary>A space for the mark that ends words, but none after the last word.</summary>
    private static Decoder ReadSuffix(JsonPlace json, Decoder decoder)
    {
        string suffix = json["suffix"].TextOrNull() ?? "</w>";
        return suffix.Length > 0 ? With(decoder, new PieceReplace(suffix, " ")) with { StripEnd = 1 }
            : throw json["suffix"].Error("is empty; there is nothing to replace.");
    }

    private static char Character(JsonPlace json) =>
        json.Text() is [var character] ? character : throw json.Error($"must be one character, not {json.Text().Quoted()}.");
}
