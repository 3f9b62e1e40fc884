using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grimoire.Models.Tokenizers;

/// <summary>The steps around the model for tokenizers that are made here, in the words of <c>tokenizer.json</c>.</summary>
internal static class StandardParts
{
    /// <summary>Characters: no merges, no cuts; pieces are joined again.</summary>
    public static TokenizerParts Characters { get; } = new() { Decoder = """{"type":"Fuse"}""" };

    /// <summary>The patterns of spaces at the ends of a text; both take time in proportion to the text.</summary>
    public const string LeadingSpaces = @"\A +", TrailingSpaces = @"(?<![ ▁])[ ▁]+\z";

    /// <summary>How SentencePiece prepares a text: characters replaced, extra spaces removed, a dummy space in front, spaces written as ▁.</summary>
    public static string? SentencePieceNormalizer(ReadOnlySpan<byte> characterMap, bool removeExtraSpaces, bool addDummyPrefix, bool escapeSpaces)
    {
        List<string> steps = [];
        if (!characterMap.IsEmpty)
            steps.Add($$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(characterMap)}}"}""");
        if (removeExtraSpaces)
            steps.AddRange([Replace("Regex", LeadingSpaces, ""), Replace("Regex", " {2,}", " "), Replace("Regex", TrailingSpaces, "")]);
        if (addDummyPrefix)
            steps.Add($$"""{"type":"Prepend","prepend":"{{(escapeSpaces ? '▁' : ' ')}}"}""");
        if (escapeSpaces)
            steps.Add(Replace("String", " ", "▁"));
        return steps.Count == 0 ? null : Sequence("normalizers", steps);
    }

    /// <summary>How SentencePiece's pieces become text again; the first space goes where it <paramref name="strips"/>.</summary>
    public static string SentencePieceDecoder(string? unknown, string unknownSurface, bool strips)
    {
        List<string> steps = [Replace("String", "▁", " "), """{"type":"ByteFallback"}""", """{"type":"Fuse"}"""];
        if (unknown is not null)
            steps.Insert(0, Replace("String", unknown, unknownSurface));
        if (strips)
            steps.Add("""{"type":"Strip","content":" ","start":1,"stop":0}""");
        return Sequence("decoders", steps);
    }

    /// <summary>BERT's WordPiece with its two special tokens around a text.</summary>
    public static TokenizerParts Bert(bool lowercase, (string Name, int Id) begin, (string Name, int Id) end, bool? stripAccents = null) => new()
    {
        Normalizer = $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":{{stripAccents switch { null => "null", true => "true", false => "false" }}},"lowercase":{{(lowercase ? "true" : "false")}}}""",
        PreTokenizer = """{"type":"BertPreTokenizer"}""",
        PostProcessor = $$"""{"type":"BertProcessing","sep":[{{Text(end.Name)}},{{end.Id}}],"cls":[{{Text(begin.Name)}},{{begin.Id}}]}""",
        Decoder = """{"type":"WordPiece","prefix":"##","cleanup":true}""",
    };

    /// <summary>Byte-level BPE over the words of a pattern.</summary>
    public static TokenizerParts ByteLevel(SplitPattern pattern, bool composed = false) => new()
    {
        Normalizer = composed ? """{"type":"NFC"}""" : null,
        PreTokenizer = pattern == SplitPattern.Gpt2
            ? """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"""
            : $$"""{"type":"Sequence","pretokenizers":[{{Split(pattern)}},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}""",
        PostProcessor = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""",
        Decoder = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
    };

    /// <summary>Whole words with the space before them, so that joining them gives the text; an unknown word keeps a space before it.</summary>
    public static TokenizerParts Words(SplitPattern pattern, string unknown) => new()
    {
        PreTokenizer = Split(pattern),
        Decoder = $$"""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":{{Text(unknown)}} },"content":{{Text(" " + unknown)}} },{"type":"Fuse"}]}""",
    };

    /// <summary>A template with a token before every text, or one behind it, or both; null without any.</summary>
    public static string? Around((string Token, int Id)? before, (string Token, int Id)? after)
    {
        if (before is null && after is null)
            return null;
        string tokens = string.Join(',', new[] { before, after }.OfType<(string Token, int Id)>().Distinct().Select(Describe));
        return $$"""
            {"type":"TemplateProcessing","single":[{{Wrapped("A", 0)}}],"pair":[{{Wrapped("A", 0)}},{{Wrapped("B", 1)}}],"special_tokens":{ {{tokens}} } }
            """;

        string Wrapped(string sequence, int type) =>
            string.Join(',', [.. Special(before, type), $$"""{"Sequence":{"id":"{{sequence}}","type_id":{{type}} } }""", .. Special(after, type)]);

        static string[] Special((string Token, int Id)? token, int type) =>
            token is { } value ? [$$"""{"SpecialToken":{"id":{{Text(value.Token)}},"type_id":{{type}} } }"""] : [];

        static string Describe((string Token, int Id) token) =>
            $$"""{{Text(token.Token)}}:{"id":{{Text(token.Token)}},"ids":[{{token.Id}}],"tokens":[{{Text(token.Token)}}] }""";
    }

    private static string Sequence(string members, List<string> steps) => $$"""{"type":"Sequence","{{members}}":[{{string.Join(',', steps)}}]}""";

    private static string Replace(string kind, string pattern, string content) =>
        $$"""{"type":"Replace","pattern":{"{{kind}}":{{Text(pattern)}}},"content":{{Text(content)}}}""";

    /// <summary>Cuts into the matches of a pattern and what is between them.</summary>
    public static string Split(string regex) => $$"""{"type":"Split","pattern":{"Regex":{{Text(regex)}}},"behavior":"Isolated","invert":false}""";

    private static string Split(SplitPattern pattern) => Split(pattern.Regex);

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
