using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary><c>gemma2</c> and <c>gemma3</c>: norms before and after each half, windows on most layers, the embedding scaled by √channels.</summary>
internal static class GgufGemma
{
    private const string WindowBase = "rope.freq_base_swa";

    /// <summary>Gemma 2's window in files that were made before readers asked for it.</summary>
    private const int UnsaidWindow = 4096;

    /// <summary>Every second layer of Gemma 2 sees everything, every sixth of Gemma 3.</summary>
    private const int GroupOf2 = 2, GroupOf3 = 6;

    /// <summary>gemma2.</summary>
    public static GgufArchitecture Gemma2 { get; } = new("gemma2", ["gemma2"], GgufNames.Decoder, ReadGemma2, WriteGemma2);

    /// <summary>gemma3.</summary>
    public static GgufArchitecture Gemma3 { get; } = new("gemma3", ["gemma3_text"], GgufNames.Decoder, ReadGemma3, WriteGemma3);

    private static ModelConfig ReadShared(GgufKeys keys, string family, int layersOfLargest)
    {
        ModelConfig config = GgufLlama.ReadShared(keys, family);
        return config with
        {
            NormPlacement = NormPlacement.Both,
            Activation = Activation.GeluTanh,
            EmbeddingScale = MathF.Sqrt(config.Channels),
            AttentionScale = (float)(1 / Math.Sqrt(config.Layers == layersOfLargest ? config.Channels / config.Heads : config.HeadDim)),
            LogitSoftCap = (float)SoftCap(keys, "final_logit_softcapping"),
        };
    }

    private static ModelConfig ReadGemma2(GgufKeys keys)
    {
        ModelConfig config = GgufWindow.Read(keys, ReadShared(keys, "gemma2", layersOfLargest: 46), UnsaidWindow, GroupOf2);
        return config with
        {
            AttentionSoftCap = (float)SoftCap(keys, "attn_logit_softcapping"),
        };
    }

    private static ModelConfig ReadGemma3(GgufKeys keys)
    {
        ModelConfig config = GgufWindow.Read(keys, ReadShared(keys, "gemma3_text", layersOfLargest: 62) with { QueryKeyNorm = true }, usual: 0, GroupOf3);
        var window = new RotaryConfig { Base = keys.Real(WindowBase, 10000), Fraction = config.Rotary.Fraction };
        return config with { WindowRotary = config.Window > 0 && window != config.Rotary ? window : null };
    }

    private static double SoftCap(GgufKeys keys, string key) => keys.Has(key) ? keys.Real(key) : 0;

    private static void WriteShared(GgufKeysWriter keys, ModelConfig config, int group)
    {
        GgufLlama.WriteShared(keys, config, group: group);
        if (config.LogitSoftCap > 0)
            keys.Add("final_logit_softcapping", config.LogitSoftCap);
    }

    private static void WriteGemma2(GgufKeysWriter keys, ModelConfig config)
    {
        WriteShared(keys, config, GroupOf2);
        if (config.AttentionSoftCap > 0)
            keys.Add("attn_logit_softcapping", config.AttentionSoftCap);
    }

    private static void WriteGemma3(GgufKeysWriter keys, ModelConfig config)
    {
        WriteShared(keys, config, GroupOf3);
        if (config.Window > 0)
            keys.Add(WindowBase, (config.WindowRotary ?? config.Rotary).Base);
    }
}
