using System.Text.Json.Nodes;
using Grimoire.Models.Adapters;
using Grimoire.Models.Chat;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class RewardModelTests : IDisposable
{
    private static readonly Tokenizer Letters = TokenizerTrainer.Train(
        ["the cat sat on the mat <a>"], new TokenizerOptions { Kind = TokenizerKind.Character, VocabularySize = 40, EndOfText = "<|endoftext|>", Special = ["<|endoftext|>"] });
    private readonly Scratch scratch = new();

    public static TheoryData<string> Decoders => [.. FamilyModels.Decoders];

    public void Dispose() => scratch.Dispose();

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Every_family_comes_back_from_its_folder_and_scores_the_same(string name)
    {
        RewardModel model = Random(name);
        model.Save(scratch.Folder);
        RewardModel loaded = RewardModel.Load(scratch.Folder);
        int[][] texts = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(1, 2), FamilyModels.Tokens(14, 3)];
        double[] scores = model.Scores(texts, new Workspace(Kernels.Reference));
        Assert.Equal(scores, loaded.Scores(texts, new Workspace(Kernels.Reference)));
        Assert.True(loaded.Model.Config.IsTrunk && loaded.Model.Transformer.Unembedding is null);

        JsonNode config = JsonNode.Parse(File.ReadAllText(scratch["config.json"]))!;
        Assert.EndsWith("ForSequenceClassification", (string)config["architectures"]![0]!, StringComparison.Ordinal);
        Assert.Equal(1, (int)config["num_labels"]!);
        Assert.Single(config["id2label"]!.AsObject());
        Assert.Contains("score.weight", SafetensorsFile.Open(scratch["model.safetensors"]).Entries.Select(entry => entry.Name));
        Assert.DoesNotContain("lm_head.weight", SafetensorsFile.Open(scratch["model.safetensors"]).Entries.Select(entry => entry.Name));
    }

    [Fact]
    public void Packed_is_separate_and_only_the_last_token_counts()
    {
        RewardModel model = Random("llama");
        int[][] texts = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(3, 2), FamilyModels.Tokens(14, 3)];
        double[] packed = model.Scores(texts, new Workspace(Kernels.Simd));
        double[] separate = [.. texts.Select(text => model.Scores([text], new Workspace(Kernels.Simd))[0])];
        Assert.All(packed.Zip(separate), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        Assert.Equal(3, packed.Distinct().Count());

        var workspace = new Workspace(Kernels.Reference);
        Tensor hidden = model.Model.Transformer.Stream(Pass(), model.Model.Transformer.Embed(Pass()));
        double byHand = Enumerable.Range(0, 32).Sum(c => (double)hidden.Span<float>()[(8 * 32) + c] * model.Score.Weight.Span<float>()[c]);
        Assert.Equal(byHand, packed[0], 1e-4);

        Pass Pass() => model.Model.Transformer.Begin(workspace, Batch.Of(texts[0]));
    }

    [Fact]
    public void A_checkpoint_with_its_head_beside_it_is_a_reward_model_too()
    {
        RewardModel model = Random("llama");
        model.Model.Save(scratch.Folder);
        Assert.False(RewardModel.Exists(scratch.Folder));
        Assert.Contains("no reward model", Assert.Throws<GrimoireException>(() => RewardModel.Load(scratch.Folder)).Message, StringComparison.Ordinal);
        Head.Write(scratch["heads.safetensors"], [model.Score]);
        int[] text = FamilyModels.Tokens(5);
        Assert.Equal(model.Scores([text], new Workspace(Kernels.Simd)), RewardModel.Load(scratch.Folder, trainable: true).Scores([text], new Workspace(Kernels.Simd)));
    }

    [Theory]
    [InlineData("llama", AdapterKind.Lora)]
    [InlineData("llama", AdapterKind.Ia3)]
    [InlineData("llama", AdapterKind.Prompt)]
    [InlineData("llama", AdapterKind.Prefix)]
    [InlineData("gpt2", AdapterKind.Lora)]
    [InlineData("gemma2", AdapterKind.Lora)]
    public void An_adapter_with_a_head_comes_back_from_a_PEFT_folder(string name, AdapterKind kind)
    {
        Language(name).Save(scratch["base"]);
        RewardModel model = Random(LanguageModel.Load(scratch["base"]));
        Adapter adapter = Adapter.Create(model.Model.Transformer, new AdapterConfig { Kind = kind, Rank = 2, VirtualTokens = 3 }, seed: 5);
        foreach (Parameter parameter in adapter.Parameters)
        {
            Span<float> values = parameter.Tensor.Span<float>();
            for (int i = 0; i < values.Length; i++)
                values[i] += (float)(0.1 * CountedRandom.Normal(7, (ulong)i));
        }

        model.Model.Transformer.Attach(adapter);
        model.SaveAdapter(scratch["peft"], adapter);
        RewardModel loaded = RewardModel.Load(scratch["peft"]);
        int[][] texts = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(3, 2)];
        double[] scores = model.Scores(texts, new Workspace(Kernels.Reference));
        Assert.All(scores.Zip(loaded.Scores(texts, new Workspace(Kernels.Reference))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        adapter.Enabled = false;
        Assert.NotEqual(scores, model.Scores(texts, new Workspace(Kernels.Reference)));

        JsonNode config = JsonNode.Parse(File.ReadAllText(scratch["peft/adapter_config.json"]))!;
        Assert.Equal("SEQ_CLS", (string)config["task_type"]!);
        Assert.Equal("score", (string)Assert.Single(config["modules_to_save"]!.AsArray())!);
        string stored = kind is AdapterKind.Prompt or AdapterKind.Prefix ? "base_model.score.weight" : "base_model.model.score.weight";
        Assert.Contains(stored, SafetensorsFile.Open(scratch["peft/adapter_model.safetensors"]).Entries.Select(entry => entry.Name));
        Assert.Contains("reward model", Assert.Throws<GrimoireException>(() => LanguageModel.Load(scratch["peft"]).Generate("the")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_with_a_head_is_merged_into_a_whole_reward_model()
    {
        Language("llama").Save(scratch["base"]);
        RewardModel model = Random(LanguageModel.Load(scratch["base"]));
        Adapter adapter = Adapter.Create(model.Model.Transformer, new AdapterConfig { Rank = 2 }, seed: 5);
        foreach (Parameter parameter in adapter.Parameters)
            parameter.Tensor.Span<float>().Fill(0.05f);
        model.Model.Transformer.Attach(adapter);
        model.SaveAdapter(scratch["peft"], adapter);
        ModelConversion.Run(scratch["peft"], scratch["merged"]);
        RewardModel merged = RewardModel.Load(scratch["merged"]);
        Assert.Empty(merged.Model.Transformer.Adapters);
        int[] text = FamilyModels.Tokens(9);
        Assert.Equal(model.Scores([text], new Workspace(Kernels.Reference))[0], merged.Scores([text], new Workspace(Kernels.Reference))[0], 1e-4);
    }

    [Fact]
    public void A_PEFT_folder_that_says_it_scores_and_does_not_is_named()
    {
        Language("llama").Save(scratch["base"]);
        LanguageModel model = LanguageModel.Load(scratch["base"]);
        Adapter.Create(model.Transformer, new AdapterConfig(), seed: 5).Save(scratch["peft"], scratch["base"]);
        Assert.False(RewardModel.Exists(scratch["peft"]));
        string config = File.ReadAllText(scratch["peft/adapter_config.json"]);
        scratch.Write("peft/adapter_config.json", config.Replace("CAUSAL_LM", "SEQ_CLS", StringComparison.Ordinal));
        Assert.Contains("score.weight", Assert.Throws<GrimoireException>(() => RewardModel.Load(scratch["peft"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_refused_as_a_model_that_writes()
    {
        Random("llama").Save(scratch.Folder);
        LanguageModel trunk = LanguageModel.Load(scratch.Folder);
        Assert.Contains("reward model", Assert.Throws<GrimoireException>(() => trunk.Generate("the")).Message, StringComparison.Ordinal);
        Assert.Contains("reward model", Assert.Throws<GrimoireException>(() => trunk.AsChatClient()).Message, StringComparison.Ordinal);
        Assert.Contains("GGUF", Assert.Throws<GrimoireException>(() => ModelConversion.Run(scratch.Folder, scratch["x.gguf"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_converted_with_its_score()
    {
        Random("gemma2").Save(scratch["one"]);
        ModelConversion.Run(scratch["one"], scratch["two"], DType.BF16);
        Assert.Equal(DType.BF16, SafetensorsFile.Open(scratch["two/model.safetensors"]).Tensor("score.weight").DType);
        Assert.True(RewardModel.Exists(scratch["two"]));
    }

    [Theory]
    [InlineData("\"num_labels\": 3", "num_labels")]
    [InlineData("\"id2label\": {\"0\": \"bad\", \"1\": \"good\"}", "id2label")]
    [InlineData("\"problem_type\": null", "num_labels")]
    public void A_classifier_of_several_classes_is_refused(string key, string named)
    {
        Random("llama").Save(scratch.Folder);
        JsonObject config = JsonNode.Parse(File.ReadAllText(scratch["config.json"]))!.AsObject();
        foreach (string old in new[] { "num_labels", "id2label", "label2id" })
            config.Remove(old);
        foreach ((string name, JsonNode? value) in JsonNode.Parse($"{{{key}}}")!.AsObject())
            config[name] = value?.DeepClone();
        scratch.Write("config.json", config.ToJsonString());
        string message = Assert.Throws<GrimoireException>(() => RewardModel.Load(scratch.Folder)).Message;
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains("one label", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_score_is_named()
    {
        Random("llama").Save(scratch.Folder);
        SafetensorsFile file = SafetensorsFile.Open(scratch["model.safetensors"]);
        Safetensors.Write(scratch["model.safetensors"], [.. file.Entries.Where(e => e.Name != "score.weight").Select(e => (e.Name, file.Tensor(e.Name).Keep()))]);
        Assert.Contains("score.weight", Assert.Throws<GrimoireException>(() => RewardModel.Load(scratch.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_padding_never_ends_a_conversation()
    {
        RewardModel chatml = Random("llama", "{% for m in messages %}<{{ m.content }}>{% endfor %}");
        chatml.Save(scratch["turns"]);
        Assert.Equal(Letters.EndOfText, (int?)JsonNode.Parse(File.ReadAllText(scratch["turns/config.json"]))!["pad_token_id"]);
        RewardModel plain = Random("llama", "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}");
        plain.Save(scratch["texts"]);
        Assert.Null(JsonNode.Parse(File.ReadAllText(scratch["texts/config.json"]))!["pad_token_id"]);
    }

    [Fact]
    public void Encoders_and_heads_of_other_widths_are_refused()
    {
        Assert.Throws<GrimoireException>(() => new RewardModel(Language("bert"), new Head("score", 1, 32)));
        Assert.Throws<GrimoireException>(() => new RewardModel(Language("llama"), new Head("score", 1, 31)));
        Assert.Throws<GrimoireException>(() => new RewardModel(Language("llama"), new Head("score", 2, 32)));
        Assert.Throws<GrimoireException>(() => new RewardModel(Language("llama"), new Head("score", 1, 32, bias: true)));
    }

    private static RewardModel Random(string name, string? template = null) =>
        Random(Language(name) with { ChatTemplate = template is null ? null : ChatTemplate.Parse(template) });

    private static RewardModel Random(LanguageModel model) => new(model, new Head("score", RandomTensor.Normal((1, model.Config.Channels), 3)));

    private static LanguageModel Language(string name)
    {
        ModelConfig config = FamilyModels.Configs[name] with { Vocabulary = Math.Max(29, Letters.VocabularySize) };
        return new LanguageModel(FamilyModels.Random(config), Letters);
    }
}
