using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class WordPieceTests
{
    private static readonly Vocabulary Pieces = new(["[UNK]", "un", "##aff", "##able", "##a", "a", "##ffable", "😀", "##😀"]);

    [Theory]
    [InlineData("unaffable", "1 2 3")]
    [InlineData("una", "1 4")]
    [InlineData("unb", "0")]
    [InlineData("a", "5")]
    [InlineData("😀a😀", "7 4 8")]
    [InlineData("##a", "4")]
    [InlineData("aaaaaaaaaaa", "0")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀", "7 8 8 8 8 8 8 8 8 8")]
    public void The_longest_piece_comes_first(string word, string expected)
    {
        List<int> ids = [];
        new WordPiece(Pieces, new WordPieceSettings { LongestWord = 10 }).Encode(word, ids);
        Assert.Equal(expected, string.Join(' ', ids));
    }

    [Fact]
    public void A_vocabulary_without_an_unknown_piece_refuses_what_it_cannot_spell()
    {
        var model = new WordPiece(new Vocabulary(["a"]), new WordPieceSettings());
        Assert.Contains("'b'", Assert.Throws<GrimoireException>(() => model.Encode("b", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tree_of_pieces_finds_each_and_nothing_else()
    {
        var random = new Random(5);
        string[] pieces = [.. Enumerable.Range(0, 500).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "abcé日\uFFFF"[random.Next(6)]))).Distinct()];
        var vocabulary = new Vocabulary([.. pieces, ""]);
        var trie = new PieceTrie(vocabulary, Enumerable.Range(0, vocabulary.Size));
        for (int round = 0; round < 5000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => "abcé日\uFFFFz"[random.Next(7)]));
            int node = trie.Next(PieceTrie.Root, text);
            Assert.Equal(vocabulary.Find(text, -1), node < 0 ? -1 : trie.Id(node));
            Assert.Equal(pieces.Any(piece => piece.StartsWith(text, StringComparison.Ordinal)), node >= 0);
        }
    }
}
