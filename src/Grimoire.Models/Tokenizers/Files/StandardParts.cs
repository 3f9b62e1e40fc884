using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grimoire.Models.Tokenizers;

/// <summary>The steps around the model for tokenizers that are made here, in the words of <c>tokenizer.json</c>.</summary>
internal static class StandardParts
{
    /// <summary>Characters: no merges, no cuts; pieces are joined again.</summary>
    public static TokenizerParts Characters { get; } = new() { Decoder = """{"type":"Fuse"}""" };

    /// <summary>SentencePiece's BPE: a dummy space in front, spaces written as ▁, bytes for what has no piece.</summary>
    public static TokenizerParts SentencePiece { get; } = new()
    {
        Normalizer = """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
        Decoder = """
            {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
            """,
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

    /// <summary>A template with one token before the text.</summary>
    public static string BeginWith(string token, int id) =>
        $$"""
        {
          "type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": {{Text(token)}}, "type_id": 0} }, {"Sequence": {"id": "A", "type_id": 0} }],
          "pair": [{"SpecialToken": {"id": {{Text(token)}}, "type_id": 0} }, {"Sequence": {"id": "A", "type_id": 0} }, {"SpecialToken": {"id": {{Text(token)}}, "type_id": 1} }, {"Sequence": {"id": "B", "type_id": 1} }],
          "special_tokens": { {{Text(token)}}: {"id": {{Text(token)}}, "ids": [{{id}}], "tokens": [{{Text(token)}}]} }
        }
        """;

    private static string Split(SplitPattern pattern) =>
        $$"""{"type":"Split","pattern":{"Regex":{{Text(pattern.Regex)}}},"behavior":"Isolated","invert":false}""";

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
