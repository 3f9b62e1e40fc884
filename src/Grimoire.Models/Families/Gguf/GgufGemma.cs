using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary><c>gemma2</c> and <c>gemma3</c>: norms before and after each half, windows on most layers, the embedding scaled by √channels.</summary>
internal static class GgufGemma
{
    /// <summary>Gemma 2's window in files that were made before readers asked for it.</summary>
    private const int UnsaidWindow = 4096;
    private const string Window = "attention.sliding_window";
    private const string Pattern = "attention.sliding_window_pattern", WindowBase = "rope.freq_base_swa";

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
        ModelConfig config = ReadShared(keys, "gemma2", layersOfLargest: 46);
        int window = keys.Has(Window) ? config.Window : UnsaidWindow;
        return config.WithWindow(window, Windowed(keys, config.Layers, usual: 2)) with
        {
            AttentionSoftCap = (float)SoftCap(keys, "attn_logit_softcapping"),
        };
    }

    private static ModelConfig ReadGemma3(GgufKeys keys)
    {
        ModelConfig config = ReadShared(keys, "gemma3_text", layersOfLargest: 62) with { QueryKeyNorm = true };
        config = config.WithWindow(config.Window, Windowed(keys, config.Layers, usual: 6));
        var window = new RotaryConfig { Base = keys.Real(WindowBase, 10000), Fraction = config.Rotary.Fraction };
        return config with { WindowRotary = config.Window > 0 && window != config.Rotary ? window : null };
    }

    /// <summary>Every so-manieth layer sees everything, the last of each group; or a list says which have the window.</summary>
    private static bool[] Windowed(GgufKeys keys, int layers, int usual)
    {
        if (keys.IsList(Pattern))
        {
            bool[] listed = keys.Flags(Pattern)!;
            return listed.Length == layers ? listed : throw keys.Refusal(Pattern, $"a value for each of {layers} layers is expected");
        }

        int group = keys.Int(Pattern, usual);
        return [.. Enumerable.Range(0, layers).Select(layer => layer % group < group - 1)];
    }

    private static double SoftCap(GgufKeys keys, string key) => keys.Has(key) ? keys.Real(key) : 0;

    private static void WriteShared(GgufKeysWriter keys, ModelConfig config, int usual)
    {
        GgufLlama.WriteShared(keys, config);
        if (config.LogitSoftCap > 0)
            keys.Add("final_logit_softcapping", config.LogitSoftCap);
        bool[] windowed = [.. Enumerable.Range(0, config.Layers).Select(config.IsWindowed)];
        if (config.Window > 0 && windowed.Where((has, layer) => has != (layer % usual < usual - 1)).Any())
            keys.Add(Pattern, windowed);
    }

    private static void WriteGemma2(GgufKeysWriter keys, ModelConfig config)
    {
        keys.Add(Window, config.Window);
        WriteShared(keys, config, usual: 2);
        if (config.AttentionSoftCap > 0)
            keys.Add("attn_logit_softcapping", config.AttentionSoftCap);
    }

    private static void WriteGemma3(GgufKeysWriter keys, ModelConfig config)
    {
        WriteShared(keys, config, usual: 6);
        if (config.Window > 0)
            keys.Add(WindowBase, (config.WindowRotary ?? config.Rotary).Base);
    }
}
