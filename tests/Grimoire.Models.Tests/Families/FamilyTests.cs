using System.Text.Json.Nodes;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class FamilyTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_config_survives_its_file(string name)
    {
        using var scratch = new Scratch();
        ModelConfig config = FamilyModels.Configs[name];
        string path = scratch.Write("config.json", Family.Named(config.Family).WriteConfig(config, DType.BF16, 1, 2));
        Assert.Equal(config, Family.ReadConfig(path));
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal("bfloat16", (string?)json["torch_dtype"]);
        Assert.Equal(2, (int?)json["eos_token_id"]);
        Assert.DoesNotContain("\"rope_theta\": 10000,", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(Family.Named(config.Family).Architecture, (string?)json["architectures"]![0]);
        if (config.Family.StartsWith("gemma", StringComparison.Ordinal))
            Assert.Equal("gelu_pytorch_tanh", (string?)json["hidden_activation"]); // the only word that other programs accept there
    }

    [Fact]
    public void An_unknown_architecture_is_refused_with_the_known_ones()
    {
        Assert.Contains("GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM, MixtralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM",
            Refused("llama", json => json["architectures"] = new JsonArray("MambaForCausalLM")), StringComparison.Ordinal);
        Assert.Contains("num_labels", Refused("llama", json => json["architectures"] = new JsonArray("LlamaForSequenceClassification")), StringComparison.Ordinal);
        Assert.Contains("llama, mistral", Refused("llama", json =>
        {
            json.Remove("architectures");
            json["model_type"] = "mamba";
        }), StringComparison.Ordinal);
        Assert.Contains("model_type \"mistral\"", Refused("llama", json => json["model_type"] = "mistral"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2", "scale_attn_by_inverse_layer_idx", "true")]
    [InlineData("gpt2", "scale_attn_weights", "false")]
    [InlineData("gpt2", "add_cross_attention", "true")]
    [InlineData("gpt2", "activation_function", "\"mish\"")]
    [InlineData("gpt2", "n_embd", "15")]
    [InlineData("gpt2", "n_head", "0")]
    [InlineData("gpt2", "n_layer", "-3")]
    [InlineData("gpt2", "n_embd", "1e300")]
    [InlineData("gpt2", "n_embd", "2147483646")]
    [InlineData("gpt2", "layer_norm_epsilon", "-1")]
    [InlineData("gpt2", "layer_norm_epsilon", "\"NaN\"")]
    [InlineData("llama", "hidden_act", "\"mish\"")]
    [InlineData("llama", "hidden_act", "7")]
    [InlineData("llama", "attention_bias", "\"yes\"")]
    [InlineData("llama", "vocab_size", "29.5")]
    [InlineData("llama", "num_key_value_heads", "3")]
    [InlineData("llama", "head_dim", "2147483647")]
    [InlineData("llama", "head_dim", "7")]
    [InlineData("llama", "rope_theta", "0")]
    [InlineData("llama", "partial_rotary_factor", "1.5")]
    [InlineData("llama", "rope_scaling", """{"type":"dynamic","factor":2}""")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"longrope","factor":2}""")]
    [InlineData("phi3-longrope", "rope_scaling", """{"type":"longrope","short_factor":[1,1],"long_factor":[1,-1]}""")]
    [InlineData("phi3-longrope", "rope_scaling", """{"type":"longrope","short_factor":[1,1],"long_factor":["1",1]}""")]
    [InlineData("phi3-longrope", "rope_scaling", """{"type":"longrope","short_factor":[1,1],"long_factor":[1,1],"long_mscale":2}""")]
    [InlineData("phi3", "interpolate_factor", "2")]
    [InlineData("phi3", "lm_head_bias", "true")]
    [InlineData("stablelm", "qk_layernorm", "true")]
    [InlineData("stablelm", "head_dim", "16")]
    [InlineData("stablelm", "use_parallel_residual", "true")]
    [InlineData("smollm3", "no_rope_layers", "[1]")]
    [InlineData("qwen3", "num_experts", "4")]
    [InlineData("qwen3_moe", "num_experts_per_tok", "6")]
    [InlineData("qwen3_moe", "decoder_sparse_step", "2")]
    [InlineData("qwen3_moe", "mlp_only_layers", "[1]")]
    [InlineData("qwen3_moe", "shared_expert_intermediate_size", "24")]
    [InlineData("mixtral", "num_local_experts", "0")]
    [InlineData("gemma2", "query_pre_attn_scalar", "-4")]
    [InlineData("gemma2", "final_logit_softcapping", "-4")]
    [InlineData("gemma2", "hidden_activation", "\"mish\"")]
    [InlineData("gemma3_text", "use_bidirectional_attention", "true")]
    [InlineData("gemma3_text", "rope_parameters", """{"full_attention":{"rope_theta":1e6},"chunked_attention":{"rope_theta":1e4}}""")]
    [InlineData("bert", "position_embedding_type", "\"relative_key\"")]
    [InlineData("bert", "is_decoder", "true")]
    [InlineData("bert", "type_vocab_size", "-2")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"linear","type":"yarn","factor":2}""")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"linear"}""")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"yarn","factor":2,"truncate":false}""")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"yarn","factor":2,"mscale":0.7}""")]
    [InlineData("llama", "rope_scaling", """{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":8}""")]
    [InlineData("llama", "final_logit_softcapping", "30.0")]
    [InlineData("llama", "quantization_config", """{"bits":4}""")]
    [InlineData("llama", "residual_multiplier", "0.22")]
    [InlineData("mistral", "sliding_window", "0")]
    [InlineData("mistral", "layer_types", """["sliding_attention","chunked_attention"]""")]
    [InlineData("mistral", "layer_types", """["sliding_attention"]""")]
    [InlineData("mistral-full", "layer_types", """["sliding_attention"]""")]
    [InlineData("qwen2-window", "max_window_layers", "0.5")]
    [InlineData("qwen2", "use_sliding_window", "3")]
    public void A_key_that_changes_the_forward_pass_is_understood_or_refused_by_name(string name, string key, string value)
    {
        string message = Refused(name, json => json[key] = JsonNode.Parse(value));
        string named = key is "n_embd" or "num_experts_per_tok" or "head_dim" or "num_key_value_heads" or "n_head" or "n_layer" ? "config.json: " : key;
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_change_nothing_are_let_pass()
    {
        using var scratch = new Scratch();
        ModelConfig config = FamilyModels.Configs["llama"];
        Assert.Equal(config, Read(scratch, "llama", json =>
        {
            json["attention_dropout"] = 0.1;
            json["use_cache"] = false;
            json["pretraining_tp"] = 2;
            json["transformers_version"] = "4.57.0";
            json["some_future_feature"] = false;
            json["another_one"] = null;
        }));
        Assert.Equal(config with { KeyValueHeads = 4 }, Read(scratch, "llama", json => json.Remove("num_key_value_heads")));
    }

    [Fact]
    public void Rotary_scaling_is_read_in_all_three_spellings()
    {
        using var scratch = new Scratch();
        RotaryConfig expected = new() { Base = 500000, Scaling = new RotaryScaling.Linear(4) };
        Assert.Equal(expected, Read(scratch, "llama", json =>
        {
            json["rope_theta"] = 500000;
            json["rope_scaling"] = JsonNode.Parse("""{"type":"linear","factor":4.0}""");
        }).Rotary);
        Assert.Equal(expected, Read(scratch, "llama", json =>
        {
            json["rope_theta"] = 500000;
            json["rope_scaling"] = JsonNode.Parse("""{"rope_type":"linear","factor":4}""");
        }).Rotary);
        Assert.Equal(expected, Read(scratch, "llama", json =>
        {
            json.Remove("rope_theta");
            json.Remove("rope_scaling");
            json["rope_parameters"] = JsonNode.Parse("""{"rope_type":"linear","rope_theta":500000,"factor":4}""");
        }).Rotary);
        Assert.Null(Read(scratch, "llama", json => json["rope_scaling"] = JsonNode.Parse("""{"rope_type":"default"}""")).Rotary.Scaling);
        Assert.Equal(new RotaryScaling.Yarn(4, 24), Read(scratch, "llama", json => json["rope_scaling"] = JsonNode.Parse("""{"type":"yarn","factor":4}""")).Rotary.Scaling);
    }

    private static ModelConfig Read(Scratch scratch, string name, Action<JsonObject> change)
    {
        ModelConfig config = FamilyModels.Configs[name];
        JsonObject json = JsonNode.Parse(Family.Named(config.Family).WriteConfig(config))!.AsObject();
        change(json);
        return Family.ReadConfig(scratch.Write("config.json", json.ToJsonString()));
    }

    private static string Refused(string name, Action<JsonObject> change)
    {
        using var scratch = new Scratch();
        return Assert.Throws<GrimoireException>(() => Read(scratch, name, change)).Message;
    }
}
