using System.Globalization;
using System.Text;
using System.Text.Json;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class EncodingTests
{
    private static readonly Tokenizer Trained = TokenizerTrainer.Train([Sample(new Random(1), 40_000)], new TokenizerOptions { VocabularySize = 1200 });

    [Theory]
    [InlineData("gpt2")]
    [InlineData("gpt4")]
    [InlineData("qwen")]
    [InlineData("qwen-marks")]
    [InlineData("gpt4o")]
    [InlineData("tekken")]
    [InlineData("deepseek")]
    public void Scanners_cut_as_the_regular_expression_says(string name)
    {
        SplitPattern pattern = SplitPattern.Named(name);
        var oracle = new RegexSplit(FilePattern.Read(JsonPlace.Parse(JsonSerializer.SerializeToUtf8Bytes(pattern.Regex), "pattern")), SplitBehavior.Isolated, invert: false);
        var random = new Random(5);
        for (int round = 0; round < 3000; round++)
        {
            // .NET's caseless matching leaves the long s alone, which Unicode's takes for an s.
            string text = Sample(random, random.Next(1, 40)).Replace('ſ', 's');
            Assert.Equal(Words(oracle, text), Words(new PatternSplit(pattern), text));
        }
    }

    [Fact]
    public void Any_text_survives_bytes()
    {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++)
        {
            string text = Sample(random, random.Next(60));
            Assert.Equal(text, Trained.Decode(Trained.Encode(text)));
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character() =>
        Assert.Equal("a\uFFFDb", Trained.Decode(Trained.Encode("a\uD83Db")));

    [Fact]
    public void Short_and_long_words_merge_alike()
    {
        // A word of the length that takes the heap must give what the definition gives.
        var random = new Random(9);
        Tokenizer tokenizer = TokenizerTrainer.Train([string.Concat(Enumerable.Range(0, 3000).Select(_ => "ab"[random.Next(2)]))], new TokenizerOptions { VocabularySize = 330 });
        var model = (Bpe)tokenizer.Model;
        for (int round = 0; round < 300; round++)
        {
            string word = string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => "ab"[random.Next(2)]));
            List<int> expected = [.. word.Select(value => (int)value)];
            foreach (Merge merge in model.Merges)
            {
                for (int i = 0; i + 1 < expected.Count; i++)
                {
                    if (expected[i] != merge.Left || expected[i + 1] != merge.Right)
                        continue;
                    expected[i] = merge.Merged;
                    expected.RemoveAt(i + 1);
                }
            }

            Assert.Equal(expected, tokenizer.Encode(word));
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("'")]
    [InlineData("1")]
    [InlineData("é")]
    [InlineData("\u0301")]
    [InlineData("👍")]
    public void A_megabyte_of_one_character_comes_back(string character)
    {
        string text = string.Concat(Enumerable.Repeat(character, 1_000_000 / character.Length));
        Assert.Equal(text, Trained.Decode(Trained.Encode(text)));
    }

    [Fact]
    public void The_cache_changes_nothing()
    {
        var random = new Random(13);
        string[] texts = [.. Enumerable.Range(0, 3000).Select(_ => Sample(random, 200))];
        List<int> ids = [];
        foreach (string text in texts)
            Trained.Encode(text, ids);
        int at = 0;
        var fresh = (Bpe)Trained.Model;
        foreach (string text in texts)
        {
            List<int> expected = [];
            foreach (string word in Words(new PatternSplit(SplitPattern.Gpt4), text))
                fresh.Encode(word, expected);
            Assert.Equal(expected, ids[at..(at + expected.Count)]);
            at += expected.Count;
        }
    }

    [Fact]
    public void Threads_may_share_a_tokenizer()
    {
        string[] texts = [.. Enumerable.Range(0, 64).Select(i => Sample(new Random(i), 2000))];
        int[][] alone = [.. texts.Select(text => Trained.Encode(text))];
        var together = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => together[i] = Trained.Encode(texts[i]));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Encoding_known_words_allocates_next_to_nothing()
    {
        List<int> ids = new(100_000);
        string text = string.Concat(Enumerable.Repeat("some words that were seen before, ", 1000));
        Trained.Encode(text, ids);
        ids.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Trained.Encode(text, ids);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    [Fact]
    public void Streaming_gives_whole_characters_and_the_same_text()
    {
        var random = new Random(17);
        for (int round = 0; round < 300; round++)
        {
            // Any ids, not only those of a text: broken sequences too.
            int[] ids = round % 2 == 0 ? Trained.Encode(Sample(random, 30) + "👩‍👩‍👧‍👦 नमस्ते 😀") : [.. Enumerable.Range(0, 40).Select(_ => random.Next(Trained.VocabularySize))];
            StreamingDecoder decoder = Trained.CreateDecoder();
            var text = new StringBuilder();
            foreach (int id in ids)
            {
                string part = decoder.Append(id);
                Assert.True(part.Length == 0 || !(char.IsHighSurrogate(part[^1]) || char.IsLowSurrogate(part[0])));
                Assert.DoesNotContain("\uFFFD", round % 2 == 0 ? part : "", StringComparison.Ordinal);
                text.Append(part);
            }

            Assert.Equal(Trained.Decode(ids), text.Append(decoder.Flush()).ToString());
        }
    }

    [Fact]
    public void An_emoji_in_four_tokens_arrives_with_the_last()
    {
        Tokenizer bytes = TokenizerTrainer.Train(["x"], new TokenizerOptions { VocabularySize = 257 });
        StreamingDecoder decoder = bytes.CreateDecoder();
        Assert.Equal(["", "", "", "😀"], Encoding.UTF8.GetBytes("😀").Select(value => decoder.Append(value)));
        Assert.Equal("", decoder.Append(0xE2));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("<0xE2>", bytes.Piece(0xE2));
    }

    [Fact]
    public void Ids_the_tokenizer_lacks_are_shown_and_not_lost()
    {
        Assert.Equal("a\uFFFDb", Trained.Decode(['a', 1_000_000, 'b']));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trained.Piece(-1));
    }

    internal static string Sample(Random random, int length)
    {
        string[] common = [" ", "  ", "\n", "\r\n", "\t", "'s", "'LL", "'", "the", " cat", "don't", "42", "1234567", "!?", "...", "é", "\u00A0", "\u3000", "\u0301", "ſ", "Ⅷ", "你好", "😀", "👩‍👧", "𝒜", "𠀀", "𞤀", "\u0000", "\u200F", "\uFFFE"];
        var text = new StringBuilder();
        while (text.Length < length)
        {
            if (random.Next(3) > 0)
                text.Append(common[random.Next(common.Length)]);
            else if (Rune.TryCreate(random.Next(8) == 0 ? random.Next(0x110000) : random.Next(0x500), out Rune rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Surrogate)
                text.Append(rune);
        }

        return text.ToString();
    }

    private static List<string> Words(PreTokenizer splitter, string text)
    {
        List<string> words = [];
        splitter.Split(text, atStart: true, (word, _) => words.Add(word.ToString()));
        return words;
    }
}
