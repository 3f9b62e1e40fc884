using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>What the families' <c>config.json</c> files have in common.</summary>
internal static class ConfigKeys
{
    /// <summary>How labels of a head are of spans: a key of our own, which other libraries pass over.</summary>
    public const string LabelScheme = "label_scheme";

    /// <summary>Keys that change nothing in the forward pass of inference, whatever their values.</summary>
    public static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
    [
        "torch_dtype", "dtype", "transformers_version", "_name_or_path", "use_cache", "cache_implementation", "initializer_range", "pretraining_tp",
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id", "mask_token_id", "decoder_start_token_id",
        "forced_bos_token_id", "forced_eos_token_id", "tokenizer_class", "model_max_length", "prefix", "task_specific_params", "finetuning_task",
        "attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout", "hidden_dropout", "resid_dropout", "embd_dropout", "gradient_checkpointing",
        "n_ctx", "reorder_and_upcast_attn", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj",
        "return_dict", "output_attentions", "output_hidden_states", "torchscript", "id2label", "label2id", "problem_type", "is_decoder",
        "_attn_implementation", "attn_implementation", "_attn_implementation_autoset", "unsloth_version", "unsloth_fixed",
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k",
        "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
        "num_return_sequences",
        "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "chunk_size_feed_forward", "output_scores",
        "return_dict_in_generate", "use_bfloat16", "tf_legacy_loss", "pruned_heads", "auto_map", "transformers.js_config", "is_llama_config",
        LabelScheme, "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "output_router_logits",
        "router_aux_loss_coef", "router_jitter_noise",
    ], StringComparer.Ordinal);

    private static readonly (string Name, Activation Activation)[] Activations =
    [
        ("gelu_new", Activation.GeluTanh), ("gelu_pytorch_tanh", Activation.GeluTanh), ("gelu_fast", Activation.GeluTanh),
        ("gelu", Activation.Gelu), ("silu", Activation.Silu), ("swish", Activation.Silu),
        ("relu", Activation.Relu), ("tanh", Activation.Tanh), ("sigmoid", Activation.Sigmoid),
    ];

    /// <summary>The nonlinearity under a key.</summary>
    public static Activation ActivationOf(this JsonRecord json, string key, string fallback)
    {
        string name = json.Text(key, fallback);
        foreach ((string known, Activation activation) in Activations)
        {
            if (known == name)
                return activation;
        }

        throw json.Refusal(key, $"the activation is unknown; known are {string.Join(", ", Activations.Select(a => a.Name))}");
    }

    /// <summary>The name of a nonlinearity: the usual one if it is that, else the first of the table.</summary>
    public static string NameOf(Activation activation, string usual = "") =>
        Activations.OrderByDescending(a => a.Name == usual).First(a => a.Activation == activation).Name;

    /// <summary>The epsilon of a norm, which is small and not negative.</summary>
    public static float Epsilon(this JsonRecord json, string key, double fallback)
    {
        double epsilon = json.Number(key, fallback);
        return epsilon is >= 0 and < 1 ? (float)epsilon : throw json.Refusal(key, "a small number, not negative, is expected");
    }

    /// <summary>Refuses every value but one.</summary>
    public static void Demand(this JsonRecord json, string key, bool value)
    {
        if (json.Flag(key, value) != value)
            throw json.Refusal(key, "this variant of the architecture is not supported");
    }

    /// <summary>Refuses every number but 1.</summary>
    public static void DemandOne(this JsonRecord json, string key)
    {
        if (json.Number(key, 1) != 1)
            throw json.Refusal(key, "this variant of the architecture is not supported");
    }

    /// <summary>Biases on all of attention's projections, or on none.</summary>
    public static ModelConfig WithAttentionBias(this ModelConfig config, JsonRecord json)
    {
        bool bias = json.Flag("attention_bias", false);
        return config with { QueryKeyValueBias = bias, OutputBias = bias };
    }

    /// <summary>A real number with a point or an exponent: Python's readers take a bare 10000 for an integer and complain.</summary>
    public static void WriteReal(this Utf8JsonWriter json, string key, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WritePropertyName(key);
        json.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0");
    }

    /// <summary>A number, or null where there is none.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }
}
