using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class UnigramTests
{
    [Fact]
    public void The_best_spelling_of_all_is_found()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            string[] pieces = ["<unk>", .. Enumerable.Range(0, 12).Select(_ => Word(random, "ab😀", 4)).Distinct()];
            double[] scores = [.. pieces.Select(_ => -random.NextDouble() * 10)];
            var model = new Unigram(new Vocabulary(pieces), scores, new UnigramSettings { Unknown = "<unk>", Hidden = new HashSet<int> { 0 } });
            string text = Word(random, "ab😀c", 9);
            List<int> ids = [];
            model.Encode(text, ids);
            Assert.Equal(Best(text, pieces, scores), Score(text, ids, pieces, scores), 1e-9);
        }
    }

    [Fact]
    public void Unknown_neighbours_are_one_token_or_their_bytes()
    {
        string[] pieces = ["<unk>", "a", "b", "<0xC3>", "<0xA9>"];
        double[] scores = [0, -1, -2, 0, 0];
        List<int> ids = [];
        new Unigram(new Vocabulary(pieces), scores, new UnigramSettings { Unknown = "<unk>" }).Encode("aééb", ids);
        Assert.Equal([1, 0, 2], ids);
        ids.Clear();
        var bytes = new UnigramSettings { Unknown = "<unk>", ByteFallback = true, Hidden = new HashSet<int> { 0, 3, 4 } };
        new Unigram(new Vocabulary(pieces), scores, bytes).Encode("aébü", ids);
        Assert.Equal([1, 3, 4, 2, 0], ids);
        Assert.Contains("'ü'", Assert.Throws<GrimoireException>(() => new Unigram(new Vocabulary(pieces), scores, new UnigramSettings()).Encode("ü", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Special_tokens_and_bytes_are_no_pieces_of_text()
    {
        const string File = """
            {"added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true}],"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"always"},
             "decoder":{"type":"Metaspace","prepend_scheme":"always"},
             "model":{"unk_id":0,"vocab":[["<unk>",0],["<s>",0],["▁",-2],["<",-3],["s",-3],[">",-3],["▁s",-4]]}}
            """;
        Tokenizer tokenizer = TokenizerJson.Read(JsonPlace.Parse(Encoding.UTF8.GetBytes(File), "tokenizer.json"), new TokenizerSettings());
        Assert.Equal([2, 3, 4, 5, 6], tokenizer.Encode("<s> s"));
        Assert.Equal([1, 6], tokenizer.Encode("<s> s", parseSpecial: true));
        Assert.Equal("<s> s", tokenizer.Decode([2, 3, 4, 5, 6]));
        using var stream = new MemoryStream();
        TokenizerJson.Write(tokenizer, stream);
        Assert.Equal([2, 3, 4, 5, 6], TokenizerJson.Read(JsonPlace.Parse(stream.ToArray(), "tokenizer.json"), new TokenizerSettings()).Encode("<s> s"));
    }

    /// <summary>All spellings, one by one.</summary>
    private static double Best(string text, string[] pieces, double[] scores)
    {
        double unknown = scores.Min() - 10, best = double.NegativeInfinity;
        if (text.Length == 0)
            return 0;
        int first = char.IsHighSurrogate(text[0]) ? 2 : 1;
        for (int id = 1; id < pieces.Length; id++)
        {
            if (text.StartsWith(pieces[id], StringComparison.Ordinal))
                best = Math.Max(best, scores[id] + Best(text[pieces[id].Length..], pieces, scores));
        }

        return pieces.Contains(text[..first]) ? best : Math.Max(best, unknown + Best(text[first..], pieces, scores));
    }

    /// <summary>The score of a spelling; each unknown token takes the characters before the next piece that fits.</summary>
    private static double Score(string text, List<int> ids, string[] pieces, double[] scores)
    {
        double unknown = scores.Min() - 10, best = double.NegativeInfinity;
        if (ids.Count == 0)
            return text.Length == 0 ? 0 : best;
        if (ids[0] != 0)
            return text.StartsWith(pieces[ids[0]], StringComparison.Ordinal) ? scores[ids[0]] + Score(text[pieces[ids[0]].Length..], ids[1..], pieces, scores) : best;
        double sum = 0;
        for (int at = 0; at < text.Length;)
        {
            at += char.IsHighSurrogate(text[at]) ? 2 : 1;
            sum += unknown;
            best = Math.Max(best, sum + Score(text[at..], ids[1..], pieces, scores));
        }

        return best;
    }

    private static string Word(Random random, string alphabet, int longest)
    {
        Rune[] runes = [.. alphabet.EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }
}
