namespace Grimoire.Tensors.Tests;

/// <summary>Every device that must equal the reference: a new one is one line here.</summary>
internal static class KernelsUnderTest
{
    public static IReadOnlyDictionary<string, Kernels> All { get; } = new Dictionary<string, Kernels>(StringComparer.Ordinal)
    {
        // Itself in float32: what rounding alone does.
        ["reference"] = Kernels.Reference,
        ["512 bits"] = Kernels.CreateSimd(threads: 2, vectorBits: 512),
        ["256 bits"] = Kernels.CreateSimd(threads: 1, vectorBits: 256),
        ["128 bits"] = Kernels.CreateSimd(threads: 3, vectorBits: 128),
    };
}
