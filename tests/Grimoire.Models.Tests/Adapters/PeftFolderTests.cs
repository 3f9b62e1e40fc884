using System.Text.Json.Nodes;
using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

public sealed class PeftFolderTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    private static AdapterConfig[] Kinds =>
    [
        TinyAdapters.Lora with { Dropout = 0.1 },
        TinyAdapters.Lora with { RankStabilized = true, Targets = ["q", "v", "down"] },
        TinyAdapters.Lora with { Targets = ["o", "v"], Exceptions = new Dictionary<string, (int, double)> { ["blocks.0.attn.o"] = (2, 7) } },
        TinyAdapters.Lora with { Dora = true, Targets = ["q", "k", "o"] },
        new() { Kind = AdapterKind.Ia3, Targets = ["k", "v", "o"], ScaledInputs = ["o"] },
        new() { Kind = AdapterKind.Prefix, VirtualTokens = 3 },
        new() { Kind = AdapterKind.Prompt, VirtualTokens = 3 },
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Saved_and_loaded_it_is_the_same_adapter(string name)
    {
        using var scratch = new Scratch();
        foreach (AdapterConfig config in Kinds.Where(kind => Suits(kind, FamilyModels.Configs[name])))
        {
            Transformer model = FamilyModels.Random(name);
            Adapter adapter = TinyAdapters.Attached(model, config);
            adapter.Save(scratch["one"], "somewhere/base");
            model.Detach(adapter);
            Adapter loaded = Adapter.Load(scratch["one"], model, trainable: true);
            Assert.Equal(adapter.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
            foreach ((Parameter before, Parameter after) in adapter.Parameters.Zip(loaded.Parameters))
                Assert.Equal(Runs.Values(before.Tensor), Runs.Values(after.Tensor));
            foreach (LinearAdapter layer in adapter.Layers)
                Assert.Equal(adapter.Config.Scale(layer.Layer), loaded.Config.Scale(layer.Layer), 1e-12);
            Assert.True(loaded.Parameters.All(p => p.Tensor.RequiresGrad));
            loaded.Save(scratch["two"]);
            Assert.Equal(File.ReadAllBytes(scratch["one/adapter_model.safetensors"]), File.ReadAllBytes(scratch["two/adapter_model.safetensors"]));
            Assert.Contains("somewhere/base", File.ReadAllText(scratch["two/adapter_config.json"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Fused_modules_are_read_by_their_rows()
    {
        foreach ((string name, string module, Shape fused, string[] parts) in ((string, string, Shape, string[])[])
            [
                ("gpt2", "transformer.h.1.attn.c_attn", (48, 16), ["attn.q", "attn.k", "attn.v"]),
                ("phi3", "model.layers.1.self_attn.qkv_proj", (64, 32), ["attn.q", "attn.k", "attn.v"]),
                ("phi3", "model.layers.1.mlp.gate_up_proj", (2 * 96, 32), ["mlp.gate", "mlp.up"]),
                ("llama", "model.layers.1.self_attn.k_proj", (16, 32), ["attn.k"]),
            ])
        {
            using var scratch = new Scratch();
            Transformer model = FamilyModels.Random(name);
            Tensor a = RandomTensor.Normal((2, fused[1]), 1), b = RandomTensor.Normal((fused[0], 2), 2);
            Write(scratch["peft"], [($"base_model.model.{module}.lora_A.weight", a), ($"base_model.model.{module}.lora_B.weight", b)], new JsonObject
            {
                ["peft_type"] = "LORA",
                ["r"] = 2,
                ["lora_alpha"] = 3,
                ["target_modules"] = module,
                ["fan_in_fan_out"] = name == "gpt2",
                ["task_type"] = "CAUSAL_LM",
                ["layers_to_transform"] = new JsonArray(1),
                ["bias"] = "none",
                ["peft_version"] = "0.17.0",
                ["modules_to_save"] = null,
            });
            model.Attach(Adapter.Load(scratch["peft"], model));
            Dictionary<string, Linear> linears = AdapterTargets.Linears(model).ToDictionary(linear => linear.Name);
            int row = 0;
            foreach (string part in parts)
            {
                Linear linear = linears[$"blocks.1.{part}"];
                Tensor merged = linear.Weight.Keep();
                linear.Merge(merged, null);
                for (int o = 0; o < linear.Weight.Shape[0]; o++, row++)
                {
                    for (int i = 0; i < fused[1]; i++)
                    {
                        double change = 1.5 * (((double)b.Span<float>()[2 * row] * a.Span<float>()[i]) + ((double)b.Span<float>()[(2 * row) + 1] * a.Span<float>()[fused[1] + i]));
                        Assert.Equal(linear.Weight.Span<float>()[(o * fused[1]) + i] + change, merged.Span<float>()[(o * fused[1]) + i], 1e-5);
                    }
                }
            }

            Assert.Equal(fused[0], row);
            Assert.Equal(parts.Length, linears.Values.Count(linear => linear.IsAdapted));
            model.Adapters[0].Save(scratch["again"]);
            SafetensorsFile again = SafetensorsFile.Open(scratch["again/adapter_model.safetensors"]);
            Assert.Equal(Runs.Values(b), Runs.Values(again.Tensor($"base_model.model.{module}.lora_B.weight")));
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3")]
    [InlineData("phi3")]
    [InlineData("gpt2")]
    public void On_a_gguf_file_it_does_what_it_does_on_the_folder(string name)
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random(name);
        GgufModel.Save(scratch["base.gguf"], model);
        foreach (AdapterConfig config in Kinds.Where(kind => Suits(kind, model.Config)))
        {
            Adapter adapter = TinyAdapters.Attached(model, config);
            adapter.Save(scratch["peft"]);
            Transformer other = GgufModel.Load(scratch["base.gguf"]);
            other.Attach(Adapter.Load(scratch["peft"], other));
            int[] tokens = FamilyModels.Tokens(9);
            Assert.True(Runs.LargestDifference(model.Logits(tokens), other.Logits(tokens)) < 1e-4);
            other.Adapters[0].Save(scratch["back"]);
            Assert.Equal(File.ReadAllBytes(scratch["peft/adapter_model.safetensors"]), File.ReadAllBytes(scratch["back/adapter_model.safetensors"]));
            model.Detach(adapter);
        }
    }

    [Fact]
    public void Configs_are_written_as_people_write_them()
    {
        using var scratch = new Scratch();
        JsonObject Config(string name, AdapterConfig config)
        {
            Transformer model = FamilyModels.Random(name);
            Adapter.Create(model, config, seed: 1).Save(scratch[name], "base");
            return JsonNode.Parse(File.ReadAllText(scratch[$"{name}/adapter_config.json"]))!.AsObject();
        }

        Assert.Equal(["q_proj", "v_proj"], Names(Config("llama", new AdapterConfig { Targets = ["q", "v"] })));
        Assert.Equal(["attn.c_proj"], Names(Config("gpt2", new AdapterConfig { Targets = ["o"] })));
        JsonObject all = Config("gpt2", new AdapterConfig { Rank = 4, Alpha = 8 });
        Assert.Equal(["c_attn", "c_proj", "c_fc"], Names(all));
        Assert.Equal(12, (int)all["rank_pattern"]!["transformer.h.0.attn.c_attn"]!);
        Assert.True((bool)all["fan_in_fan_out"]!);
        Assert.Equal("base", (string?)all["base_model_name_or_path"]);
        JsonObject ia3 = Config("llama", new AdapterConfig { Kind = AdapterKind.Ia3 });
        Assert.Equal(["k_proj", "v_proj", "down_proj"], Names(ia3));
        Assert.Equal("down_proj", (string?)ia3["feedforward_modules"]![0]);

        static string[] Names(JsonObject config) => [.. config["target_modules"]!.AsArray().Select(name => (string)name!)];
    }

    public static TheoryData<string, string, string> Hostile => new()
    {
        { "bias", "\"all\"", "bias" },
        { "r", "4", "lora_A" },
        { "r", "0", "r" },
        { "r", "1000000000", "rank" },
        { "lora_alpha", "-1", "alpha" },
        { "peft_type", "\"LOHA\"", "LOHA" },
        { "use_qalora", "true", "use_qalora" },
        { "modules_to_save", "[\"lm_head\"]", "modules_to_save" },
        { "layer_replication", "[[0, 1]]", "layer_replication" },
        { "init_lora_weights", "\"pissa\"", "pissa" },
        { "target_modules", "[\"nothing\"]", "target_modules" },
        { "target_modules", "[\"q_proj\", \"v_proj\", \"k_proj\"]", "k_proj" },
        { "target_modules", "[\"q_proj\"]", "v_proj" },
        { "target_modules", "\"((((\"", "regular expression" },
        { "exclude_modules", "[\"layers.0.self_attn.q_proj\"]", "q_proj" },
        { "layers_to_transform", "[0]", "layers.1" },
        { "rank_pattern", "{\"q_proj\": 3}", "q_proj" },
        { "some_new_key", "7", "some_new_key" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_does_not_fit_is_refused_by_name(string key, string value, string named)
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        Adapter.Create(model, new AdapterConfig { Rank = 2, Targets = ["q", "v"] }, seed: 1).Save(scratch["peft"]);
        string path = scratch["peft/adapter_config.json"];
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        string message = Assert.Throws<GrimoireException>(() => Adapter.Load(scratch["peft"], model)).Message;
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.StartsWith(scratch["peft"], message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_weights_and_other_models_are_refused()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        Adapter.Create(model, new AdapterConfig { Rank = 2, Targets = ["q", "v"] }, seed: 1).Save(scratch["peft"]);
        Assert.Throws<GrimoireException>(() => Adapter.Load(scratch["peft"], FamilyModels.Random("gpt2")));
        Assert.Throws<GrimoireException>(() => Adapter.Load(scratch["peft"], FamilyModels.Random("llama-biases-llama3")));
        byte[] whole = File.ReadAllBytes(scratch["peft/adapter_model.safetensors"]);
        File.WriteAllBytes(scratch["peft/adapter_model.safetensors"], whole[..^5]);
        Assert.Throws<GrimoireException>(() => Adapter.Load(scratch["peft"], model));
        File.Delete(scratch["peft/adapter_model.safetensors"]);
        File.WriteAllBytes(scratch["peft/adapter_model.bin"], [1]);
        Assert.Contains("pickle", Assert.Throws<GrimoireException>(() => Adapter.Load(scratch["peft"], model)).Message, StringComparison.Ordinal);
    }

    private static bool Suits(AdapterConfig config, ModelConfig model) =>
        config.Kind is AdapterKind.Lora or AdapterKind.Ia3 || (model.Causal && (config.Kind == AdapterKind.Prefix || model.EmbeddingScale == 1));

    private static void Write(string folder, IEnumerable<(string, Tensor)> tensors, JsonObject config)
    {
        Directory.CreateDirectory(folder);
        Safetensors.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), config.ToJsonString());
    }
}
