using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Kinds that promise to lose nothing: whatever the text, its ids give it again, whole or as they arrive.</summary>
public sealed class RoundTripTests
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""", Spelled = """{"type":"ByteLevel"}""";
    private const string Mark = """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""";
    private const string Unmark = """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
        """;

    public static TheoryData<string, string> Kinds => new()
    {
        { "byte-level BPE", $$"""{"pre_tokenizer":{{ByteLevel}},"decoder":{{Spelled}},"model":{"type":"BPE","vocab":{ {{Map(Alphabet, "Ġt", "he", "Ġthe")}} },"merges":["Ġ t","h e","Ġt he"]} }""" },
        { "byte-level BPE, bytes spelled before digits are cut", $$"""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{{ByteLevel}},{"type":"Digits"}]},"decoder":{{Spelled}},"model":{"type":"BPE","vocab":{ {{Map(Alphabet)}} },"merges":[]} }""" },
        { "byte-level unigram", $$"""{"pre_tokenizer":{{ByteLevel}},"decoder":{{Spelled}},"model":{"type":"Unigram","vocab":[{{List(Alphabet, "Ġthe")}}]} }""" },
        { "normalised to bytes", $$"""{"normalizer":{"type":"ByteLevel"},"decoder":{{Spelled}},"model":{"type":"BPE","vocab":{ {{Map(Alphabet, "he")}} },"merges":["h e"]} }""" },
        { "SentencePiece BPE", $$"""{"normalizer":{{Mark}},"decoder":{{Unmark}},"model":{"type":"BPE","byte_fallback":true,"vocab":{ {{Map(Bytes, "▁", "t", "h", "e", "▁t", "he", "▁the")}} },"merges":["▁ t","h e","▁t he"]} }""" },
        { "SentencePiece unigram", $$"""{"normalizer":{{Mark}},"decoder":{{Unmark}},"model":{"type":"Unigram","byte_fallback":true,"vocab":[{{List(Bytes, "▁", "t", "h", "e", "▁the", "é")}}]} }""" },
    };

    private static IEnumerable<string> Alphabet => Enumerable.Range(0, 256).Select(value => ByteAlphabet.ToChar((byte)value).ToString());

    private static IEnumerable<string> Bytes => Enumerable.Range(0, 256).Select(value => Bpe.ByteName((byte)value));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ids_give_the_text_again(string kind, string file)
    {
        Tokenizer tokenizer = TokenizerJson.Read(JsonPlace.Parse(Encoding.UTF8.GetBytes(file), kind), new TokenizerSettings());
        var random = new Random(23);
        for (int round = 0; round < 1500; round++)
        {
            string text = Text(random).Replace(Bpe.Metaspace, '_');
            // Half a surrogate pair is no character: it comes out as the sign for that.
            string whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            int[] ids = tokenizer.Encode(text);
            Assert.Equal(whole, tokenizer.Decode(ids));
            StreamingDecoder decoder = tokenizer.CreateDecoder();
            Assert.Equal(whole, string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
        }
    }

    /// <summary>Ordinary and strange characters, names of bytes, long runs, and halves of surrogate pairs.</summary>
    private static string Text(Random random)
    {
        string text = EncodingTests.Sample(random, random.Next(30));
        return random.Next(6) switch
        {
            0 => text + new string(" \n\u200D0é"[random.Next(5)], random.Next(300)) + text,
            1 => text.Insert(random.Next(text.Length + 1), "\uD83D"),
            2 => text.Insert(random.Next(text.Length + 1), "\uDE00\uD83D"),
            3 => text + "<0x41></s> <|endoftext|>",
            _ => text,
        };
    }

    private static string Map(IEnumerable<string> pieces, params string[] more) => string.Join(',', pieces.Concat(more).Select((piece, id) => $"{Quote(piece)}:{id}"));

    private static string List(IEnumerable<string> pieces, params string[] more) => string.Join(',', pieces.Concat(more).Select((piece, id) => $"[{Quote(piece)},{(piece.Length > 1 ? -2 : -9)}]"));

    private static string Quote(string piece) => $"\"{piece.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
