namespace Grimoire.Models;

/// <summary><c>stablelm</c>: layer norms and a rotation of some channels of each head.</summary>
internal static class GgufStableLm
{
    /// <summary>stablelm.</summary>
    public static GgufArchitecture Architecture { get; } = new("stablelm", ["stablelm"], GgufNames.Decoder, Read, Write);

    /// <summary>What the key says of parallel halves is not true of all files; a model that has them has no second norm, and is refused for that.</summary>
    private static ModelConfig Read(GgufKeys keys)
    {
        _ = keys.Has("use_parallel_residual");
        return GgufLlama.ReadShared(keys, "stablelm", epsilon: GgufGpt2.Epsilon) with { Norm = NormKind.Layer };
    }

    private static void Write(GgufKeysWriter keys, ModelConfig config)
    {
        GgufLlama.WriteShared(keys, config, GgufGpt2.Epsilon);
        keys.Add("use_parallel_residual", false);
    }
}
