using System.IO.Compression;
using System.Text;
using Grimoire.Evaluation.Tagging;
using Grimoire.Tests;

namespace Grimoire.Evaluation.Tests.Tagging;

public sealed class TagFileTests : IDisposable
{
    private const string Conllu =
        "# sent_id = 1\n# text = I don't know.\n1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_\n2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\n2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\tSpaceAfter=No\n" +
        "3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_\n4\tknow\tknow\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No\n4.1\tit\tit\tPRON\t_\t_\t_\t_\t_\t_\n5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_\n\n";

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void CoNLL_with_tabs_or_spaces_blank_lines_and_lines_of_tabs_only()
    {
        foreach (string text in (string[])["Thea\tNNP\tB-PER\nsees\tVBZ\tO\n\t\n\nIt\tPRP\tO\n",
            "-DOCSTART- -X- O\n\nThea  NNP B-PER\r\nsees VBZ O\r\n\r\nIt PRP O"])
        {
            IReadOnlyList<TaggedSentence> read = TagFile.Read(scratch.Write("a.conll", text));
            Assert.Equal(["Thea sees", "It"], read.Select(sentence => string.Join(' ', sentence.Words)));
            Assert.Equal(["B-PER O", "O"], read.Select(sentence => string.Join(' ', sentence.Labels)));
            Assert.Equal(["NNP", "VBZ"], TagFile.Read(scratch["a.conll"], new TagColumns(Label: "2"))[0].Labels);
        }

        string iob2 = scratch.Write("a.iob2", "# text = a # b\n1\ta\tO\t-\n2\t#\tB-X\t-\n");
        TaggedSentence one = TagFile.Read(iob2, new TagColumns(Word: "2", Label: "3"))[0];
        Assert.Equal("a O # B-X", $"{one.Words[0]} {one.Labels[0]} {one.Words[1]} {one.Labels[1]}");
        Assert.Equal(["a", "#"], TagFile.Read(scratch.Write("hash.txt", "a O\n\n# O\n")).Select(sentence => sentence.Words[0]));
    }

    [Fact]
    public void CoNLL_U_passes_over_multiword_tokens_and_empty_nodes_and_gives_them_back()
    {
        TaggedSentence sentence = Assert.Single(TagFile.Read(scratch.Write("a.conllu", Conllu)));
        Assert.Equal("I do n't know .", string.Join(' ', sentence.Words));
        Assert.Equal("PRON AUX PART VERB PUNCT", string.Join(' ', sentence.Labels));
        Assert.Equal([false, true, false, true, false], Enumerable.Range(0, 5).Select(i => sentence.HasNoSpaceAfter(i) ?? false));
        Assert.EndsWith("a.conllu, line 5", sentence.PlaceOf(1), StringComparison.Ordinal);
        Assert.Equal(["nsubj", "aux", "advmod", "root", "punct"], TagFile.Read(scratch["a.conllu"], new TagColumns(Label: "deprel"))[0].Labels);
        var text = new StringWriter();
        TagFile.Write(text, sentence, sentence.Labels);
        Assert.Equal(Conllu, text.ToString());
        text = new StringWriter();
        TagFile.Write(text, sentence, ["A", "B", "C", "D", "E"], new TagColumns(Label: "xpos"));
        Assert.Contains("\n5\t.\t.\tPUNCT\tE\t", text.ToString(), StringComparison.Ordinal);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("\uFEFF" + Conllu));
        Assert.Equal(sentence.Words, TagFile.Read(scratch.Write("b.conllu.gz", packed.ToArray()))[0].Words);
        Assert.Equal(TagFormat.Conllu, TagFile.Read(scratch.Write("c.txt", Conllu))[0].Format);
    }

    [Fact]
    public void A_written_CoNLL_file_has_gold_and_predicted_labels_side_by_side()
    {
        IReadOnlyList<TaggedSentence> read = TagFile.Read(scratch.Write("a.conll", "Thea\tB-PER\nsees\tO\n\n"));
        var text = new StringWriter();
        TagFile.Write(text, read[0], ["O", "O"]);
        TagFile.Write(text, new TaggedSentence(["New", "one"]), ["B-X", "O"]);
        Assert.Equal("Thea\tB-PER\tO\nsees\tO\tO\n\nNew\tB-X\none\tO\n\n", text.ToString());
        Assert.Equal(["Thea", "sees"], TagFile.Read("standard input", new StringReader("Thea\nsees\n"), labelled: false)[0].Words);
    }

    [Theory]
    [InlineData("a.conll", "a\tO\nb\n", "a.conll, line 2: the row has 1 column where the first has 2")]
    [InlineData("a.conll", "a\tO\nb\t\n", "a.conll, line 2: the word \"b\" has no label in column 2")]
    [InlineData("a.conll", "a\tO\n\tO\n", "a.conll, line 2: the word is empty")]
    [InlineData("a.conll", "\n\t\n", "a.conll: there is no sentence in it")]
    [InlineData("a.conll", "a O\nb\xC3 O\n", null)]
    [InlineData("a.conllu", "1\ta\tO\n", "a.conllu, line 1: the row has 3 columns parted by tabs where CoNLL-U has 10")]
    [InlineData("a.conllu", "x\ta\ta\tX\tX\t_\t0\troot\t_\t_\n", "a.conllu, line 1: \"x\" is no id of CoNLL-U")]
    [InlineData("a.conllu", "1\ta\ta\t_\tX\t_\t0\troot\t_\t_\n", "a.conllu, line 1: the word \"a\" has no label in column 4")]
    public void Bad_rows_are_named_with_file_and_line(string name, string text, string? message)
    {
        string path = message is null ? scratch.Write(name, Encoding.Latin1.GetBytes(text)) : scratch.Write(name, text);
        Assert.Contains(message ?? "a.conll, line 2: this is not valid UTF-8", Assert.Throws<GrimoireException>(() => TagFile.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_are_not_there_and_missing_files_are_refused()
    {
        string path = scratch.Write("a.conll", "a O\n");
        Assert.Contains("line 1: there is no label column 3: rows have 2", Refused(new TagColumns(Label: "3")), StringComparison.Ordinal);
        Assert.Contains("this is no word column of a CoNLL file", Refused(new TagColumns(Word: "form")), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Assert.Throws<GrimoireException>(() => TagFile.Read(scratch["none"])).Message, StringComparison.Ordinal);

        string Refused(TagColumns columns) => Assert.Throws<GrimoireException>(() => TagFile.Read(path, columns)).Message;
    }

    [Fact]
    public void Real_files_are_read_whole()
    {
        if (Shared.Path("data/tag-ud-ewt") is not { } ewt || Shared.Path("data/tag-wnut17") is not { } wnut)
        {
            Assert.Skip("shared/data/tag-ud-ewt and tag-wnut17 are not there");
            return;
        }

        IReadOnlyList<TaggedSentence> dev = TagFile.Read(Path.Combine(ewt, "en_ewt-ud-dev.conllu"));
        Assert.Equal((2001, 25147, 17), (dev.Count, dev.Sum(s => s.Words.Count), dev.SelectMany(s => s.Labels).Distinct().Count()));
        IReadOnlyList<TaggedSentence> test = TagFile.Read(Path.Combine(wnut, "emerging.test.annotated"));
        Assert.Equal((1287, "iob2"), (test.Count, LabelScheme.Detect(test.Select(s => s.Labels))?.Name));
        Assert.Equal(1079, test.Sum(s => LabelScheme.Iob2.Decode(s).Count));
    }
}
