using System.Text;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data;

public sealed class CorpusTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_file_is_one_document_and_a_separator_makes_more()
    {
        Assert.Equal(["to be\nor not\n"], Documents("a.txt", "to be\nor not\n"));
        Assert.Equal(["one", "two", "three\n"], Documents("b.txt", "one\n<|endoftext|>\ntwo<|endoftext|><|endoftext|>\r\nthree\n"));
    }

    [Fact]
    public void Lines_are_documents_when_asked()
    {
        Assert.Equal(["emma", "olivia", "ava"], Documents("names.txt", "emma\r\n\nolivia\nava", DocumentUnit.Line));
    }

    [Fact]
    public void Jsonl_gives_its_text_column()
    {
        Assert.Equal(["é1\n", "2"], Documents("a.jsonl", "{\"text\": \"\\u00e91\\n\", \"id\": 3}\n\n{\"text\":\"2\"}"));
    }

    [Theory]
    [InlineData(TextSplitter.PieceLength - 7)]
    [InlineData(TextSplitter.PieceLength)]
    [InlineData(3 * TextSplitter.PieceLength + 11)]
    public void Long_documents_come_in_pieces_that_join_to_the_whole(int length)
    {
        var text = new StringBuilder();
        for (int i = 0; text.Length < length; i++)
            text.Append("word").Append(i).Append(i % 9 == 0 ? "\n" : i % 31 == 0 ? " 😀é " : " ");
        string whole = text + Corpus.Separator + text;
        string path = scratch.Write("long.txt", whole);
        TextPiece[] pieces = [.. new Corpus([path]).Pieces()];
        Assert.All(pieces, piece => Assert.InRange(piece.Text.Length, 1, TextSplitter.PieceLength));
        Assert.Equal(2, pieces.Count(piece => piece.EndsDocument));
        Assert.Equal(text.ToString().TrimEnd('\n') + text, string.Concat(pieces.Select(p => p.Text)));
        foreach (TextPiece piece in pieces.Where(piece => !piece.EndsDocument))
            Assert.True(piece.Text[^1] == '\n' || char.IsLetterOrDigit(piece.Text[^1]));
    }

    [Fact]
    public void A_text_without_any_break_is_cut_between_characters()
    {
        string path = scratch.Write("solid.txt", string.Concat(Enumerable.Repeat("😀", TextSplitter.PieceLength)));
        TextPiece[] pieces = [.. new Corpus([path]).Pieces()];
        Assert.True(pieces.Length >= 2);
        Assert.All(pieces, piece => Assert.False(char.IsLowSurrogate(piece.Text[0])));
        Assert.Equal(TextSplitter.PieceLength, pieces.Sum(piece => Corpus.Characters(piece.Text)));
    }

    [Fact]
    public void Size_counts_documents_characters_and_bytes()
    {
        string path = scratch.Write("a.txt", "né😀<|endoftext|>x");
        Assert.Equal(new CorpusSize(2, 4, 8), new Corpus([path]).Measure());
    }

    [Fact]
    public void A_byte_order_mark_is_not_text()
    {
        string path = scratch.Write("bom.txt", [0xEF, 0xBB, 0xBF, (byte)'a']);
        Assert.Equal("a", Assert.Single(new Corpus([path]).Texts()));
    }

    [Theory]
    [InlineData(new byte[0], "is empty")]
    [InlineData(new byte[] { 65, 10, 0, 66 }, "zero byte at offset 2")]
    [InlineData(new byte[] { 65, 10, 66, 0xFF, 66 }, "line 2: byte 0xFF at offset 3 is not valid UTF-8")]
    [InlineData(new byte[] { 65, 0xC3 }, "line 1: byte 0xC3 at offset 1")]
    public void What_is_not_text_is_refused_with_its_place(byte[] bytes, string expected)
    {
        string path = scratch.Write("bad.txt", bytes);
        GrimoireException e = Assert.Throws<GrimoireException>(() => new Corpus([path]).Measure());
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_bytes_far_into_a_file_are_found_at_their_offset_and_line()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("äöü\n", 100_000)));
        bytes[600_001] = 0xFE;
        string path = scratch.Write("bad.txt", bytes);
        GrimoireException e = Assert.Throws<GrimoireException>(() => new Corpus([path]).Measure());
        Assert.Matches("line 85715: byte 0x.. at offset 60000[01] ", e.Message);
    }

    [Theory]
    [InlineData("{\"text\":\"a\"}\n{\"text\":", "line 2: not valid JSON")]
    [InlineData("[1]", "line 1: expected a JSON object")]
    [InlineData("{\"text\":\"a\"}\n\n{\"Text\":\"a\",\"id\":1}", "line 3: no \"text\" column with a string (columns: Text, id)")]
    [InlineData("{\"text\":5}", "line 1: no \"text\" column")]
    [InlineData("{\"text\":\"\\ud800\"}", "line 1: not valid JSON")]
    public void A_bad_row_is_refused_with_file_and_line(string rows, string expected)
    {
        string path = scratch.Write("bad.jsonl", rows);
        GrimoireException e = Assert.Throws<GrimoireException>(() => new Corpus([path]).Measure());
        Assert.StartsWith(path + ", " + expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_and_patterns_expand_in_a_fixed_order()
    {
        scratch.Write("d/b.txt", "b");
        scratch.Write("d/a.txt", "a");
        scratch.Write("d/deep/c.jsonl", "{}");
        scratch.Write("d/other.md", "no");
        string[] all = [scratch["d/a.txt"], scratch["d/b.txt"], scratch["d/deep/c.jsonl"]];
        Assert.Equal(all, TextFiles.Expand([scratch["d"]]));
        Assert.Equal(all[..2], TextFiles.Expand([scratch["d/*.txt"], scratch["d/a.txt"]]));
        Assert.Contains("no such file", Assert.Throws<GrimoireException>(() => TextFiles.Expand([scratch["nowhere.txt"]])).Message, StringComparison.Ordinal);
        Assert.Contains("matches no file", Assert.Throws<GrimoireException>(() => TextFiles.Expand([scratch["d/*.csv"]])).Message, StringComparison.Ordinal);
        Assert.Throws<GrimoireException>(() => TextFiles.Expand([]));
    }

    private List<string> Documents(string name, string text, DocumentUnit unit = DocumentUnit.File)
    {
        var documents = new List<string>();
        string current = "";
        foreach (TextPiece piece in new Corpus([scratch.Write(name, text)], unit).Pieces())
        {
            current += piece.Text;
            if (!piece.EndsDocument)
                continue;
            documents.Add(current);
            current = "";
        }

        Assert.Equal("", current);
        return documents;
    }
}
