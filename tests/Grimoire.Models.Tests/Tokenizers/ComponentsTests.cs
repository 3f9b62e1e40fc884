using System.Text;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Single steps of `tokenizer.json`, with results as Hugging Face's documentation and tests give them.</summary>
public sealed class ComponentsTests
{
    [Theory]
    [InlineData("""{"type":"Whitespace"}""", "Hey man! How's 3.5?", "Hey|man|!|How|'|s|3|.|5|?")]
    [InlineData("""{"type":"WhitespaceSplit"}""", "Hey man,  Good?", "Hey|man,|Good?")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "Call 123 now", "Call |1|2|3| now")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "Call 123 now", "Call |123| now")]
    [InlineData("""{"type":"Punctuation"}""", "Hey, friend!!", "Hey|,| friend|!|!")]
    [InlineData("""{"type":"Metaspace"}""", "Hey  friend!", "▁Hey|▁|▁friend!")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", "Hey friend!", "Hey▁friend!")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}""", "Hey don't", " Hey| don|'t")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", "Hey don't", "Hey don't")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed","invert":false}""", "the-final--countdown", "the|final|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated","invert":false}""", "the-final--countdown", "the|-|final|-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious","invert":false}""", "the-final--countdown", "the-|final-|-|countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":false}""", "the-final--countdown", "the|-final|-|-countdown")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous","invert":false}""", "the-final--countdown", "the|-|final|--|countdown")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Removed","invert":true}""", "x𝒜𠀀1é", "x𝒜𠀀|é")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits","individual_digits":true}]}""", "a12 b", "a|1|2|b")]
    public void Pre_tokenizers_cut(string json, string text, string words)
    {
        List<string> found = [];
        PreTokenizerReader.Read(Parse(json), spell: false)!.Split(text, atStart: true, (word, _) => found.Add(word.ToString()));
        Assert.Equal(words, string.Join('|', found));
    }

    [Theory]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""", "Ab Ç", "▁ab▁ç")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"$1"}""", "a  b c", "a$1b c")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", "  a ", "a ")]
    [InlineData("""{"type":"NFKC"}""", "ﬁ", "fi")]
    public void Normalizers_rewrite(string json, string text, string expected) =>
        Assert.Equal(expected, NormalizerReader.Read(Parse(json))!.Normalize(text).ToString());

    [Fact]
    public void Special_tokens_count_only_when_asked_and_others_always()
    {
        Tokenizer tokenizer = WithAdded(
            new AddedToken(300, "<|s|>"),
            new AddedToken(301, "<|s|>x"),
            new AddedToken(302, "word") { Special = false, SingleWord = true },
            new AddedToken(303, "<wide>") { StripLeft = true, StripRight = true });
        Assert.Equal([.. "<|s|>"u8.ToArray().Select(value => (int)value)], tokenizer.Encode("<|s|>"));
        Assert.Equal(['a', 301, 300, 'b'], tokenizer.Encode("a<|s|>x<|s|>b", parseSpecial: true));
        Assert.Equal([302, ' ', 'w', 'o', 'r', 'd', 's', ' ', 302], tokenizer.Encode("word words word"));
        Assert.Equal(['a', 303, 'b'], tokenizer.Encode("a  <wide> \n b", parseSpecial: true));
        Assert.Equal("ab", tokenizer.Decode(['a', 300, 'b']));
        Assert.Equal("a<|s|>b", tokenizer.Decode(['a', 300, 'b'], skipSpecial: false));
    }

    [Fact]
    public void Metaspace_first_marks_only_the_beginning_of_the_text()
    {
        const string File = """
            {"added_tokens":[{"id":4,"content":"<s>","special":true}],"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"first","split":false},
             "decoder":{"type":"Metaspace","prepend_scheme":"first"},"model":{"type":"BPE","vocab":{"a":0,"▁":1,"▁a":2},"merges":["▁ a"]}}
            """;
        Tokenizer tokenizer = TokenizerJson.Read(Parse(File), new TokenizerSettings());
        Assert.Equal([2, 4, 0, 2], tokenizer.Encode("a<s>a a", parseSpecial: true));
        Assert.Equal("a a", tokenizer.Decode([2, 2]));
        Assert.Equal(" a a", string.Concat(tokenizer.CreateDecoder(continues: true) is var decoder ? [decoder.Append(2), decoder.Append(2), decoder.Flush()] : Array.Empty<string>()));
    }

    [Fact]
    public void Unknown_characters_fuse_where_the_file_says_so()
    {
        foreach (bool fuse in (bool[])[true, false])
        {
            string file = $$"""{"decoder":{"type":"Fuse"},"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":{{(fuse ? "true" : "false")}},"vocab":{"<unk>":0,"a":1},"merges":[]} }""";
            Assert.Equal(fuse ? [1, 0, 1] : [1, 0, 0, 1], TokenizerJson.Read(Parse(file), new TokenizerSettings()).Encode("axya"));
        }
    }

    [Fact]
    public void Torchtunes_tokenizer_files_open_and_survive_text()
    {
        string? folder = Shared.Path("data/tok-torchtune");
        Assert.SkipWhen(folder is null, "needs ../shared/data/tok-torchtune");
        foreach (string name in (string[])["tokenizer.json", "tiny_bpe_tokenizer.json"])
        {
            Tokenizer tokenizer = Tokenizer.Load(Path.Combine(folder, name));
            // Their 2,000 pieces do not hold all 256 bytes, so not every text has ids.
            foreach (string text in (string[])["Hello, world! It's the end of it.", "I know that it exists."])
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }

        Tokenizer small = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        Tokenizer ranks = Tokenizer.LoadTiktoken(Path.Combine(folder, "tiktoken_small.model"), SplitPattern.Gpt4, []);
        foreach (string text in (string[])["I can see the sun. But even if I cannot see the sun, I know that it exists.", "Hello 12345, it's 你好\n\n x"])
            Assert.Equal(ranks.Encode(text), small.Encode(text));
    }

    private static JsonPlace Parse(string json) => JsonPlace.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json");

    private static Tokenizer WithAdded(params AddedToken[] added)
    {
        var model = new Bpe(new Vocabulary([.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.ToChar((byte)value).ToString())]), [], new BpeSettings { ByteLevel = true });
        return TokenizerJson.Create(model, StandardParts.ByteLevel(SplitPattern.Gpt4), added, new TokenizerSettings());
    }
}
