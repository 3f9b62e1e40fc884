using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

public sealed class GgufModelTests
{
    private static readonly string[] GoldenNames = ["gpt2", "llama-mha", "llama-gqa", "llama-gqa-tied", "qwen2", "qwen3", "gemma2"];

    public static TheoryData<string> Models => [.. Configs.Keys];

    public static TheoryData<string> GoldenModels => [.. GoldenNames];

    /// <summary>The families' configs, but for what GGUF has no words for: other activations, other patterns of blind layers, other scales of scores, part rotation in llama, experts' weights that do not sum to 1.</summary>
    private static readonly Dictionary<string, ModelConfig> Configs = FamilyModels.Configs
        .Select(pair => (pair.Key, Value: Expressible(pair.Key, pair.Value)))
        .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Models))]
    public void Saved_and_loaded_it_is_the_same_model(string name)
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random(Configs[name]);
        GgufModel.Save(scratch["one.gguf"], model);
        Transformer loaded = GgufModel.Load(scratch["one.gguf"]);
        GgufModel.Save(scratch["two.gguf"], loaded);
        Assert.Equal(File.ReadAllBytes(scratch["one.gguf"]), File.ReadAllBytes(scratch["two.gguf"]));
        Assert.Equal(model.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        Assert.True(Runs.LargestDifference(Output(model), Output(loaded)) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void From_folder_to_file_and_back_the_bytes_of_the_weights_are_the_same(string name)
    {
        using var scratch = new Scratch();
        foreach (DType type in new[] { DType.F32, DType.F16, DType.BF16 })
        {
            ModelFolder.Save(scratch["a"], FamilyModels.Random(Configs[name]), type);
            GgufModel.Save(scratch["b.gguf"], ModelFolder.Load(scratch["a"]));
            ModelFolder.Save(scratch["c"], GgufModel.Load(scratch["b.gguf"]), type);
            Assert.Equal(File.ReadAllBytes(scratch["a/model.safetensors"]), File.ReadAllBytes(scratch["c/model.safetensors"]));
            if (name != "mistral-full") // without a window it is a llama
                Assert.Equal(File.ReadAllText(scratch["a/config.json"]), File.ReadAllText(scratch["c/config.json"]));
            Assert.All(GgufFile.Open(scratch["b.gguf"]).Entries, entry => Assert.Contains(entry.Type, entry.Shape.Count == 1 ? ["F32"] : new[] { "F32", type.ToString() }));
        }
    }

    [Theory]
    [MemberData(nameof(GoldenModels))]
    public void Golden_files_have_the_golden_logits_and_greedy_ids(string name)
    {
        Golden golden = Golden.Open(name);
        Transformer model = GgufModel.Load(golden.File), folder = ModelFolder.Load(golden.Model);
        foreach (Golden.Prompt prompt in golden.Prompts)
        {
            float[] logits = model.Logits(new Workspace(Kernels.Simd), Batch.Of(prompt.Tokens));
            Assert.True(Runs.LargestDifference(prompt.Logits, logits) < 1e-4);
            Assert.True(Runs.LargestDifference(folder.Logits(new Workspace(Kernels.Simd), Batch.Of(prompt.Tokens)), logits) < 3e-5);
            Assert.Equal(prompt.Greedy, model.Greedy(Kernels.Simd, prompt.Tokens, prompt.Greedy.Length, cached: true));
        }
    }

    [Theory]
    [MemberData(nameof(GoldenModels))]
    public void Golden_folders_become_the_golden_files_and_back(string name)
    {
        using var scratch = new Scratch();
        Golden golden = Golden.Open(name);
        GgufModel.Save(scratch["x.gguf"], ModelFolder.Load(golden.Model), DType.F32);
        GgufFile ours = GgufFile.Open(scratch["x.gguf"]), theirs = GgufFile.Open(golden.File);
        Assert.Equal(theirs.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal), ours.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (TensorEntry entry in theirs.Entries)
            Assert.True(theirs.Tensor(entry.Name).Span<float>().SequenceEqual(ours.Tensor(entry.Name).Span<float>()), entry.Name);
        foreach (string key in theirs.Metadata.Keys.Where(key => !key.StartsWith("tokenizer.", StringComparison.Ordinal) && key != "general.name"))
            Assert.Equal(theirs.Metadata.Value(key)!.ToString(), ours.Metadata.Value(key)?.ToString() ?? $"{key} is missing");

        ModelFolder.Save(scratch["direct"], ModelFolder.Load(golden.Model));
        GgufModel.Save(scratch["y.gguf"], ModelFolder.Load(golden.Model));
        ModelFolder.Save(scratch["around"], GgufModel.Load(scratch["y.gguf"]));
        Assert.Equal(File.ReadAllBytes(scratch["direct/model.safetensors"]), File.ReadAllBytes(scratch["around/model.safetensors"]));
        Assert.Equal(File.ReadAllText(scratch["direct/config.json"]), File.ReadAllText(scratch["around/config.json"]));
    }

    [Fact]
    public void The_real_model_speaks_from_its_file_as_from_its_folder()
    {
        string? folder = Shared.Path("golden/stories260K");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        Transformer file = GgufModel.Load(Path.Combine(folder!, "stories260K.gguf")), hf = ModelFolder.Load(Path.Combine(folder!, "hf"));
        Assert.Equal(hf.Config, file.Config with { Rotary = file.Config.Rotary with { Interleaved = false } });
        Assert.Equal(hf.Greedy(Kernels.Simd, [1], 200, cached: true), file.Greedy(Kernels.Simd, [1], 200, cached: true));
    }

    [Theory]
    [InlineData("llama-q8_0")]
    [InlineData("llama-q4_k_m")]
    public void Quantised_files_have_the_logits_of_their_decoded_weights(string name)
    {
        string? folder = Shared.Path($"golden/quant-models/{name}");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        Transformer model = GgufModel.Load(Path.Combine(folder!, "model.gguf"));
        foreach ((int[] tokens, float[] logits) in Golden.Decoded(folder!))
            Assert.True(Runs.LargestDifference(logits, model.Logits(new Workspace(Kernels.Reference), Batch.Of(tokens))) < 1e-4);
    }

    [Fact]
    public void Keys_that_change_the_model_and_architectures_that_are_not_known_are_refused()
    {
        Refused(keys => keys["general.architecture"] = GgufValue.Of("mamba"), "general.architecture is mamba: unknown; known are llama, qwen2");
        Refused(keys => keys["general.type"] = GgufValue.Of("mmproj"), "general.type is mmproj: this file is no model");
        Refused(keys => keys["llama.logit_scale"] = GgufValue.Of(0.5f), "llama.logit_scale is 0.5: the key is unknown in a llama model");
        Refused(keys => keys["llama.attention.value_length"] = GgufValue.Of(4u), "llama.attention.value_length is 4: this variant");
        Refused(keys => keys["llama.feed_forward_length"] = GgufValue.Of([96, 64]), "llama.feed_forward_length is [96, 64]: layers that differ");
        Refused(keys => keys["llama.rope.scaling.type"] = GgufValue.Of("dynamic"), "llama.rope.scaling.type is dynamic: the scaling is unknown");
        Refused(keys => keys["llama.attention.head_count_kv"] = GgufValue.Of(3u), "heads cannot share 3");
        Refused(keys => keys["llama.embedding_length"] = GgufValue.Of(64u), "where its metadata asks for");
        Refused(keys => keys["llama.block_count"] = GgufValue.Of(1u), "nothing in the llama model that its metadata describes uses blk.1.attn_k.weight");
        Refused(keys => keys["llama.block_count"] = GgufValue.Of(3u), "weight blk.2.attn_norm.weight is missing");
        Refused(keys => keys["llama.context_length"] = GgufValue.Of("long"), "llama.context_length is long: whole numbers");
        Refused(keys => keys.Remove("llama.context_length"), "llama.context_length is missing");
        Refused(keys => keys["llama.attention.causal"] = GgufValue.Of(false), "llama.attention.causal is false: tokens of a llama model see earlier ones only");
        Accepted(keys => keys["llama.pooling_type"] = GgufValue.Of(3u));
        Accepted(keys => keys["llama.something"] = GgufValue.Of(0u));
        Accepted(keys => keys["llama.feed_forward_length"] = GgufValue.Of([96, 96]));
        Accepted(keys => keys["somebody.else"] = GgufValue.Of(7u));
    }

    [Fact]
    public void What_the_format_cannot_express_is_not_written()
    {
        using var scratch = new Scratch();
        foreach (ModelConfig config in new[]
        {
            FamilyModels.Configs["gemma2"], FamilyModels.Configs["gpt2-untied"], FamilyModels.Configs["llama"] with { Activation = Activation.GeluTanh },
            FamilyModels.Configs["smollm3"], FamilyModels.Configs["qwen3_moe"], FamilyModels.Configs["llama-partial-yarn"],
        })
        {
            string message = Assert.Throws<GrimoireException>(() => GgufModel.Save(scratch["x.gguf"], FamilyModels.Random(config))).Message;
            Assert.Contains($"a GGUF file cannot express this {config.Family} model", message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void Old_llamas_stretch_is_known_by_its_divisors_and_any_others_are_kept()
    {
        using var scratch = new Scratch();
        ModelConfig config = FamilyModels.Configs["llama"] with { Rotary = new RotaryConfig { Base = 500000, Scaling = new RotaryScaling.Llama3(8, 1, 4, 8192) } };
        GgufModel.Save(scratch["x.gguf"], FamilyModels.Random(config));
        Assert.Equal(config.Rotary.Scaling, GgufModel.Load(scratch["x.gguf"]).Config.Rotary.Scaling);

        GgufFile file = GgufFile.Open(scratch["x.gguf"]);
        GgufWriter.Write(scratch["y.gguf"], file.Metadata, file.Entries.Select(entry =>
            (entry.Name, entry.Name == "rope_freqs.weight" ? Tensor.From(4, [1, 2, 3, 4]) : file.Tensor(entry.Name))));
        var stretch = Assert.IsType<RotaryScaling.LongRope>(GgufModel.Load(scratch["y.gguf"]).Config.Rotary.Scaling);
        Assert.Equal([1, 2, 3, 4], stretch.LongFactors);
        Assert.Equal([1, 2, 3, 4], stretch.ShortFactors);
    }

    [Fact]
    public void A_split_file_is_opened_by_its_first_part()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        GgufModel.Save(scratch["whole.gguf"], model);
        GgufFile whole = GgufFile.Open(scratch["whole.gguf"]);
        TensorEntry[][] parts = [.. whole.Entries.Chunk((whole.Entries.Count / 3) + 1)];
        for (int i = 0; i < parts.Length; i++)
        {
            KeyValuePair<string, GgufValue>[] split = [new("split.no", GgufValue.Of(i)), new("split.count", GgufValue.Of(parts.Length)), new("split.tensors.count", GgufValue.Of(whole.Entries.Count))];
            GgufWriter.Write(scratch[$"x-0000{i + 1}-of-00003.gguf"], GgufMetadata.Of(i == 0 ? [.. whole.Metadata.Pairs, .. split] : split), parts[i].Select(entry => (entry.Name, whole.Tensor(entry.Name))));
        }

        Assert.Equal(GgufModel.Load(scratch["whole.gguf"]).Logits(1, 2, 3), GgufModel.Load(scratch["x-00001-of-00003.gguf"]).Logits(1, 2, 3));
        Assert.Contains("this is part 2 of 3; open the first", Refusal(scratch["x-00002-of-00003.gguf"]), StringComparison.Ordinal);
        File.Move(scratch["x-00001-of-00003.gguf"], scratch["y.gguf"]);
        Assert.Contains("must keep its name ending in -00001-of-00003.gguf", Refusal(scratch["y.gguf"]), StringComparison.Ordinal);
        File.Move(scratch["y.gguf"], scratch["x-00001-of-00003.gguf"]);
        File.Delete(scratch["x-00003-of-00003.gguf"]);
        Assert.Contains("x-00003-of-00003.gguf: there is no such file", Refusal(scratch["x-00001-of-00003.gguf"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantised_model_is_written_to_either_side_without_being_decoded_in_a_file()
    {
        using var scratch = new Scratch();
        foreach (string name in new[] { "llama", "phi3", "mixtral", "gemma2" })
        {
            ModelConfig config = Configs[name] with { Channels = 64, FeedForward = 64, HeadDim = 16, AttentionScale = name == "gemma2" ? 0.25f : 0, EmbeddingScale = name == "gemma2" ? 8 : 1 };
            GgufModel.Save(scratch["a.gguf"], FamilyModels.Random(config), DType.Q8_0);
            ModelFolder.Save(scratch["b"], GgufModel.Load(scratch["a.gguf"]), DType.F32);
            GgufModel.Save(scratch["c.gguf"], GgufModel.Load(scratch["a.gguf"]));
            Assert.Equal(File.ReadAllBytes(scratch["a.gguf"]), File.ReadAllBytes(scratch["c.gguf"]));
            Assert.Contains(GgufFile.Open(scratch["a.gguf"]).Entries, entry => entry.Type == "Q8_0");
            Assert.True(Runs.LargestDifference(GgufModel.Load(scratch["a.gguf"]).Logits(1, 2, 3), ModelFolder.Load(scratch["b"]).Logits(1, 2, 3)) < 1e-4);
        }
    }

    private static void Refused(Action<OrderedDictionary<string, GgufValue>> change, string fault)
    {
        using var scratch = new Scratch();
        Assert.Contains(fault, Refusal(Changed(scratch, change)), StringComparison.Ordinal);
    }

    private static void Accepted(Action<OrderedDictionary<string, GgufValue>> change)
    {
        using var scratch = new Scratch();
        _ = GgufModel.Load(Changed(scratch, change));
    }

    private static string Refusal(string path)
    {
        string message = Assert.Throws<GrimoireException>(() => GgufModel.Load(path)).Message;
        Assert.StartsWith(Path.GetDirectoryName(path)!, message, StringComparison.Ordinal);
        return message;
    }

    private static string Changed(Scratch scratch, Action<OrderedDictionary<string, GgufValue>> change)
    {
        GgufModel.Save(scratch["a.gguf"], FamilyModels.Random("llama"));
        GgufFile file = GgufFile.Open(scratch["a.gguf"]);
        var keys = new OrderedDictionary<string, GgufValue>(file.Metadata.Pairs, StringComparer.Ordinal);
        change(keys);
        GgufWriter.Write(scratch["b.gguf"], GgufMetadata.Of(keys), file.Entries.Select(entry => (entry.Name, file.Tensor(entry.Name))));
        return scratch["b.gguf"];
    }

    private static ModelConfig Expressible(string name, ModelConfig config) => name switch
    {
        "gpt2-untied" => config with { Activation = Activation.GeluTanh },
        "llama-biases-llama3" => config with { Rotary = new RotaryConfig { Scaling = new RotaryScaling.Llama3(8, 1, 4, 8) } },
        "llama-partial-yarn" => config with { Rotary = config.Rotary with { Fraction = 1 } },
        "smollm3" => config with { Layers = 5, RotaryLayers = [true, true, true, false, true] },
        "qwen3_moe" => config with { NormalizeExperts = true },
        "gemma2" or "gemma3_text" => config with { AttentionScale = (float)(1 / Math.Sqrt(config.HeadDim)) },
        _ => config,
    };

    private static float[] Output(Transformer model)
    {
        Pass pass = model.Begin(new Workspace(Kernels.Reference), Batch.Of(FamilyModels.Tokens(9)));
        return Runs.Values(model.Config.Head ? model.Forward(pass) : model.Stream(pass, model.Embed(pass)));
    }
}
