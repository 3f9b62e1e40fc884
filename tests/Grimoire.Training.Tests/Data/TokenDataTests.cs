using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Tests;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data;

public sealed class TokenDataTests : IDisposable
{
    private readonly Scratch scratch = new();
    private int calls;

    public void Dispose() => scratch.Dispose();

    /// <summary>One id a character; the end of text is the last id.</summary>
    private TextEncoder Characters(int vocabulary = 300, bool end = true, string hash = "h") => new(
        text =>
        {
            Interlocked.Increment(ref calls);
            return [.. text.Select(c => (int)c)];
        },
        vocabulary, end ? vocabulary - 1 : null, hash);

    private static string Decode(TokenStore store)
    {
        int[] ids = new int[store.Length];
        store.Read(0, ids);
        return string.Concat(ids.Select(id => id >= 299 ? '$' : (char)id));
    }

    private TokenData Prepare(string text, double fraction, TextEncoder? encoder = null, DocumentUnit unit = DocumentUnit.File, long tokensPerShard = 1000) =>
        TokenData.Prepare(scratch["tokens"], new Corpus([scratch.Write("a.txt", text)], unit), null, encoder ?? Characters(),
            new SplitSettings(fraction, 7), null, tokensPerShard);

    [Fact]
    public void One_document_is_split_at_its_tail_as_nanoGPT_does()
    {
        string text = string.Concat(Enumerable.Range(0, 105).Select(i => (char)('a' + (i % 26))));
        using TokenData data = Prepare(text, 0.1, Characters(end: false));
        Assert.Equal(text[..94], Decode(data.Train));
        Assert.Equal(text[94..], Decode(data.Validation!));
        Assert.Equal((94L, 11L), (data.Train.Bytes, data.Validation!.Bytes));
    }

    [Fact]
    public void Many_documents_are_split_whole_and_nothing_is_lost()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"name{i}")];
        using TokenData data = Prepare(string.Join('\n', names), 0.1, unit: DocumentUnit.Line, tokensPerShard: 7);
        Assert.Equal((45L, 5L), (data.Train.Documents, data.Validation!.Documents));
        string[] got = [.. (Decode(data.Train) + Decode(data.Validation)).Split('$', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(names.Order(StringComparer.Ordinal), got.Order(StringComparer.Ordinal));
        for (int i = 0; i < 45; i++)
        {
            (long start, long length) = data.Train.Document(i);
            int[] ids = new int[length];
            data.Train.Read(start, ids);
            Assert.Equal(299, ids[^1]);
            Assert.StartsWith("name", string.Concat(ids[..^1].Select(id => (char)id)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lines_without_an_end_token_end_with_their_line_break()
    {
        using TokenData data = Prepare("emma\nava", 0, Characters(end: false), DocumentUnit.Line);
        Assert.Equal("emma\nava\n", Decode(data.Train));
        Assert.Equal(9, data.Train.Bytes);
        Assert.Null(data.Validation);
    }

    [Fact]
    public void Narrow_and_wide_ids_read_the_same_across_shards()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => (char)(32 + (i % 90))));
        using TokenData narrow = Prepare(text, 0, Characters(1 << 16), tokensPerShard: 3001);
        string narrowText = Decode(narrow.Train);
        Assert.Equal(3001 * 2, new FileInfo(scratch["tokens/train-00000.bin"]).Length);
        using TokenData wide = Prepare(text, 0, Characters(70_000), tokensPerShard: 3001);
        Assert.Equal(3001 * 4, new FileInfo(scratch["tokens/train-00000.bin"]).Length);
        Assert.Equal(narrowText, Decode(wide.Train));
        int[] window = new int[10];
        wide.Train.Read(2996, window);
        Assert.Equal(text.Substring(2996, 10).Select(c => (int)c), window);
        Assert.Throws<ArgumentOutOfRangeException>(() => wide.Train.Read(4995, window));
    }

    [Fact]
    public void Shards_are_built_once_and_anew_only_when_something_changed()
    {
        Prepare("hello world", 0.5).Dispose();
        int built = calls;
        Prepare("hello world", 0.5).Dispose();
        File.SetLastWriteTimeUtc(scratch["a.txt"], DateTime.UtcNow.AddDays(1));
        TokenData.Prepare(scratch["tokens"], new Corpus([scratch["a.txt"]]), null, Characters(), new SplitSettings(0.5, 7)).Dispose();
        Assert.Equal(built, calls);

        Prepare("hello world!", 0.5).Dispose();
        Assert.True(calls > built, "changed text");
        built = calls;
        Prepare("hello world!", 0.5, Characters(hash: "other")).Dispose();
        Assert.True(calls > built, "changed tokenizer");
        built = calls;
        Prepare("hello world!", 0.25, Characters(hash: "other")).Dispose();
        Assert.True(calls > built, "changed split");
    }

    [Theory]
    [InlineData("train-00000.bin")]
    [InlineData("train-documents.bin")]
    [InlineData("shards.json")]
    public void A_damaged_file_is_refused_and_built_again_where_the_text_is_at_hand(string name)
    {
        Prepare("hello world", 0.5).Dispose();
        byte[] whole = File.ReadAllBytes(scratch["tokens/" + name]);
        foreach (byte[] damaged in new[] { whole[..^1], [(byte)(whole[0] ^ 4), .. whole[1..]], [] })
        {
            scratch.Write("tokens/" + name, damaged);
            Assert.Throws<GrimoireException>(() => TokenData.Open(scratch["tokens"]));
        }

        using TokenData again = Prepare("hello world", 0.5);
        Assert.Equal("hello", Decode(again.Train));
    }

    [Fact]
    public void A_validation_file_of_its_own_is_used_whole()
    {
        var train = new Corpus([scratch.Write("train.txt", "abc")]);
        var validation = new Corpus([scratch.Write("validation.txt", "xyz")]);
        using TokenData data = TokenData.Prepare(scratch["t"], train, validation, Characters(), new SplitSettings());
        Assert.Equal("abc$", Decode(data.Train));
        Assert.Equal("xyz$", Decode(data.Validation!));
    }

    [Fact]
    public void A_long_document_in_pieces_gives_the_ids_of_the_whole_and_reports_progress()
    {
        string text = string.Concat(Enumerable.Range(0, 120_000).Select(i => $"w{i % 977} "));
        var seen = new List<EncodingProgress>();
        var corpus = new Corpus([scratch.Write("a.txt", text)]);
        using TokenData data = TokenData.Prepare(scratch["t"], corpus, null, Characters(end: false), new SplitSettings(0), new Listener(seen.Add));
        Assert.Equal(text, Decode(data.Train));
        Assert.Equal(new EncodingProgress(text.Length, text.Length, text.Length), seen[^1]);
        Assert.True(calls > 1);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("gpt4")]
    [InlineData("qwen")]
    public void Pieces_encode_as_the_whole_text_does(string pattern)
    {
        string[] words = ["the", "Cat's", "42", "it's", "end.", "\"oh!\"", "größe", "x=1;", "//", "–", "I'LL"], gaps = [" ", " ", " ", "\n", "\n\n", "  ", " \n", "\r\n", "\n/", "\t"];
        string text = string.Concat(Enumerable.Range(0, 200_000).Select(i =>
            words[CountedRandom.Below(words.Length, 1, (ulong)i)] + gaps[CountedRandom.Below(gaps.Length, 2, (ulong)i)]));
        var options = new TokenizerOptions { VocabularySize = 400, Pattern = SplitPattern.Named(pattern) };
        Tokenizer tokenizer = TokenizerTrainer.Train([text[..50_000]], options);
        tokenizer.Save(scratch["tokenizer"]);
        var corpus = new Corpus([scratch.Write("a.txt", text)]);
        Assert.True(corpus.Pieces().Count() > 3);
        using TokenData data = TokenData.Prepare(scratch["t"], corpus, null, TextEncoder.Of(tokenizer, scratch["tokenizer"]), new SplitSettings(0));
        int[] ids = new int[data.Train.Length];
        data.Train.Read(0, ids);
        Assert.True(ids.AsSpan(0, ids.Length - 1).SequenceEqual(tokenizer.Encode(text)));
        Assert.Equal(tokenizer.EndOfText, ids[^1]);
    }

    [Fact]
    public void Ids_outside_the_vocabulary_are_refused()
    {
        GrimoireException e = Assert.Throws<GrimoireException>(() => Prepare("zebra", 0, Characters(vocabulary: 100)));
        Assert.Contains("vocabulary has 100", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["tokens"]));
    }

    [Fact]
    public void Tiny_shakespeare_splits_where_nanoGPT_splits_it()
    {
        string? path = Shared.Path("data/lm-tinyshakespeare/input.txt");
        Assert.SkipWhen(path is null, "needs ../shared/data");
        using TokenData data = TokenData.Prepare(scratch["t"], new Corpus([path]), null, Characters(end: false), new SplitSettings(0.1));
        Assert.Equal((1_003_854L, 111_540L), (data.Train.Length, data.Validation!.Length));
    }

    [Fact]
    public void Bits_per_byte_follow_from_nats_per_token()
    {
        using TokenData data = Prepare("abcd", 0, Characters(end: false));
        Assert.Equal(2, data.Train.BitsPerByte(2 * Math.Log(2)), 12);
    }

    private sealed class Listener(Action<EncodingProgress> tell) : IProgress<EncodingProgress>
    {
        public void Report(EncodingProgress value) => tell(value);
    }
}
