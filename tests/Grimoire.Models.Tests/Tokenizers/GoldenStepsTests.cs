using System.Text;
using System.Text.Json;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Every step of `tokenizer.json` on strings that are hard for it, with what Hugging Face's own library gives.</summary>
public sealed class GoldenStepsTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers", "steps.json"))).RootElement;
    private static readonly string[] Texts = Strings(Golden.GetProperty("texts"));

    [Fact]
    public void Pre_tokenizers_give_the_same_words()
    {
        foreach (JsonElement item in Items("pre_tokenizers"))
        {
            PreTokenizer splitter = PreTokenizerReader.Read(Place(item), spell: true)!;
            for (int i = 0; i < Texts.Length; i++)
            {
                List<string> words = [];
                splitter.Split(Texts[i], atStart: true, (word, _) => words.Add(word.ToString()));
                AssertEqual(string.Join('|', Strings(item.GetProperty("words")[i])), string.Join('|', words), item, Texts[i]);
            }
        }
    }

    [Fact]
    public void Normalizers_give_the_same_text()
    {
        foreach (JsonElement item in Items("normalizers"))
        {
            Normalizer normalizer = NormalizerReader.Read(Place(item))!;
            for (int i = 0; i < Texts.Length; i++)
                AssertEqual(item.GetProperty("texts")[i].GetString()!, normalizer.Normalize(Texts[i]).ToString(), item, Texts[i]);
        }
    }

    [Fact]
    public void Decoders_give_the_same_text_whole_and_streaming()
    {
        foreach (JsonElement item in Items("decoders"))
        {
            string file = $$"""
                {"added_tokens":[{"id":2,"content":"[CLS]","special":true}],"decoder":{{item.GetProperty("json").GetRawText()}},"model":{"type":"WordLevel","unk_token":"<unk>","vocab":{{Golden.GetProperty("vocabulary").GetRawText()}}} }
                """;
            Tokenizer tokenizer = Read(file);
            int index = 0;
            foreach (JsonElement sequence in Items("sequences"))
            {
                int[] ids = Ids(sequence);
                JsonElement texts = item.GetProperty("texts")[index++];
                foreach (bool skip in (bool[])[false, true])
                {
                    string expected = texts[skip ? 1 : 0].GetString()!;
                    // Of bytes that are no text the reference makes one sign each.
                    if (expected.Contains('\uFFFD', StringComparison.Ordinal))
                        continue;
                    AssertEqual(expected, tokenizer.Decode(ids, skip), item, string.Join(' ', ids));
                    StreamingDecoder decoder = tokenizer.CreateDecoder(skip);
                    AssertEqual(expected, string.Concat(ids.Select(decoder.Append)) + decoder.Flush(), item, string.Join(' ', ids));
                }
            }
        }
    }

    [Fact]
    public void Small_tokenizers_give_the_same_ids_and_survive_saving()
    {
        foreach (JsonElement item in Items("tokenizers"))
        {
            Tokenizer tokenizer = Read(item.GetProperty("json").GetRawText());
            using var stream = new MemoryStream();
            TokenizerJson.Write(tokenizer, stream);
            Tokenizer again = Read(Encoding.UTF8.GetString(stream.ToArray()));
            for (int i = 0; i < Texts.Length; i++)
            {
                string expected = string.Join(' ', Ids(item.GetProperty("ids")[i]));
                Assert.Equal($"{item.GetProperty("name")} {Texts[i]}: {expected}", $"{item.GetProperty("name")} {Texts[i]}: {string.Join(' ', tokenizer.Encode(Texts[i], addSpecial: true, parseSpecial: true))}");
                Assert.Equal(tokenizer.Encode(Texts[i]), again.Encode(Texts[i]));
            }
        }
    }

    private static void AssertEqual(string expected, string actual, JsonElement item, string text) =>
        Assert.Equal($"{item.GetProperty("json")} on {text}: {expected}", $"{item.GetProperty("json")} on {text}: {actual}");

    private static IEnumerable<JsonElement> Items(string name) => Golden.GetProperty(name).EnumerateArray();

    private static Tokenizer Read(string json) => TokenizerJson.Read(JsonPlace.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json"), new TokenizerSettings());

    private static JsonPlace Place(JsonElement item) => JsonPlace.Parse(Encoding.UTF8.GetBytes(item.GetProperty("json").GetRawText()), "step");

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];
}
