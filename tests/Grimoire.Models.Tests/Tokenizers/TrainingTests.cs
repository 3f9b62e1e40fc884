using System.Text;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class TrainingTests
{
    private const string Text = "The cat sat on the mat. The dog sat on the cat! Did the cat, 'tis asked, mind?\n\nIt didn't mind; cats don't. 12345 12 123\n";

    [Fact]
    public void The_published_example_merges_as_published()
    {
        // Wikipedia, "Byte-pair encoding": aaabdaaabac → ZabdZabac → ZYdZYac → XdXac.
        Tokenizer tokenizer = TokenizerTrainer.Train(["aaabdaaabac"], Bytes(256 + 3));
        Assert.Equal(["aa", "ab", "aaab"], Enumerable.Range(256, 3).Select(tokenizer.Piece));
        Assert.Equal([258, 'd', 258, 'a', 'c'], tokenizer.Encode("aaabdaaabac"));
    }

    [Fact]
    public void Merges_equal_those_of_a_naive_trainer()
    {
        var random = new Random(11);
        for (int round = 0; round < 60; round++)
        {
            string letters = "abc é"[..random.Next(2, 6)];
            string text = string.Concat(Enumerable.Range(0, random.Next(5, 400)).Select(_ => letters[random.Next(letters.Length)]));
            int size = 256 + random.Next(1, 40);
            Tokenizer tokenizer = TokenizerTrainer.Train([text], Bytes(size));
            Assert.Equal(NaiveBpe.Train(text, size, 2), Enumerable.Range(256, tokenizer.VocabularySize - 256).Select(id => Latin(tokenizer.Bytes(id))));
        }
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        string[] documents = [.. Enumerable.Range(0, 200).Select(i => Text[(i % 40)..] + Text[..(i % 90)])];
        foreach (TokenizerKind kind in Enum.GetValues<TokenizerKind>())
        {
            TokenizerOptions options = new() { Kind = kind, VocabularySize = 400, Unknown = kind == TokenizerKind.Bytes ? null : "<unk>" };
            string[] one = Pieces(TokenizerTrainer.Train(documents, options with { Threads = 1 }));
            Assert.Equal(one, Pieces(TokenizerTrainer.Train(documents, options with { Threads = 7 })));
            Assert.Equal(one, Pieces(TokenizerTrainer.Train(documents.Reverse(), options with { Threads = 2 })));
        }
    }

    [Fact]
    public void Special_tokens_come_last_and_separate_the_text()
    {
        Tokenizer tokenizer = TokenizerTrainer.Train(["abab<|endoftext|>abab<|endoftext|>"], new TokenizerOptions { VocabularySize = 300 });
        Assert.Equal(tokenizer.VocabularySize - 1, tokenizer.EndOfText);
        Assert.Equal([tokenizer.EndOfText!.Value], tokenizer.StopIds);
        Assert.Equal(["ab", "abab"], Pieces(tokenizer)[256..^1]);
        Assert.Equal([tokenizer.EndOfText.Value], tokenizer.Encode("<|endoftext|>", parseSpecial: true));
        Assert.Equal("<|endoftext|>", tokenizer.Decode(tokenizer.Encode("<|endoftext|>")));
    }

    [Fact]
    public void Characters_are_numbered_by_code_point()
    {
        Tokenizer tokenizer = TokenizerTrainer.Train(["hello\n", "wörld 😀"], Characters);
        Assert.Equal(["\n", " ", "d", "e", "h", "l", "o", "r", "w", "ö", "😀"], Pieces(tokenizer));
        Assert.Equal([4, 3, 5, 5, 6, 1, 10], tokenizer.Encode("hello 😀"));
        Assert.Equal("wörld\n😀", tokenizer.Decode(tokenizer.Encode("wörld\n😀")));
    }

    [Fact]
    public void An_unknown_character_is_an_error_unless_an_unknown_token_is_asked_for()
    {
        var error = Assert.Throws<GrimoireException>(() => TokenizerTrainer.Train(["abc"], Characters).Encode("abx"));
        Assert.Contains("'x' (U+0078)", error.Message, StringComparison.Ordinal);
        Tokenizer lenient = TokenizerTrainer.Train(["abc"], Characters with { Unknown = "<unk>" });
        Assert.Equal([0, 1, 3], lenient.Encode("abx"));
        Assert.Equal("ab<unk>", lenient.Decode([0, 1, 3]));
    }

    [Fact]
    public void Words_decode_to_the_text_with_its_spaces()
    {
        Tokenizer tokenizer = TokenizerTrainer.Train([Text], new TokenizerOptions { Kind = TokenizerKind.Word, MinFrequency = 1, Special = [] });
        Assert.Equal(Text, tokenizer.Decode(tokenizer.Encode(Text)));
        Assert.Equal("The <unk> sat on the mat.", tokenizer.Decode(tokenizer.Encode("The unicorn sat on the mat.")));
        Assert.NotNull(tokenizer.Id(" the"));
    }

    [Fact]
    public void Files_are_read_in_chunks_without_a_trace()
    {
        string folder = Directory.CreateTempSubdirectory("grimoire").FullName;
        var text = new StringBuilder();
        for (int i = 0; text.Length < 3_000_000; i++)
            text.Append(Text).Append(i * 7919 % 100_000).Append(i % 3 == 0 ? "\r\n" : " é—😀 ");
        string path = Path.Combine(folder, "corpus.txt");
        File.WriteAllText(path, text.ToString());
        Assert.True(TextChunks.Read(path).Count() > 2);
        Assert.Equal(text.ToString(), string.Concat(TextChunks.Read(path)));
        TokenizerOptions options = new() { VocabularySize = 600 };
        Assert.Equal(Pieces(TokenizerTrainer.Train([text.ToString()], options)), Pieces(TokenizerTrainer.TrainFiles([path], options)));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_cannot_be_is_refused_in_one_sentence()
    {
        string folder = Directory.CreateTempSubdirectory("grimoire").FullName;
        string binary = Path.Combine(folder, "binary.txt"), latin = Path.Combine(folder, "latin.txt"), empty = Path.Combine(folder, "empty.txt");
        File.WriteAllBytes(binary, [65, 0, 66]);
        File.WriteAllBytes(latin, [65, 0xE9, 66]);
        File.WriteAllText(empty, "");
        foreach (string path in (string[])[binary, latin, Path.Combine(folder, "missing.txt")])
            Assert.StartsWith(path, Assert.Throws<GrimoireException>(() => TokenizerTrainer.TrainFiles([path], new TokenizerOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("no text", Assert.Throws<GrimoireException>(() => TokenizerTrainer.TrainFiles([empty], new TokenizerOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("from 257", Assert.Throws<GrimoireException>(() => TokenizerTrainer.Train(["a"], new TokenizerOptions { VocabularySize = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("3 different characters", Assert.Throws<GrimoireException>(() => TokenizerTrainer.Train(["abc"], Characters with { VocabularySize = 2 })).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Progress_is_told_and_cancelling_stops()
    {
        List<TokenizerProgress> reports = [];
        TokenizerTrainer.Train([Text], new TokenizerOptions { VocabularySize = 270, Threads = 1 }, new Recorder(reports));
        Assert.Equal(("count", (long)Text.Length), (reports[0].Stage, reports[0].Done));
        Assert.Equal(new TokenizerProgress("merge", 13, 13), reports[^1]);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => TokenizerTrainer.Train([Text], new TokenizerOptions(), cancel: source.Token));
    }

    [Fact]
    public void Tiny_Shakespeare_has_65_characters()
    {
        string? path = Shared.Path("data/lm-tinyshakespeare/input.txt");
        Assert.SkipWhen(path is null, "needs ../shared/data/lm-tinyshakespeare");
        Assert.Equal(65, TokenizerTrainer.TrainFiles([path], Characters).VocabularySize);
    }

    private static TokenizerOptions Characters => new() { Kind = TokenizerKind.Character, Special = [] };

    private static TokenizerOptions Bytes(int size) => new() { VocabularySize = size, Special = [] };

    private static string[] Pieces(Tokenizer tokenizer) => [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece)];

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private sealed class Recorder(List<TokenizerProgress> reports) : IProgress<TokenizerProgress>
    {
        public void Report(TokenizerProgress value) => reports.Add(value);
    }
}
