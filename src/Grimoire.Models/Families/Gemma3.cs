using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// Gemma 3 (Gemma Team 2025, arXiv:2503.19786), the text model: Gemma 2 with normalised queries and keys instead of caps, and five layers with a window, and a
/// rotation of their own, to one without.
/// </summary>
internal static class Gemma3
{
    private const string Attention = "model.layers.#.self_attn", Whole = "Gemma3ForConditionalGeneration";

    public static Family Family { get; } = new("gemma3_text", "Gemma3ForCausalLM", Names(), Read, Write)
    { Wrappers = [(Whole, "gemma3")], Classifier = "Gemma3TextForSequenceClassification" };

    private static LlamaKeys Keys { get; } = Gemma2.Keys with
    {
        Family = "gemma3_text",
        Defaults = Gemma2.Keys.Defaults! with { Vocabulary = 262208, Context = 131072, Rotary = new RotaryConfig { Base = 1_000_000 } },
    };

    /// <summary>In a model of text and images the text's part goes by longer names.</summary>
    private static WeightMap Names()
    {
        WeightMap names = Gemma2.Names.With(
            new ModuleName("blocks.#.attn.q_norm", $"{Attention}.q_norm", Offset: 1),
            new ModuleName("blocks.#.attn.k_norm", $"{Attention}.k_norm", Offset: 1));
        return names with
        {
            Prefixes = ["model.", "language_model.model.", "model.language_model.", "language_model."],
            Ignored = [.. names.Ignored, "vision_tower.*", "multi_modal_projector.*"],
        };
    }

    private static ModelConfig Read(JsonRecord json)
    {
        if (json.Text("model_type", "") != "gemma3" && json.Texts("architectures") is not [Whole])
            return ReadText(json);
        json.Skip("vision_config", "mm_tokens_per_image", "image_token_index", "boi_token_index", "eoi_token_index", "tie_word_embeddings");
        JsonRecord text = json.Object("text_config") ?? throw json.Refusal("text_config", "it is missing");
        text.Skip("model_type", "architectures");
        ModelConfig config = ReadText(text);
        return Family.RefuseUnknown(text, config);
    }

    private static ModelConfig ReadText(JsonRecord json)
    {
        json.Demand("use_bidirectional_attention", false);
        int pattern = json.Int("sliding_window_pattern", json.Int("_sliding_window_pattern", 6));
        ModelConfig config = Gemma2.ReadShared(json, Keys, 0, 0).WithWindow(json, layer => (layer + 1) % pattern != 0, fallback: 4096);
        RotaryConfig window = RotaryKeys.ReadWindow(json, config.Context);
        return config with { QueryKeyNorm = true, WindowRotary = config.Window > 0 && window != config.Rotary ? window : null };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Gemma2.WriteShared(json, config, Keys);
        json.WriteReal("rope_local_base_freq", (config.WindowRotary ?? config.Rotary).Base);
        WindowKeys.Write(json, config);
    }
}
