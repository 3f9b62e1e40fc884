using System.Text.Json.Nodes;

namespace Grimoire.Models.Tests;

/// <summary>What published models' <c>config.json</c> files say, and how many parameters those models are known to have.</summary>
public sealed class PublishedConfigTests
{
    public static TheoryData<string, long> Published => new()
    {
        {
            """
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":2048,"num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,
            "intermediate_size":8192,"vocab_size":128256,"max_position_embeddings":131072,"rms_norm_eps":1e-05,"rope_theta":500000.0,"tie_word_embeddings":true,"attention_bias":false,
            "mlp_bias":false,"pretraining_tp":1,"hidden_act":"silu","eos_token_id":[128001,128008,128009],
            "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"}}
            """, 1_235_814_400
        },
        {
            """
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":576,"num_hidden_layers":30,"num_attention_heads":9,"num_key_value_heads":3,"intermediate_size":1536,
            "vocab_size":49152,"max_position_embeddings":8192,"rms_norm_eps":1e-05,"rope_theta":100000,"tie_word_embeddings":true,"is_llama_config":true,"rope_interleaved":false,
            "transformers.js_config":{"kv_cache_dtype":{"q4f16":"float16"}},"hidden_act":"silu","rope_scaling":null}
            """, 134_515_008
        },
        {
            """
            {"architectures":["MistralForCausalLM"],"model_type":"mistral","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"intermediate_size":14336,
            "vocab_size":32000,"max_position_embeddings":32768,"rms_norm_eps":1e-05,"rope_theta":10000.0,"sliding_window":4096,"hidden_act":"silu"}
            """, 7_241_732_096
        },
        {
            """
            {"architectures":["MixtralForCausalLM"],"model_type":"mixtral","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"intermediate_size":14336,
            "vocab_size":32000,"max_position_embeddings":32768,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"sliding_window":null,"num_local_experts":8,"num_experts_per_tok":2,
            "output_router_logits":false,"router_aux_loss_coef":0.02,"hidden_act":"silu"}
            """, 46_702_792_704
        },
        {
            """
            {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":896,"num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,"intermediate_size":4864,
            "vocab_size":151936,"max_position_embeddings":32768,"max_window_layers":24,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,"use_sliding_window":false,
            "use_mrope":false,"tie_word_embeddings":true,"hidden_act":"silu"}
            """, 494_032_768
        },
        {
            """
            {"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","hidden_size":1024,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,
            "intermediate_size":3072,"vocab_size":151936,"max_position_embeddings":40960,"max_window_layers":28,"rms_norm_eps":1e-06,"rope_theta":1000000,"rope_scaling":null,
            "sliding_window":null,"use_sliding_window":false,"tie_word_embeddings":true,"attention_bias":false,"hidden_act":"silu"}
            """, 596_049_920
        },
        {
            """
            {"architectures":["Qwen3MoeForCausalLM"],"model_type":"qwen3_moe","hidden_size":2048,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,"head_dim":128,
            "intermediate_size":6144,"moe_intermediate_size":768,"num_experts":128,"num_experts_per_tok":8,"norm_topk_prob":true,"decoder_sparse_step":1,"mlp_only_layers":[],
            "vocab_size":151936,"max_position_embeddings":40960,"max_window_layers":48,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":null,"use_sliding_window":false,
            "tie_word_embeddings":false,"router_aux_loss_coef":0.001,"output_router_logits":false,"attention_bias":false,"hidden_act":"silu"}
            """, 30_532_122_624
        },
        {
            """
            {"architectures":["Gemma2ForCausalLM"],"model_type":"gemma2","hidden_size":2304,"num_hidden_layers":26,"num_attention_heads":8,"num_key_value_heads":4,"head_dim":256,
            "intermediate_size":9216,"vocab_size":256000,"max_position_embeddings":8192,"rms_norm_eps":1e-06,"rope_theta":10000.0,"sliding_window":4096,"query_pre_attn_scalar":256,
            "attn_logit_softcapping":50.0,"final_logit_softcapping":30.0,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh","attention_bias":false,
            "cache_implementation":"hybrid"}
            """, 2_614_341_888
        },
        {
            """
            {"architectures":["Gemma3ForCausalLM"],"model_type":"gemma3_text","hidden_size":1152,"num_hidden_layers":26,"num_attention_heads":4,"num_key_value_heads":1,"head_dim":256,
            "intermediate_size":6912,"vocab_size":262144,"max_position_embeddings":32768,"rms_norm_eps":1e-06,"rope_theta":1000000,"rope_local_base_freq":10000,"rope_scaling":null,
            "sliding_window":512,"sliding_window_pattern":6,"query_pre_attn_scalar":256,"attn_logit_softcapping":null,"final_logit_softcapping":null,
            "hidden_activation":"gelu_pytorch_tanh","attention_bias":false}
            """, 999_885_952
        },
        {
            """
            {"architectures":["Gemma3ForConditionalGeneration"],"model_type":"gemma3","boi_token_index":255999,"eoi_token_index":256000,"image_token_index":262144,"mm_tokens_per_image":256,
            "text_config":{"hidden_size":2560,"intermediate_size":10240,"model_type":"gemma3_text","num_hidden_layers":34,"rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024},
            "vision_config":{"hidden_size":1152,"image_size":896,"model_type":"siglip_vision_model"}}
            """, 3_880_263_168
        },
        {
            """
            {"architectures":["Phi3ForCausalLM"],"model_type":"phi3","auto_map":{"AutoConfig":"configuration_phi3.Phi3Config"},"hidden_size":3072,"num_hidden_layers":32,
            "num_attention_heads":32,"num_key_value_heads":32,"intermediate_size":8192,"vocab_size":32064,"max_position_embeddings":4096,"original_max_position_embeddings":4096,
            "rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":10000.0,"sliding_window":2047,"tie_word_embeddings":false,"embd_pdrop":0.0,"resid_pdrop":0.0,"attention_bias":false,"hidden_act":"silu"}
            """, 3_821_079_552
        },
        {
            """
            {"architectures":["Phi3ForCausalLM"],"model_type":"phi3","hidden_size":5120,"num_hidden_layers":40,"num_attention_heads":40,"num_key_value_heads":10,"intermediate_size":17920,
            "vocab_size":100352,"max_position_embeddings":16384,"original_max_position_embeddings":16384,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":250000,"sliding_window":null,
            "tie_word_embeddings":false,"attention_bias":false,"hidden_act":"silu"}
            """, 14_659_507_200
        },
        {
            """
            {"architectures":["SmolLM3ForCausalLM"],"model_type":"smollm3","hidden_size":2048,"num_hidden_layers":36,"num_attention_heads":16,"num_key_value_heads":4,"intermediate_size":11008,
            "vocab_size":128256,"max_position_embeddings":65536,"max_window_layers":28,"no_rope_layer_interval":4,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":5000000.0,
            "sliding_window":null,"use_sliding_window":false,"attention_bias":false,"mlp_bias":false,"hidden_act":"silu"}
            """, 3_075_098_624
        },
        {
            """
            {"architectures":["StableLmForCausalLM"],"model_type":"stablelm","hidden_size":2048,"num_hidden_layers":24,"num_attention_heads":32,"num_key_value_heads":32,
            "intermediate_size":5632,"vocab_size":100352,"max_position_embeddings":4096,"layer_norm_eps":1e-05,"partial_rotary_factor":0.25,"rope_theta":10000,"use_qkv_bias":true,
            "tie_word_embeddings":false,"hidden_act":"silu"}
            """, 1_644_515_328
        },
        {
            """
            {"architectures":["BertForMaskedLM"],"model_type":"bert","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,"intermediate_size":3072,"vocab_size":30522,
            "max_position_embeddings":512,"type_vocab_size":2,"layer_norm_eps":1e-12,"position_embedding_type":"absolute","hidden_dropout_prob":0.1,"attention_probs_dropout_prob":0.1,
            "gradient_checkpointing":false,"classifier_dropout":null,"pad_token_id":0,"hidden_act":"gelu"}
            """, 109_482_240 - ((768 * 768) + 768)
        },
        {
            """
            {"architectures":["BertModel"],"model_type":"bert","hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"vocab_size":30522,
            "max_position_embeddings":512,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu"}
            """, 22_713_216 - ((384 * 384) + 384)
        },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void A_published_config_is_understood_and_counts_its_parameters_right(string json, long parameters)
    {
        using var scratch = new Scratch();
        ModelConfig config = Family.ReadConfig(scratch.Write("config.json", json));
        Assert.Equal(parameters, config.ParameterCount);
        Assert.Equal(config, Family.ReadConfig(scratch.Write("again.json", Family.Named(config.Family).WriteConfig(config))));
    }

    [Fact]
    public void Layers_have_the_window_that_their_family_gives_them_unasked()
    {
        using var scratch = new Scratch();
        ModelConfig Read(int row) => Family.ReadConfig(scratch.Write("config.json", Published.ElementAt(row).Data.Item1));
        ModelConfig gemma2 = Read(7), gemma3 = Read(9), smol = Read(12);
        Assert.Equal([0, 2, 4], Enumerable.Range(0, 6).Where(gemma2.IsWindowed));
        Assert.Equal([5, 11, 17], Enumerable.Range(0, 18).Where(layer => !gemma3.IsWindowed(layer)));
        Assert.Equal([3, 7, 11], Enumerable.Range(0, 12).Where(layer => !smol.IsRotary(layer)));
        Assert.Equal(new RotaryConfig { Base = 1e6, Scaling = new RotaryScaling.Linear(8) }, gemma3.Rotary);
        Assert.Equal(new RotaryConfig(), gemma3.WindowRotary);
        Assert.Equal((8, 4, 256, 1024), (gemma3.Heads, gemma3.KeyValueHeads, gemma3.HeadDim, gemma3.Window));
    }

    [Fact]
    public void Gemma_3_is_read_from_the_newest_spelling_too()
    {
        using var scratch = new Scratch();
        ModelConfig config = FamilyModels.Configs["gemma3_text"];
        string old = Family.Named("gemma3_text").WriteConfig(config);
        JsonObject json = JsonNode.Parse(old)!.AsObject();
        foreach (string key in new[] { "rope_theta", "rope_scaling", "rope_local_base_freq" })
            json.Remove(key);
        json["rope_parameters"] = JsonNode.Parse(
            """{"full_attention":{"rope_type":"linear","factor":8,"rope_theta":1000000},"sliding_attention":{"rope_type":"default","rope_theta":100}}""");
        Assert.Equal(config, Family.ReadConfig(scratch.Write("config.json", json.ToJsonString())));
    }
}
