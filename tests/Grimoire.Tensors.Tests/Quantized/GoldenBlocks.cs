using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Grimoire.Tensors.Tests;

/// <summary>ggml's blocks of 4096 mixed numbers (llama.cpp v0.5.0, ggml_quantize_chunk without importance), and the hash of what it decodes them to.</summary>
internal sealed record GoldenBlocks(DType Type, string DecodedHash)
{
    public static IReadOnlyList<GoldenBlocks> All { get; } =
    [
        new(DType.Q4_0, "108c6c2d5069ac6c001d11ca6c053e7bb512ad23b8eac819941af57c68c997ee"),
        new(DType.Q4_1, "9c8bc585f888fc51851c754d0ae17fb83d84d96e8553af0384710136d3ecc0cf"),
        new(DType.Q5_0, "550683160a46003b09f03ec5ea9f74a7a9514f49cc406544777c5633b3fcceed"),
        new(DType.Q5_1, "3fd3b73488d6dd2ffee9708ac1758a790ab9e32bf0b6104a9fe1c7122eff61f3"),
        new(DType.Q8_0, "a0ec69660c285b57175420bf61b172aecae32a839c453983cb3f7188c3b881fc"),
        new(DType.Q2_K, "d21dfaf6c1177dbf93cff5a3cc8c67eac5a8935f88c7b703024a3088757da195"),
        new(DType.Q3_K, "3803e1cb79f9459d2ef13c383d6236d2e6bc5352e341f1090bebd09641a8e350"),
        new(DType.Q4_K, "0845aac50ea3534d9cd33beb1793de47f42ef60a662695004a2c2d957d51fe39"),
        new(DType.Q5_K, "7ac9e98350e47f9bc4711883919baf07da6ac33c64f0040837f9c13ec9a5bd8d"),
        new(DType.Q6_K, "84bfcc6716ee3fab3b11786a65b09b8211d0d0e929ce73e5bf232330fc0f412e"),
        new(DType.IQ4_NL, "07bf5d745ddcb53101e35027d050e8034e1a3020db032fa4c3dd6c5fdeb2a526"),
        new(DType.IQ4_XS, "d8e82d504fef6a0da4c06ac3b70a415bec424fc85cd1143d6e23e4a1f3b05dcf"),
        new(DType.MXFP4, "743a0dab6fef8e4b369d1554a46cdf1e2532de052d52cf40e9d016adb8fec284"),
    ];

    /// <summary>The numbers before encoding, in rows of 256.</summary>
    public static float[] Input => MemoryMarshal.Cast<byte, float>(Read("input.f32.bin")).ToArray();

    /// <summary>The file's name for the type.</summary>
    public byte[] Blocks => Read(Name(Type) + ".quant.bin");

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "quant", file));

    public static string Hash(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    public static double SquaredError(ReadOnlySpan<float> values, ReadOnlySpan<float> others)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
            sum += ((double)values[i] - others[i]) * ((double)values[i] - others[i]);
        return sum;
    }

    /// <summary>"Q4_K" is "q4_K" in the file's name.</summary>
    private static string Name(DType type)
    {
        string name = type.ToString();
        return name.EndsWith("_K", StringComparison.Ordinal) ? name[..^2].ToLowerInvariant() + "_K" : name.ToLowerInvariant();
    }
}
