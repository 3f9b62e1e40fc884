namespace Grimoire.Models.Tokenizers;

/// <summary>Builds normalizers from their JSON. What is unknown is refused by name: it would change ids.</summary>
internal static class NormalizerReader
{
    /// <summary>Reads a normalizer.</summary>
    /// <param name="json">Its JSON.</param>
    /// <param name="longest">Whether a map of characters takes the longest text it knows (<see cref="TokenizerParts.LikeSentencePiece"/>).</param>
    public static Normalizer? Read(JsonPlace json, bool longest = false) => json.IsNull ? null : json["type"].Text() switch
    {
        "Sequence" => new NormalizerSequence([.. json.Only("normalizers")["normalizers"].Items().Select(step => Read(step, longest)).OfType<Normalizer>()]),
        "NFC" => new UnicodeForm(compatible: false, compose: true),
        "NFD" => new UnicodeForm(compatible: false, compose: false),
        "NFKC" => new UnicodeForm(compatible: true, compose: true),
        "NFKD" => new UnicodeForm(compatible: true, compose: false),
        "Lowercase" => new Lowercase(),
        "Strip" => new StripSpace(json.Only("strip_left", "strip_right")["strip_left"].Flag(true), json["strip_right"].Flag(true)),
        "StripAccents" => CharacterMap.NoMarks,
        "Nmt" => CharacterMap.MachineTranslation,
        "Prepend" => new Prepend(json.Only("prepend")["prepend"].Text()),
        "Replace" => ReadReplace(json.Only("pattern", "content")),
        "ByteLevel" => new SpellBytes(),
        "BertNormalizer" => ReadBert(json.Only("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")),
        "Precompiled" => ReadPrecompiled(json.Only("precompiled_charsmap")["precompiled_charsmap"], longest),
        var type => throw json.Unsupported("normalizer", type),
    };

    private static Normalizer ReadReplace(JsonPlace json)
    {
        string content = json["content"].Text();
        JsonPlace pattern = json["pattern"];
        if (!pattern["Regex"].IsNull)
            return new RegexReplace(FilePattern.Read(pattern["Regex"]), content);
        string text = pattern["String"].Text();
        return text.Length > 0 ? new Replace(text, content) : throw pattern["String"].Error("is empty; there is nothing to replace.");
    }

    private static BertNormalizer ReadBert(JsonPlace json)
    {
        bool lowercase = json["lowercase"].Flag(true);
        return new BertNormalizer(json["clean_text"].Flag(true), json["handle_chinese_chars"].Flag(true), json["strip_accents"].Flag(lowercase), lowercase);
    }

    /// <summary>An empty map maps nothing.</summary>
    private static Normalizer ReadPrecompiled(JsonPlace json, bool longest)
    {
        var bytes = new byte[json.Text().Length];
        if (!Convert.TryFromBase64String(json.Text(), bytes, out int length))
            throw json.Error("is no base64.");
        if (length == 0)
            return new NormalizerSequence([]);
        return new Precompiled(PrecompiledMap.TryParse(bytes.AsSpan(0, length)) ?? throw json.Error("is no map of characters as SentencePiece writes them."),
            byGrapheme: !longest);
    }
}
