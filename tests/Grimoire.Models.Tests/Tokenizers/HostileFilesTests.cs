using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Whatever a tokenizer.json holds, it opens or is refused in one sentence that names the file and the place.</summary>
public sealed class HostileFilesTests
{
    private const string Good = """{"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":{"type":"Fuse"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}""";

    [Theory]
    [InlineData("", "", "JSON")]
    [InlineData("""{"added_tokens":[""", """{"added_tokens":""", "JSON")]
    [InlineData("""{"added_tokens":[],""", "[] //", "JSON")]
    [InlineData("\"vocab\":{\"a\":0,\"b\":1,\"ab\":2}", "\"vocab\":[]", "model.vocab must be an object")]
    [InlineData("\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},", "", "model.vocab is missing")]
    [InlineData("\"b\":1", "\"b\":0", "gives the id 0 to two pieces, 'a' and 'b'")]
    [InlineData("\"b\":1", "\"a\":1", "model.vocab.'a' stands twice")]
    [InlineData("\"b\":1", "\"b\":-1", "model.vocab.'b' must be a whole number")]
    [InlineData("\"b\":1", "\"b\":2000000000", "model.vocab.'b' must be a whole number")]
    [InlineData("\"b\":1", "\"b\":1e99", "model.vocab.'b' must be a whole number")]
    [InlineData("\"b\":1", "\"b\":\"1\"", "model.vocab.'b' must be a whole number")]
    [InlineData("\"b\":1", "\"\\ud800\":1", "surrogate")]
    [InlineData("[\"a b\"]", "[\"a c\"]", "model.merges[0] merges 'a' and 'c', but 'c' is not in the vocabulary")]
    [InlineData("[\"a b\"]", "[\"b a\"]", "'ba' is not in the vocabulary")]
    [InlineData("[\"a b\"]", "[\"ab\"]", "model.merges[0] is 'ab'")]
    [InlineData("[\"a b\"]", "[[\"a\"]]", "model.merges[0] must hold two pieces")]
    [InlineData("[\"a b\"]", "[7]", "model.merges[0] must be a string")]
    [InlineData("[\"a b\"]", "[\"\\ud800 b\"]", "surrogate")]
    [InlineData("\"merges\":", "\"dropout\":0.1,\"merges\":", "model.dropout")]
    [InlineData("\"merges\":", "\"end_of_word_suffix\":\"</w>\",\"byte_fallback\":true,\"merges\":", "model.byte_fallback is not supported together with affixes")]
    [InlineData("\"merges\":", "\"surprise\":1,\"merges\":", "model.'surprise' is not understood")]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Bigram\"", "model 'Bigram'")]
    [InlineData("\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]", "\"vocab\":[[\"a\",0.5],[\"b\"]]", "model.vocab[1] must hold a piece and its score")]
    [InlineData("\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]", "\"vocab\":[[\"a\",0.5],[\"b\",1e999]]", "model.vocab[1][1] must be a number")]
    [InlineData("\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]", "\"vocab\":[[\"a\",0.5],[\"a\",1]]", "model.vocab[1] is 'a', which stands in the vocabulary already")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Precompiled\"}", "normalizer.precompiled_charsmap is missing")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAAAAAA\"}", "normalizer.precompiled_charsmap is no map")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"?\"}", "normalizer.precompiled_charsmap is no base64")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Nmx\"}]}", "normalizer.normalizers[0].type asks for the normalizer 'Nmx'")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"x\"}", "normalizer.pattern.String is empty")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":\"ByteLevel\"", "pre_tokenizer must be an object")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"BurtPreTokenizer\"}", "'BurtPreTokenizer'")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}", "pre_tokenizer.pattern.Regex is a regular expression that is not understood")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Sideways\"}", "pre_tokenizer.behavior is 'Sideways'")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}}]}", "post_processor.special_tokens.<s>.ids is missing")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"Mystery\"}", "'Mystery'")]
    [InlineData("{\"type\":\"Fuse\"}", "{\"type\":\"WordPieces\"}", "the decoder 'WordPieces'")]
    [InlineData("{\"type\":\"Fuse\"}", "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Fuse\"},{\"type\":\"WordPiece\"}]}", "decoder.decoders[1] works on the whole text with 'WordPiece'")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":0,\"content\":\"x\"}]", "the model's vocabulary says otherwise")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":5,\"content\":\"x\"},{\"id\":5,\"content\":\"y\"}]", "added_tokens[1].id is 5")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":99999999,\"content\":\"x\"}]", "added_tokens[0].id must be")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":{}", "added_tokens must be a list")]
    public void A_broken_file_is_refused_by_name(string part, string instead, string says)
    {
        GrimoireException error = Refused(part.Length == 0 ? instead : Good.Replace(part, instead, StringComparison.Ordinal));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 100_000));
        Refused(Good.Replace("\"normalizer\":null", "\"normalizer\":" + deep, StringComparison.Ordinal));
    }

    [Fact]
    public void A_good_file_opens_and_a_missing_one_is_named()
    {
        string folder = Directory.CreateTempSubdirectory("grimoire").FullName;
        Assert.Contains("no tokenizer in this folder", Assert.Throws<GrimoireException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<GrimoireException>(() => Tokenizer.Load(Path.Combine(folder, "none"))).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Good);
        Assert.Equal([2, 0], Tokenizer.Load(folder).Encode("aba"));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token":7}""");
        Assert.Contains("tokenizer_config.json: eos_token must be a string", Assert.Throws<GrimoireException>(() => Tokenizer.Load(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Truncated_vocabularies_of_other_formats_are_refused()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("grimoire").FullName, "tokenizer.bin");
        foreach (byte[] bytes in (byte[][])[[], [1, 0, 0, 0, 9], [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127, 65], [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 65]])
        {
            File.WriteAllBytes(path, bytes);
            Assert.StartsWith(path, Assert.Throws<GrimoireException>(() => Tokenizer.LoadLlama2c(path)).Message, StringComparison.Ordinal);
        }

        foreach (string text in (string[])["IQ== 0\n???? 1", "IQ== x", "IQ== 0\nIg== 0", "IQ== 99999999", $"IQ== 0\n{Convert.ToBase64String(new byte[100_000])} 1"])
        {
            File.WriteAllText(path, text);
            Assert.StartsWith(path, Assert.Throws<GrimoireException>(() => Tokenizer.LoadTiktoken(path, SplitPattern.Gpt4, [])).Message, StringComparison.Ordinal);
        }

        File.Delete(path);
    }

    private static GrimoireException Refused(string json)
    {
        string folder = Directory.CreateTempSubdirectory("grimoire").FullName, path = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(path, json);
        GrimoireException error = Assert.Throws<GrimoireException>(() => Tokenizer.Load(path));
        Directory.Delete(folder, recursive: true);
        Assert.StartsWith(path + ":", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        return error;
    }
}
