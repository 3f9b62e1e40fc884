using System.Text.Json;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>SentencePiece's own files: ids and texts as its library gives them, before and after a round trip through <c>tokenizer.json</c>.</summary>
public sealed class SentencePieceFileTests
{
    [Theory]
    [InlineData("llama2", "tok-llama2/tokenizer.model")]
    [InlineData("sentencepiece-test_model", "tok-sentencepiece/test_model.model")]
    [InlineData("sentencepiece-test_ja_model", "tok-sentencepiece/test_ja_model.model")]
    [InlineData("torchtune-m_model", "tok-torchtune/m.model")]
    [InlineData("torchtune-sentencepiece", "tok-torchtune/sentencepiece.model")]
    public void Ids_and_texts_equal_those_of_SentencePiece(string name, string file)
    {
        string? model = Shared.Path($"data/{file}"), cases = Shared.Path($"golden/tokenizers/{name}.json");
        Assert.SkipWhen(model is null || cases is null, $"needs ../shared/data/{file} and ../shared/golden/tokenizers/{name}.json");
        using var scratch = new Scratch();
        Tokenizer tokenizer = Tokenizer.Load(model);
        tokenizer.Save(scratch.Folder);
        foreach (Tokenizer each in (Tokenizer[])[tokenizer, Tokenizer.Load(scratch.Folder)])
        {
            foreach (JsonElement item in JsonDocument.Parse(File.ReadAllBytes(cases)).RootElement.GetProperty("cases").EnumerateArray())
            {
                string text = item.GetProperty("text").GetString()!;
                int[] expected = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
                Assert.Equal($"{text}: {string.Join(' ', expected)}", $"{text}: {string.Join(' ', each.Encode(text))}");
                Assert.Equal(item.GetProperty("decoded").GetString(), each.Decode(expected));
            }
        }
    }

    [Fact]
    public void Runs_and_repetitions_merge_as_by_the_definition()
    {
        string? path = Shared.Path("data/tok-llama2/tokenizer.model");
        Assert.SkipWhen(path is null, "needs ../shared/data/tok-llama2/tokenizer.model");
        SentencePieces vocabulary = SentencePieceFile.Read(File.ReadAllBytes(path), path);
        Dictionary<string, float> scores = vocabulary.Pieces.Where(piece => piece.Kind == PieceKind.Normal).ToDictionary(piece => piece.Text, piece => piece.Score);
        Tokenizer tokenizer = Tokenizer.Load(path);
        var random = new Random(3);
        string[] parts = ["a", "aa", "b", " ", "  ", "=", "-", "--", "0", "00", "\t", "on", "an", "é", "."];
        for (int round = 0; round < 1000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => string.Concat(Enumerable.Repeat(parts[random.Next(parts.Length)], random.Next(1, 9)))));
            string[] expected = [.. Merged("▁" + text.Replace(' ', '▁'), scores).Select(piece => piece == "\t" ? "<0x09>" : piece)];
            Assert.Equal(string.Join('|', expected), string.Join('|', tokenizer.Encode(text).Select(id => tokenizer.Model.Vocabulary[id])));
        }
    }

    /// <summary>The definition: of all neighbours that make a piece those of the best piece merge, the leftmost first.</summary>
    private static List<string> Merged(string text, Dictionary<string, float> scores)
    {
        List<string> symbols = [.. text.EnumerateRunes().Select(rune => rune.ToString())];
        while (true)
        {
            int best = -1;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (scores.TryGetValue(symbols[i] + symbols[i + 1], out float score) && (best < 0 || score > scores[symbols[best] + symbols[best + 1]]))
                    best = i;
            }

            if (best < 0)
                return symbols;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }

    [Theory]
    [InlineData("aba", "▁ab a")]
    [InlineData("ab ab", "▁ab ▁ab")]
    [InlineData(" b", "▁ ▁ b")]
    [InlineData("é", "▁ <0xC3> <0xA9>")]
    [InlineData("<s>a", "▁ <0x3C> <0x73> <0x3E> a")]
    [InlineData("ba", "▁ b a")]
    [InlineData("b<U>", "▁ b <U>")]
    [InlineData("", "")]
    public void Pieces_merge_by_score(string text, string pieces)
    {
        Tokenizer tokenizer = Load(SentencePieceBytes.SmallBpe());
        int[] ids = tokenizer.Encode(text);
        Assert.Equal(pieces, string.Join(' ', ids.Select(id => tokenizer.Model.Vocabulary[id])));
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    [Fact]
    public void Special_pieces_are_found_and_put_around_a_text()
    {
        Tokenizer tokenizer = Load(SentencePieceBytes.SmallBpe());
        Assert.Equal((1, 2), (tokenizer.BeginOfText, tokenizer.EndOfText));
        Assert.Equal([1, 260], tokenizer.Encode("ab", addSpecial: true));
        Assert.Equal([1, 260, 2], tokenizer.Encode("<s>ab</s>", parseSpecial: true));
    }

    [Theory]
    [InlineData(true, true, "  a   b  ", "▁a ▁ b", "a b")]
    [InlineData(false, true, "  a   b  ", "a ▁ b", "a b")]
    [InlineData(false, false, " a  b", "▁a ▁ ▁ b", " a  b")]
    public void Spaces_are_prepared_as_the_normalizer_says(bool prefix, bool removeExtra, string text, string pieces, string decoded)
    {
        byte[] normalizer = [.. SentencePieceBytes.Integer(3, prefix ? 1 : 0), .. SentencePieceBytes.Integer(4, removeExtra ? 1 : 0)];
        Tokenizer tokenizer = Load(SentencePieceBytes.SmallBpe(normalizer));
        int[] ids = tokenizer.Encode(text);
        Assert.Equal(pieces, string.Join(' ', ids.Select(id => tokenizer.Model.Vocabulary[id])));
        Assert.Equal(decoded, tokenizer.Decode(ids));
    }

    [Fact]
    public void Files_beside_the_vocabulary_say_more()
    {
        using var scratch = new Scratch();
        scratch.Write("tokenizer.model", SentencePieceBytes.SmallBpe());
        scratch.Write("tokenizer_config.json", """{"add_bos_token":false,"add_eos_token":true,"eos_token":"<|im_end|>"}""");
        scratch.Write("added_tokens.json", """{"<|im_start|>":267,"<|im_end|>":268}""");
        Tokenizer tokenizer = Tokenizer.Load(scratch.Folder);
        Assert.Equal([267, 260, 268], tokenizer.Encode("<|im_start|>ab", addSpecial: true, parseSpecial: true));
        tokenizer.Save(scratch.Folder);
        Assert.Equal([267, 260, 268], Tokenizer.Load(scratch.Folder).Encode("<|im_start|>ab", addSpecial: true, parseSpecial: true));
    }

    [Fact]
    public void Vocabularies_that_would_be_done_otherwise_are_refused()
    {
        Assert.Contains("kind 3", Refused(SentencePieceBytes.Model(false, false, [], trainer: SentencePieceBytes.Integer(3, 3))), StringComparison.Ordinal);
        Assert.Contains("treat_whitespace_as_suffix", Refused(SentencePieceBytes.Model(false, false, [], trainer: SentencePieceBytes.Integer(24, 1))), StringComparison.Ordinal);
        Assert.Contains("denormalizer_spec", Refused([.. SentencePieceBytes.SmallBpe(), .. SentencePieceBytes.Message(5, SentencePieceBytes.Message(2, [1]))]), StringComparison.Ordinal);
        Assert.Contains("twice", Refused(SentencePieceBytes.Model(false, false, [new("a", 0, PieceKind.Normal), new("a", 0, PieceKind.Normal)])), StringComparison.Ordinal);
        Assert.Contains("of kind 9", Refused(SentencePieceBytes.Model(false, false, [new("a", 0, (PieceKind)9)])), StringComparison.Ordinal);
        Assert.Contains("has 100000 characters; no vocabulary", Refused(SentencePieceBytes.Model(false, false, [new(new string('a', 100_000), 0, PieceKind.Normal)])), StringComparison.Ordinal);
        Assert.Contains("finite", Refused(SentencePieceBytes.Model(false, false, [new("a", float.NaN, PieceKind.Normal)])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        byte[] whole = SentencePieceBytes.SmallBpe();
        for (int length = 4; length < whole.Length; length += 7)
        {
            try
            {
                Load(whole[..length]);
            }
            catch (GrimoireException e)
            {
                Assert.Contains("tokenizer.model", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static Tokenizer Load(byte[] model)
    {
        using var scratch = new Scratch();
        return Tokenizer.Load(scratch.Write("tokenizer.model", model));
    }

    private static string Refused(byte[] model) => Assert.Throws<GrimoireException>(() => Load(model)).Message;
}
