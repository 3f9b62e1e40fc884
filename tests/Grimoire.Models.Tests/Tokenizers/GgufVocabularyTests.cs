using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Vocabularies through GGUF and back: the ids stay, and what GGUF cannot say is refused.</summary>
public sealed class GgufVocabularyTests
{
    private const string Sample = "Hello, wörld!  The 12345 don't\r\n\t 你好 😀 e\u0301 ▁under ";

    public static TheoryData<string> Published => ["gpt2", "qwen2", "llama3", "llama2", "stories260K", "bert"];

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_vocabularies_keep_their_ids(string name)
    {
        Tokenizer tokenizer = Vocabularies.Load(name), again = Through(tokenizer);
        string? cases = Shared.Path($"golden/tokenizers/{name}.json");
        Assert.SkipWhen(cases is null, $"needs ../shared/golden/tokenizers/{name}.json");
        foreach (JsonElement item in JsonDocument.Parse(File.ReadAllBytes(cases)).RootElement.GetProperty("cases").EnumerateArray())
            AssertSame(tokenizer, again, item.GetProperty("text").GetString()!);
        AssertRoundTrip(again);
    }

    [Theory]
    [InlineData("tok-sentencepiece/test_model.model")]
    [InlineData("tok-sentencepiece/test_ja_model.model")]
    [InlineData("tok-torchtune/m.model")]
    [InlineData("tok-torchtune/sentencepiece.model")]
    public void Unigram_vocabularies_keep_their_ids(string file)
    {
        string? path = Shared.Path($"data/{file}");
        Assert.SkipWhen(path is null, $"needs ../shared/data/{file}");
        Tokenizer tokenizer = Tokenizer.Load(path), again = Through(tokenizer);
        AssertSame(tokenizer, again, Sample);
        AssertSame(tokenizer, again, " a\u0300\u0301\u0302 <s>x</s> ½ ﷺ   ");
        AssertRoundTrip(again);
    }

    [Theory]
    [InlineData("stories260K/stories260K.gguf", "stories260K")]
    [InlineData("tiny/gpt2/model.gguf", null)]
    [InlineData("tiny/qwen2/model.gguf", null)]
    [InlineData("tiny/gemma2/model.gguf", "stories260K")]
    [InlineData("tiny/llama-mha/model.gguf", "stories260K")]
    [InlineData("quant-models/llama-q4_k_m/model.gguf", "stories260K")]
    public void Published_files_give_the_published_ids(string file, string? golden)
    {
        string? path = Shared.Path($"golden/{file}");
        Assert.SkipWhen(path is null, $"needs ../shared/golden/{file}");
        Tokenizer tokenizer = Tokenizer.Load(path);
        AssertRoundTrip(tokenizer);
        if (golden is null)
        {
            Assert.Equal(file.Contains("qwen", StringComparison.Ordinal) ? Sample.Replace("e\u0301", "é", StringComparison.Ordinal) : Sample, tokenizer.Decode(tokenizer.Encode(Sample)));
            return;
        }

        foreach (JsonElement item in JsonDocument.Parse(File.ReadAllBytes(Shared.Path($"golden/tokenizers/{golden}.json")!)).RootElement.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            Assert.Equal(Ids(item, "ids"), tokenizer.Encode(text));
            Assert.Equal(Ids(item, "ids_add_special"), tokenizer.Encode(text, addSpecial: true));
            if (item.TryGetProperty("ids_parse_special", out _))
                Assert.Equal(Ids(item, "ids_parse_special"), tokenizer.Encode(text, parseSpecial: true));
        }
    }

    [Theory]
    [InlineData("gpt2", "gpt-2")]
    [InlineData("gpt4", "dbrx")]
    [InlineData("qwen", "megrez")]
    [InlineData("gpt4o", "gpt-4o")]
    [InlineData("tekken", "tekken")]
    public void A_trained_tokenizer_is_named_by_its_pattern(string pattern, string name)
    {
        Tokenizer tokenizer = TokenizerTrainer.Train([Sample + Sample], new TokenizerOptions { VocabularySize = 300, Pattern = SplitPattern.Named(pattern) });
        GgufMetadata metadata = GgufMetadata.Of(GgufVocabulary.Write(tokenizer, size: 320));
        Assert.Equal(name, metadata.Text("tokenizer.ggml.pre"));
        Assert.Equal(320, metadata.Texts("tokenizer.ggml.tokens")!.Count);
        Tokenizer again = GgufVocabulary.Read(metadata);
        Assert.Equal(tokenizer.VocabularySize, again.VocabularySize);
        AssertSame(tokenizer, again, Sample);
        AssertRoundTrip(again);
    }

    [Fact]
    public void Every_name_of_cuts_reads_and_is_found_again()
    {
        string[] merges = ["Ġ t", "h e"];
        foreach (string name in GgufWordCuts.Names.Split(", "))
        {
            Tokenizer tokenizer = GgufVocabulary.Read(BytePairs(name, merges));
            string text = Sample.Replace("e\u0301", "é", StringComparison.Ordinal);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            AssertRoundTrip(tokenizer);
        }
    }

    [Theory]
    [InlineData("falcon", "a100000 b", "a 100 000 Ġb")]
    [InlineData("starcoder", "x 12", "x Ġ 1 2")]
    [InlineData("tekken", "HelloWorld 12", "Hello World Ġ 1 2")]
    [InlineData("gpt-4o", "it's 1234", "it's Ġ 123 4")]
    [InlineData("deepseek-v3", "x1234", "x 123 4")]
    [InlineData("deepseek-coder", "a b\n12", "a Ġb Ċ 1 2")]
    public void Words_are_cut_as_the_name_says(string name, string text, string words)
    {
        // Every word of the expected cut is a piece that merging would reach only if the cut is right.
        GgufMetadata metadata = BytePairs(name, []);
        var cut = new List<string>();
        GgufVocabulary.Read(metadata).Pipeline.PreTokenizer!.Split(text, atStart: true, (word, _) => cut.Add(ByteAlphabet.Spell(System.Text.Encoding.UTF8.GetBytes(word.ToString()))));
        Assert.Equal(words, string.Join(' ', cut));
    }

    [Fact]
    public void Kinds_of_tokens_and_ends_of_turns_are_kept()
    {
        GgufMetadata metadata = BytePairs("llama-bpe", [], new("tokenizer.ggml.eot_token_id", GgufValue.Of(257u)), new("tokenizer.ggml.padding_token_id", GgufValue.Of(258u)));
        Tokenizer tokenizer = GgufVocabulary.Read(metadata), again = AssertRoundTrip(tokenizer);
        foreach (Tokenizer each in (Tokenizer[])[tokenizer, again])
        {
            Assert.Equal([256, 257], each.StopIds);
            Assert.Equal([256, 65 - 33, 259], each.Encode("A user ", addSpecial: true)[..3]);
            Assert.Equal(258u, (uint)GgufMetadata.Of(GgufVocabulary.Write(each)).Int("tokenizer.ggml.padding_token_id"));
        }
    }

    [Fact]
    public void A_small_WordPiece_vocabulary_comes_and_goes()
    {
        GgufMetadata metadata = GgufMetadata.Of(
        [
            new("tokenizer.ggml.model", GgufValue.Of("bert")),
            new("tokenizer.ggml.tokens", GgufValue.Of(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁un", "aff", "able", "▁a", "▁!"])),
            new("tokenizer.ggml.token_type", GgufValue.Of([3, 3, 3, 3, 1, 1, 1, 1, 1])),
            new("tokenizer.ggml.unknown_token_id", GgufValue.Of(1u)), new("tokenizer.ggml.cls_token_id", GgufValue.Of(2u)), new("tokenizer.ggml.seperator_token_id", GgufValue.Of(3u)),
        ]);
        Tokenizer tokenizer = GgufVocabulary.Read(metadata);
        Assert.Equal([2, 4, 5, 6, 8, 1, 3], tokenizer.Encode("Unaffable! xyz", addSpecial: true));
        AssertRoundTrip(tokenizer);
        Assert.Equal(metadata.Texts("tokenizer.ggml.tokens"), GgufMetadata.Of(GgufVocabulary.Write(tokenizer)).Texts("tokenizer.ggml.tokens"));
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", "rwkv", "the kinds gpt2, llama, t5 and bert are known")]
    [InlineData("tokenizer.ggml.model", "none", "the file has no tokenizer")]
    [InlineData("tokenizer.ggml.pre", "surprise", "how this one cuts words is not known; gpt-2,")]
    public void What_is_unknown_is_refused_with_what_is_known(string key, string value, string says)
    {
        GgufMetadata metadata = GgufMetadata.Of(BytePairs("gpt-2", []).Pairs.Select(pair => pair.Key == key ? new(key, GgufValue.Of(value)) : pair));
        Assert.Contains(says, Assert.Throws<GrimoireException>(() => GgufVocabulary.Read(metadata)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenizerKind.Word)]
    [InlineData(TokenizerKind.Character)]
    public void Characters_and_words_travel_as_a_whole_file(TokenizerKind kind)
    {
        Tokenizer tokenizer = TokenizerTrainer.Train([Sample], new TokenizerOptions { Kind = kind });
        var metadata = GgufMetadata.Of(GgufVocabulary.Write(tokenizer, tokenizer.VocabularySize + 7));
        Assert.Equal("none", metadata.Text("tokenizer.ggml.model"));
        Tokenizer read = GgufVocabulary.Read(metadata);
        Assert.Equal(tokenizer.Encode(Sample, addSpecial: true), read.Encode(Sample, addSpecial: true));
        Assert.Equal(tokenizer.Decode(tokenizer.Encode(Sample)), read.Decode(read.Encode(Sample)));
        Assert.Equal((tokenizer.VocabularySize, tokenizer.BeginOfText, tokenizer.EndOfText), (read.VocabularySize, read.BeginOfText, read.EndOfText));
        Assert.Equal(tokenizer.StopIds, read.StopIds);
    }

    [Theory]
    [InlineData("tokenizer.huggingface.json", "{")]
    [InlineData("tokenizer.ggml.eos_token_id", "999")]
    public void A_whole_file_is_not_believed(string key, string value)
    {
        Tokenizer tokenizer = TokenizerTrainer.Train([Sample], new TokenizerOptions { Kind = TokenizerKind.Character });
        GgufValue wrong = uint.TryParse(value, out uint id) ? GgufValue.Of(id) : GgufValue.Of(value);
        var metadata = GgufMetadata.Of(GgufVocabulary.Write(tokenizer).Where(pair => pair.Key != key).Append(new(key, wrong)));
        Assert.Contains(key, Assert.Throws<GrimoireException>(() => GgufVocabulary.Read(metadata)).Message, StringComparison.Ordinal);
    }

    private static GgufMetadata BytePairs(string cuts, string[] merges, params KeyValuePair<string, GgufValue>[] more)
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.ToChar((byte)value).ToString()).Order(StringComparer.Ordinal)];
        string[] tokens = [.. bytes, "<|end|>", "<|turn|>", "<pad>", " user ", .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))];
        int[] kinds = [.. tokens.Select((_, id) => id is 256 or 257 or 258 ? 3 : id == 259 ? 4 : 1)];
        return GgufMetadata.Of(
        [
            new("tokenizer.ggml.model", GgufValue.Of("gpt2")), new("tokenizer.ggml.pre", GgufValue.Of(cuts)), new("tokenizer.ggml.tokens", GgufValue.Of(tokens)),
            new("tokenizer.ggml.token_type", GgufValue.Of(kinds)), new("tokenizer.ggml.merges", GgufValue.Of(merges)),
            new("tokenizer.ggml.bos_token_id", GgufValue.Of(256u)), new("tokenizer.ggml.eos_token_id", GgufValue.Of(256u)), .. more,
        ]);
    }

    /// <summary>Out to a GGUF file and in again.</summary>
    private static Tokenizer Through(Tokenizer tokenizer)
    {
        using var scratch = new Scratch();
        GgufWriter.Write(scratch["x.gguf"], GgufMetadata.Of(GgufVocabulary.Write(tokenizer)), Array.Empty<(string, Tensors.Tensor)>());
        return Tokenizer.Load(scratch["x.gguf"]);
    }

    /// <summary>To a folder, in again, to GGUF, in again: the ids stay.</summary>
    private static Tokenizer AssertRoundTrip(Tokenizer tokenizer)
    {
        using var scratch = new Scratch();
        tokenizer.Save(scratch.Folder);
        Tokenizer folder = Tokenizer.Load(scratch.Folder), file = Through(folder);
        foreach (string text in (string[])[Sample, "Once upon a time, there was a little girl.", " 1 22 333 4444", "<s>a</s> <|end|> user"])
        {
            AssertSame(tokenizer, folder, text);
            AssertSame(tokenizer, file, text);
        }

        return file;
    }

    private static void AssertSame(Tokenizer expected, Tokenizer actual, string text)
    {
        foreach ((bool add, bool parse) in ((bool, bool)[])[(false, false), (true, false), (true, true)])
            Assert.Equal($"{text}: {string.Join(' ', expected.Encode(text, add, parse))}", $"{text}: {string.Join(' ', actual.Encode(text, add, parse))}");
        Assert.Equal(expected.Decode(expected.Encode(text)), actual.Decode(actual.Encode(text)));
    }

    private static int[] Ids(JsonElement item, string key) => [.. item.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];
}
