using System.Text.Json.Nodes;
using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class TokenClassifierTests : IDisposable
{
    private static readonly string[] Labels = ["B-PER", "I-PER", "O"];
    private static readonly Tokenizer Letters = TokenizerTrainer.Train(
        ["the cat sat on the mat <a>"],
            new TokenizerOptions { Kind = TokenizerKind.Character, VocabularySize = 40, EndOfText = "<|endoftext|>", Special = ["<|endoftext|>"] });

    private readonly Scratch scratch = new();

    public static TheoryData<string> Models => [.. FamilyModels.Decoders, "bert"];

    public void Dispose() => scratch.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_family_comes_back_from_its_folder_and_scores_the_same(string name)
    {
        TokenClassifier model = Random(name);
        IReadOnlyList<WordTokens> text = model.Encode(["the", "cat", "sat"], [false, true, true]);
        float[] scores = Scores(model, text);
        model.Save(scratch.Folder);
        TokenClassifier loaded = TokenClassifier.Load(scratch.Folder);
        Assert.Equal(scores, Scores(loaded, text));
        Assert.Equal(Labels, loaded.Labels);
        Assert.True(TokenClassifier.Exists(scratch.Folder));
        Assert.False(RewardModel.Exists(scratch.Folder));

        JsonNode config = JsonNode.Parse(File.ReadAllText(scratch["config.json"]))!;
        Assert.EndsWith("ForTokenClassification", (string)config["architectures"]![0]!, StringComparison.Ordinal);
        Assert.Equal(("I-PER", 2), ((string)config["id2label"]!["1"]!, (int)config["label2id"]!["O"]!));
        string head = name.StartsWith("gpt2", StringComparison.Ordinal) || name == "bert" ? "classifier" : "score";
        string[] weights = [.. SafetensorsFile.Open(scratch["model.safetensors"]).Entries.Select(entry => entry.Name)];
        Assert.True(weights.Contains($"{head}.weight") && weights.Contains($"{head}.bias") && !weights.Contains("lm_head.weight"));
    }

    [Fact]
    public void A_word_is_read_at_its_last_token_and_in_an_encoder_at_its_first()
    {
        WordTokens decoder = Assert.Single(Random("llama").Encode(["the", "cat", "<"], [false, true, false]));
        Assert.Equal((8, "2 6 7"), (decoder.Ids.Length, string.Join(' ', decoder.Rows)));
        Assert.Equal("the cat<", Letters.Decode(decoder.Ids));
        WordTokens encoder = Assert.Single(Random("bert").Encode(["the", "cat", "<"], [false, true, false]));
        Assert.Equal("0 3 6", string.Join(' ', encoder.Rows));
    }

    [Fact]
    public void A_long_sentence_is_read_in_pieces_and_a_word_of_which_nothing_is_left_all_the_same()
    {
        TokenClassifier model = Random("llama");
        int context = model.Model.Config.Context;
        string[] words = [.. Enumerable.Repeat("cat", 20), new string('a', 2 * context), "on"];
        IReadOnlyList<WordTokens> pieces = model.Encode(words, [.. words.Select((_, i) => i > 0)]);
        Assert.Equal(words.Length, pieces.Sum(piece => piece.Rows.Length));
        Assert.All(pieces, piece => Assert.InRange(piece.Ids.Length, 1, context));
        Assert.Equal((words.Length, 3), (Scores(model, pieces).Length / 3, Labels.Length));
    }

    [Fact]
    public void What_is_merged_into_the_finished_folder_is_the_adapter_too()
    {
        TokenClassifier model = Random("llama");
        var adapter = Adapter.Create(model.Model.Transformer, new AdapterConfig { Kind = AdapterKind.Lora, Rank = 2, Alpha = 4 }, 3);
        foreach (Parameter parameter in adapter.Parameters)
            Fill(parameter.Tensor, (ulong)parameter.Name.Length);
        IReadOnlyList<WordTokens> text = model.Encode(["the", "cat"], [false, true]);
        float[] before = Scores(model, text);
        model.Model.Transformer.Attach(adapter);
        float[] adapted = Scores(model, text);
        Assert.NotEqual(before, adapted);
        model.Save(scratch.Folder);
        Assert.All(adapted.Zip(Scores(TokenClassifier.Load(scratch.Folder), text)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        TokenClassifier model = Random("llama");
        Assert.Contains("4 labels", Assert.Throws<GrimoireException>(() => new TokenClassifier(model.Model, model.Head, [.. Labels, "X"])).Message,
            StringComparison.Ordinal);
        model.Model.Save(scratch.Folder);
        Assert.Contains("this is no tagger", Assert.Throws<GrimoireException>(() => TokenClassifier.Load(scratch.Folder)).Message, StringComparison.Ordinal);
        model.Save(scratch["tagger"]);
        string config = scratch["tagger/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("id2label", "id2labels", StringComparison.Ordinal));
        Assert.ThrowsAny<GrimoireException>(() => TokenClassifier.Load(scratch["tagger"]));
    }

    private static float[] Scores(TokenClassifier model, IReadOnlyList<WordTokens> text) =>
        model.Forward(new Workspace(Kernels.Reference), text).ToArray<float>();

    private static TokenClassifier Random(string name)
    {
        ModelConfig config = name == "bert" ? Bert.Config(2, 2, 16, 24, Letters.VocabularySize, 32) with { TokenTypes = 2 }
            : FamilyModels.Configs[name] with { Vocabulary = Letters.VocabularySize };
        var language = new LanguageModel(new Transformer(config, Initialization.Random(config, 5)), Letters);
        Head head = TokenClassifier.NewHead(language, Labels.Length);
        Fill(head.Weight, 1);
        Fill(head.Bias!, 2);
        return new TokenClassifier(language, head, Labels);
    }

    private static void Fill(Tensor tensor, ulong seed)
    {
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(0.3 * CountedRandom.Normal(seed, (ulong)i));
    }
}
