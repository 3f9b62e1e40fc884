using System.Globalization;
using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Tests that count the processor's time and so run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>A text of one character four times as long takes about four times as long, whatever the kind: quadratic would be sixteen.</summary>
[Collection(nameof(Alone))]
public sealed class LinearTimeTests
{
    private const string Bytes = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""";

    public static TheoryData<string> Kinds =>
    [
        Bpe("null", "null", ""),
        Bpe(Bytes, "null", ""),
        Bpe("""{"type":"ByteLevel","add_prefix_space":false}""", "null", ""),
        Bpe("null", "null", "\"end_of_word_suffix\":\"</w>\","),
        Bpe(Split(SplitPattern.Gpt4o.Regex), """{"type":"NFKC"}""", ""),
        Bpe(Split(@"\\s?\\p{L}+"), """{"type":"BertNormalizer"}""", ""),
        Bpe("""{"type":"UnicodeScripts"}""", """{"type":"Nmt"}""", ""),
        Bpe("""{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"Punctuation"},{"type":"Whitespace"}]}""", """{"type":"StripAccents"}""", ""),
        """{"model":{"type":"WordPiece","max_input_chars_per_word":100000000,"vocab":{"[UNK]":0,"a":1,"##a":2,"##aaaaaaaa":3,"é":4,"##é":5,"##\u0301":6,"\u0301":7}} }""",
        """{"model":{"type":"Unigram","unk_id":0,"vocab":[["[UNK]",0],["a",-1],["aaaaaaaa",-2],["▁",-3],["\u0301",-4]]} }""",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Time_grows_with_the_text(string file)
    {
        Tokenizer tokenizer = TokenizerJson.Read(JsonPlace.Parse(Encoding.UTF8.GetBytes(file), "tokenizer.json"), new TokenizerSettings());
        foreach (char character in "aé \u0301")
        {
            Seconds(tokenizer, character, 10_000);
            double quarter = Seconds(tokenizer, character, 250_000), whole = Seconds(tokenizer, character, 1_000_000);
            Assert.True(whole < 10 * quarter + 0.5, string.Create(CultureInfo.InvariantCulture, $"U+{(int)character:X4}: {quarter:F3} s for a quarter, {whole:F3} s for a megabyte"));
        }
    }

    private static double Seconds(Tokenizer tokenizer, char character, int count)
    {
        string text = new(character, count);
        TimeSpan began = Environment.CpuUsage.TotalTime;
        tokenizer.Encode(text);
        return (Environment.CpuUsage.TotalTime - began).TotalSeconds;
    }

    private static string Split(string regex) => $$"""{"type":"Split","pattern":{"Regex":"{{regex.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(@"\\\\", @"\\", StringComparison.Ordinal)}}"},"behavior":"Isolated"}""";

    private static string Bpe(string preTokenizer, string normalizer, string affix) =>
        $$"""
        {"normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"model":{"type":"BPE",{{affix}}"unk_token":"?","vocab":{"?":0,"a":1,"aa":2,"aaaa":3,"e":4,"Ġ":5,"ĠĠ":6,"Ã":7,"©":8,"a</w>":9},"merges":["a a","aa aa","Ġ Ġ"]} }
        """;
}
