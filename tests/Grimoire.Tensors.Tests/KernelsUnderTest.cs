using System.Globalization;

namespace Grimoire.Tensors.Tests;

/// <summary>Every device that must equal the reference: a new one is one line here.</summary>
/// <remarks>GRIMOIRE_TEST_WIDTHS=128 leaves wider registers out: in emulation (bench/arm.sh) those that the machine lacks take too long.</remarks>
internal static class KernelsUnderTest
{
    /// <summary>Bits of the registers that are tested, the machine's or not.</summary>
    public static IReadOnlyList<int> Widths { get; } = Environment.GetEnvironmentVariable("GRIMOIRE_TEST_WIDTHS") is { Length: > 0 } widths
        ? [.. widths.Split(',').Select(width => int.Parse(width, CultureInfo.InvariantCulture))]
        : [512, 256, 128];

    public static IReadOnlyDictionary<string, Kernels> All { get; } = Devices().ToDictionary(StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, Kernels>> Devices()
    {
        // Itself in float32: what rounding alone does.
        yield return new("reference", Kernels.Reference);
        foreach (int bits in Widths)
            yield return new($"{bits} bits", Kernels.CreateSimd(threads: bits == 512 ? 2 : bits == 256 ? 1 : 3, vectorBits: bits));
    }
}
